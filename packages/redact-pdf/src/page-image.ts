import type { PageImage } from "@groundwork/contracts";
import { type PdfDocument, PdfiumMemoryError, readFrame, withPage } from "@groundwork/pdfium";
import { PageNotDrawn } from "./burn-page.ts";

const BGRX = 3;
const WHITE = 0xffffffff;
/** Dots an inch at which pages are read: letters of six points are 25 pixels high. */
const READING_DPI = 300;
/** Pages above A4 are drawn coarser. */
const MOST_PIXELS = 12_000_000;

/** The picture of a page as it is shown, in colour on white, for a recogniser. */
export function drawPageImage(document: PdfDocument, index: number): PageImage {
  const { pdfium } = document;
  const image = withPage(document, index, (page): PageImage => {
    const frame = readFrame(pdfium, page);
    const scale = Math.min(READING_DPI / 72, Math.sqrt(MOST_PIXELS / Math.max(1, frame.width * frame.height)));
    const width = Math.max(1, Math.floor(frame.width * scale));
    const height = Math.max(1, Math.floor(frame.height * scale));
    const bitmap = pdfium.call("FPDFBitmap_CreateEx")(width, height, BGRX, 0, 0);
    if (bitmap === 0) throw new PdfiumMemoryError("PDFium has no room for the picture of a page");
    try {
      pdfium.call("FPDFBitmap_FillRect")(bitmap, 0, 0, width, height, WHITE);
      pdfium.call("FPDF_RenderPageBitmap")(bitmap, page, 0, 0, width, height, 0, 0);
      const buffer = pdfium.call("FPDFBitmap_GetBuffer")(bitmap);
      const stride = pdfium.call("FPDFBitmap_GetStride")(bitmap);
      const { u8 } = pdfium.views();
      const pixels = new Uint8Array(width * height * 3);
      for (let y = 0, to = 0; y < height; y++)
        for (let x = 0, from = buffer + y * stride; x < width; x++, from += 4, to += 3) {
          pixels[to] = u8[from + 2]!;
          pixels[to + 1] = u8[from + 1]!;
          pixels[to + 2] = u8[from]!;
        }
      return { page: index + 1, width, height, channels: 3, pixels, dpi: Math.round(scale * 72) };
    } finally {
      pdfium.call("FPDFBitmap_Destroy")(bitmap);
    }
  });
  if (image === undefined) throw new PageNotDrawn("A page cannot be loaded");
  return image;
}

/** Whether every pixel is of one colour, but for specks. */
export function isBlank({ pixels }: PageImage): boolean {
  const [red, green, blue] = pixels;
  let different = 0;
  for (let at = 0; at < pixels.length; at += 3)
    if (
      Math.abs(pixels[at]! - red!) + Math.abs(pixels[at + 1]! - green!) + Math.abs(pixels[at + 2]! - blue!) > 48 &&
      ++different > 20
    )
      return false;
  return true;
}
