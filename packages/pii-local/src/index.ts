export type { RulePiiOptions } from "./detector-options.ts";
export { type ElementBatch, type ElementFindings, findInElements } from "./elements/find-in-elements.ts";
export { type LocalPiiOptions, localPii } from "./local-pii.ts";
export type { OwnRecognizer, PatternRecognizerOptions, WordListRecognizerOptions } from "./own-recognizers.ts";
export { PII_TYPES } from "./pii-types.ts";
export type { RecognizedSpan, RecognizeOptions, Recognizer } from "./recognizer.ts";
export { type LocalPiiDetector, rulePii } from "./rule-pii.ts";
