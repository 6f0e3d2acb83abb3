export type { Redaction } from "@groundwork/redaction";
export { type RedactedPdf, type RedactPdfOptions, redactPdf } from "./redact-pdf.ts";
export { verifyRedaction } from "./verify-redaction.ts";
