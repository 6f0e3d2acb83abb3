export { billedUnits } from "./billed-units.ts";
export type { ComprehendConnectionOptions } from "./comprehend-client.ts";
export { comprehendError } from "./comprehend-error.ts";
export { type ComprehendPiiDetector, comprehendPii } from "./comprehend-pii.ts";
export {
  type ComprehendPiiJob,
  type ComprehendPiiJobOptions,
  type ComprehendPiiJobResult,
  comprehendPiiJob,
  type JobObjects,
} from "./comprehend-pii-job.ts";
export type { ComprehendFindingOptions, ComprehendPiiOptions, RequestGovernor } from "./comprehend-pii-options.ts";
export type { ComprehendUsage } from "./comprehend-requests.ts";
export { COMPREHEND_PII_TYPES, type ComprehendPiiType } from "./comprehend-types.ts";
export type { JobFormat, JobLimits } from "./job-documents.ts";
export { COMPREHEND_LANGUAGES, type ComprehendLanguage, type LanguageOptions } from "./languages.ts";
