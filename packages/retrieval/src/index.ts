export type { AnswerCalibration, AnswerEvidence } from "./answer-confidence.ts";
export { type FusionParameters, MINILM_FUSION, STANDARD_FUSION } from "./fusion.ts";
export {
  createRetriever,
  type KnowledgeBaseRetriever,
  type RankedPassage,
  type RetrieverOptions,
} from "./retriever.ts";
