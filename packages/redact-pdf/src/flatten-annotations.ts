import { throwIfAborted } from "@groundwork/contracts";
import { type PdfDocument, withPage } from "@groundwork/pdfium";

/** `FLAT_NORMALDISPLAY`: as annotations are shown on a screen. */
const AS_SHOWN = 0;

/**
 * Makes what annotations and form fields show a part of their pages, in memory: PDFium reads the text of pages only, and a
 * value in a field would be drawn unread.
 */
export function flattenAnnotations(document: PdfDocument, signal: AbortSignal | undefined): void {
  for (let index = 0; index < document.pages; index++) {
    throwIfAborted(signal, { stage: "redact" });
    withPage(document, index, (page) => document.pdfium.call("FPDFPage_Flatten")(page, AS_SHOWN));
  }
}
