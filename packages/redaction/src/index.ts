export type { LabelledStretch, PageReading } from "./page-reading.ts";
export { policyViolation } from "./policy-violation.ts";
export { recognizedReading, recognizePicture } from "./recognized-reading.ts";
export { type Redaction, redactUntilClean, type UntilCleanOptions } from "./redact-until-clean.ts";
export { type Bar, checkRegions, type Region } from "./region.ts";
export { ValueFinder } from "./value-finder.ts";
