export { type ContentSafetyOptions, contentSafety } from "./content-safety-enricher.ts";
export { type DocumentSegment, documentSegments, type ScoredElement } from "./document-segments.ts";
export { findHiddenText, type HiddenTextFinding, type HiddenTextKind } from "./hidden-text.ts";
export { INJECTION_FEATURES, type InjectionFeature } from "./injection-features.ts";
export {
  findNearDuplicateFloods,
  MOST_SOURCES,
  type NearDuplicateFlood,
  type NearDuplicateOptions,
  type WatchedDocument,
} from "./near-duplicate-floods.ts";
export {
  type ArrivedDocument,
  findOutlyingSources,
  type OutlyingSource,
  type OutlyingSourceOptions,
} from "./outlying-sources.ts";
export {
  findPromptInjection,
  INJECTION_THRESHOLD,
  type InjectionReport,
  type InjectionScore,
  scorePromptInjection,
} from "./prompt-injection.ts";
