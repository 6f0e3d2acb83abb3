export { GLUE_ENTITY_TYPES, glueEntityTypeOf, piiTypesOfGlue } from "./glue-types.ts";
export { KnownValues } from "./known-values.ts";
export { mergeFindings } from "./merge-findings.ts";
export { mergedDetector } from "./merged-detector.ts";
export { PiiKey, type PiiKeySource } from "./pii-key.ts";
export {
  checkPolicy,
  KEPT_TYPES,
  mask,
  type PiiAction,
  type PiiPolicy,
  type PiiRule,
  pseudonymize,
  redact,
  ruleOf,
} from "./pii-policy.ts";
export { type PiiStageOptions, piiStage, piiStageOf } from "./pii-stage.ts";
export { ReplacedText, type Replacement } from "./replacements.ts";
export { decrypt, encrypt, openValue, SEALING } from "./sealed-value.ts";
export { type ServedValue, servedValue } from "./served-value.ts";
