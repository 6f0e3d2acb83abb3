export type { Redaction } from "@groundwork/redaction";
export { type RedactedImage, type RedactImageOptions, redactImage } from "./redact-image.ts";
export { verifyRedactedImage } from "./verify-redacted-image.ts";
