export { pdfExtractor } from "./pdf-extractor.ts";
export type { PdfExtractorOptions } from "./pdf-options.ts";
