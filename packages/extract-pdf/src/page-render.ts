import type { PageImage } from "@groundwork/contracts";
import { type PdfDocument, readFrame } from "@groundwork/pdfium";

export interface RenderLimits {
  /** @default 200 */
  readonly dpi: number;
  /** @default 12_000_000 */
  readonly maxPixels: number;
}

/** `FPDFBitmap_BGRx`, four bytes a pixel: grey bitmaps lose coloured text on coloured ground. */
const BGRX = 3;
/** `FPDF_ANNOT`: stamps and filled fields belong to what a reader sees. */
const WITH_ANNOTATIONS = 1;

/** Renders a loaded page in grey on white. The scale shrinks so that `maxPixels` is kept. */
export function renderPage(
  document: PdfDocument,
  page: number,
  number: number,
  limits: RenderLimits,
): PageImage | undefined {
  const { pdfium } = document;
  const frame = readFrame(pdfium, page);
  if (!(frame.width > 0 && frame.height > 0)) return undefined;
  const wanted = limits.dpi / 72;
  const scale = Math.min(wanted, Math.sqrt(limits.maxPixels / (frame.width * frame.height)));
  const width = Math.max(1, Math.floor(frame.width * scale));
  const height = Math.max(1, Math.floor(frame.height * scale));
  if (width * height > limits.maxPixels * 1.01) return undefined;
  const bitmap = pdfium.call("FPDFBitmap_CreateEx")(width, height, BGRX, 0, 0);
  if (bitmap === 0) return undefined;
  try {
    pdfium.call("FPDFBitmap_FillRect")(bitmap, 0, 0, width, height, 0xffffffff);
    pdfium.call("FPDF_RenderPageBitmap")(bitmap, page, 0, 0, width, height, 0, WITH_ANNOTATIONS);
    const buffer = pdfium.call("FPDFBitmap_GetBuffer")(bitmap);
    const stride = pdfium.call("FPDFBitmap_GetStride")(bitmap);
    const { u8 } = pdfium.views();
    const pixels = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      let from = buffer + y * stride;
      const row = y * width;
      for (let x = 0; x < width; x++, from += 4) {
        // Rec. 601 luma in integers.
        pixels[row + x] = (u8[from]! * 29 + u8[from + 1]! * 150 + u8[from + 2]! * 77) >> 8;
      }
    }
    return { page: number, width, height, channels: 1, pixels, dpi: Math.round(scale * 72) };
  } finally {
    pdfium.call("FPDFBitmap_Destroy")(bitmap);
  }
}

/** Whether every pixel is (nearly) of one brightness. */
export function isBlank(image: PageImage): boolean {
  const { pixels } = image;
  const first = pixels[0] ?? 255;
  let different = 0;
  for (const pixel of pixels) if (Math.abs(pixel - first) > 24) different++;
  return different < Math.max(20, pixels.length * 0.00005);
}
