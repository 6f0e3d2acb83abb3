export {
  type Area,
  frameOf,
  IDENTITY,
  type Matrix,
  multiply,
  type PageFrame,
  readFrame,
  type Turn,
  toArea,
} from "./page-frame.ts";
export { openPdf, type PdfDocument, pageSize, withPage } from "./pdf-document.ts";
export {
  createPdfium,
  type MemoryViews,
  type Native,
  type Pdfium,
  PdfiumMemoryError,
  readText,
  withMemory,
  writeUtf8,
  writeUtf16,
} from "./pdfium-module.ts";
export { PdfiumPool } from "./pdfium-pool.ts";
export { passwordForms } from "./prepare-password.ts";
