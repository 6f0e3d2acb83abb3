export { type RedactedPdf, type Redaction, type RedactPdfOptions, redactPdf } from "./redact-pdf.ts";
export { verifyRedaction } from "./verify-redaction.ts";
