import { createPdfium, openPdf, type PdfDocument, readFrame, withPage } from "@groundwork/pdfium";
import { policyViolation, type Region } from "@groundwork/redaction";
import { pdfSource } from "./pdf-source.ts";

/** Dots an inch at which the bars are looked at again. */
const SCALE = 1;
const BGRX = 3;

function characters(document: PdfDocument, index: number): number {
  const { pdfium } = document;
  return (
    withPage(document, index, (page) => {
      const text = pdfium.call("FPDFText_LoadPage")(page);
      const count = text === 0 ? 0 : pdfium.call("FPDFText_CountChars")(text);
      if (text !== 0) pdfium.call("FPDFText_ClosePage")(text);
      return count + pdfium.call("FPDFPage_GetAnnotCount")(page);
    }) ?? 0
  );
}

/** Whether every pixel well inside a place is black. */
function areBlack(document: PdfDocument, index: number, places: readonly Region[]): boolean {
  const { pdfium } = document;
  const black = withPage(document, index, (page) => {
    const frame = readFrame(pdfium, page);
    const width = Math.max(1, Math.ceil(frame.width * SCALE));
    const height = Math.max(1, Math.ceil(frame.height * SCALE));
    const bitmap = pdfium.call("FPDFBitmap_CreateEx")(width, height, BGRX, 0, 0);
    if (bitmap === 0) return false;
    try {
      pdfium.call("FPDFBitmap_FillRect")(bitmap, 0, 0, width, height, 0xffffffff);
      pdfium.call("FPDF_RenderPageBitmap")(bitmap, page, 0, 0, width, height, 0, 0);
      const buffer = pdfium.call("FPDFBitmap_GetBuffer")(bitmap);
      const stride = pdfium.call("FPDFBitmap_GetStride")(bitmap);
      const { u8 } = pdfium.views();
      return places.every(({ left, top, right, bottom }) => {
        const [fromX, toX] = [Math.ceil(left * width), Math.floor(right * width)];
        const [fromY, toY] = [Math.ceil(top * height), Math.floor(bottom * height)];
        for (let y = fromY; y < toY; y++)
          for (let x = fromX; x < toX; x++) {
            const at = buffer + y * stride + x * 4;
            if (u8[at]! + u8[at + 1]! + u8[at + 2]! > 96) return false;
          }
        return true;
      });
    } finally {
      pdfium.call("FPDFBitmap_Destroy")(bitmap);
    }
  });
  return black ?? false;
}

/** Reads a redacted copy again. Throws `PII_POLICY_VIOLATION` when it holds text or annotations, lacks a page, or shows what it should not. */
export async function verifyRedaction(
  bytes: Uint8Array,
  { pages, boxes }: { readonly pages: number; readonly boxes: readonly Region[] },
): Promise<void> {
  const pdfium = await createPdfium();
  const document = await openPdf(pdfium, pdfSource(bytes), undefined);
  try {
    if (document.pages !== pages) throw policyViolation(`it has ${document.pages} pages of ${pages}.`);
    for (let index = 0; index < pages; index++) {
      if (characters(document, index) > 0) throw policyViolation(`page ${index + 1} still holds text or annotations.`);
      const here = boxes.filter(({ page }) => page === index + 1);
      if (here.length > 0 && !areBlack(document, index, here))
        throw policyViolation(`a bar on page ${index + 1} is not black.`);
    }
  } finally {
    document.close();
  }
}
