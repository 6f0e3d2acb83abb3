export type { BedrockConnectionOptions } from "./bedrock-client.ts";
export { bedrockError } from "./bedrock-error.ts";
export {
  type BedrockReranker,
  type BedrockRerankerOptions,
  type BedrockRerankModelId,
  bedrockReranker,
} from "./bedrock-reranker.ts";
