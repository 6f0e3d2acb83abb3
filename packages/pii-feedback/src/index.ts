export { type CorrectedPiiOptions, correctedPii, correctedPiiOf } from "./corrected-pii.ts";
export {
  type BuiltCorrections,
  buildCorrections,
  type Corrections,
  type CorrectionsOptions,
  checkCorrections,
  type Verdict,
} from "./corrections.ts";
export { type DetectorFigures, type Difference, evaluateDetector, type TypeFigures } from "./evaluate-detector.ts";
export { type LabelCategories, labelCategories, type ManifestOptions, manifestLine } from "./ground-truth-manifest.ts";
export { type ManifestEntry, type ReadManifestOptions, readManifest } from "./read-manifest.ts";
export type { LabelledSpan, ReviewCase, ReviewedCase } from "./review-case.ts";
export { type UncertainTextsOptions, uncertainTexts } from "./uncertain-texts.ts";
