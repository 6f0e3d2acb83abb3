export { pageElements } from "./page-elements.ts";
export type { QueryAnswer } from "./query-answers.ts";
export type { TextractUsage } from "./textract-calls.ts";
export type { TextractConnectionOptions } from "./textract-client.ts";
export { TEXTRACT_ERRORS, textractError } from "./textract-error.ts";
export { type TextractExtractor, textract } from "./textract-extractor.ts";
export {
  type RequestGovernor,
  TEXTRACT_FEATURES,
  type TextractFeature,
  type TextractJobState,
  type TextractObjects,
  type TextractOptions,
  type TextractQuery,
} from "./textract-options.ts";
