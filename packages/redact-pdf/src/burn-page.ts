import { type Area, type PageFrame, type PdfDocument, type Pdfium, withMemory, withPage } from "@groundwork/pdfium";

/** `FPDFBitmap_Gray` and `FPDFBitmap_BGRx`. */
const GRAY = 1;
const BGRX = 3;
const BLACK = 0xff000000;
const WHITE = 0xffffffff;
/** Points by which a bar is larger than its characters: accents and slanted ends reach out of their boxes. */
const MARGIN = 1;

/** A page that cannot be drawn whole must not be left out of a redacted document in silence. */
export class PageNotDrawn extends Error {}

interface Bitmap {
  readonly pointer: number;
  readonly width: number;
  readonly height: number;
}

function isGray(pdfium: Pdfium, { pointer, width, height }: Bitmap): boolean {
  const buffer = pdfium.call("FPDFBitmap_GetBuffer")(pointer);
  const stride = pdfium.call("FPDFBitmap_GetStride")(pointer);
  const { u8 } = pdfium.views();
  for (let y = 0; y < height; y++)
    for (let at = buffer + y * stride, end = at + width * 4; at < end; at += 4)
      if (u8[at] !== u8[at + 1] || u8[at] !== u8[at + 2]) return false;
  return true;
}

/** A third of the bytes for pages in black and white, as most are. */
function grayOf(pdfium: Pdfium, colored: Bitmap): Bitmap {
  const { width, height } = colored;
  const pointer = pdfium.call("FPDFBitmap_CreateEx")(width, height, GRAY, 0, 0);
  if (pointer === 0) return colored;
  const [from, to] = [colored.pointer, pointer].map((bitmap) => ({
    buffer: pdfium.call("FPDFBitmap_GetBuffer")(bitmap),
    stride: pdfium.call("FPDFBitmap_GetStride")(bitmap),
  }));
  const { u8 } = pdfium.views();
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) u8[to!.buffer + y * to!.stride + x] = u8[from!.buffer + y * from!.stride + x * 4]!;
  pdfium.call("FPDFBitmap_Destroy")(colored.pointer);
  return { pointer, width, height };
}

function draw(document: PdfDocument, page: number, frame: PageFrame, scale: number, bars: readonly Area[]): Bitmap {
  const { pdfium } = document;
  const width = Math.max(1, Math.ceil(frame.width * scale));
  const height = Math.max(1, Math.ceil(frame.height * scale));
  const pointer = pdfium.call("FPDFBitmap_CreateEx")(width, height, BGRX, 0, 0);
  if (pointer === 0) throw new PageNotDrawn("PDFium has no room for the picture of a page");
  pdfium.call("FPDFBitmap_FillRect")(pointer, 0, 0, width, height, WHITE);
  pdfium.call("FPDF_RenderPageBitmap")(pointer, page, 0, 0, width, height, 0, 0);
  for (const bar of bars) {
    const left = Math.floor((bar.left - MARGIN) * scale);
    const top = Math.floor((bar.top - MARGIN) * scale);
    const right = Math.ceil((bar.right + MARGIN) * scale);
    const bottom = Math.ceil((bar.bottom + MARGIN) * scale);
    pdfium.call("FPDFBitmap_FillRect")(pointer, left, top, right - left, bottom - top, BLACK);
  }
  const bitmap = { pointer, width, height };
  return isGray(pdfium, bitmap) ? grayOf(pdfium, bitmap) : bitmap;
}

/** Adds a page to `target` that is a picture of one of `document`'s with bars over it, and nothing else. */
export function burnPage(
  document: PdfDocument,
  index: number,
  target: number,
  options: { readonly frame: PageFrame; readonly scale: number; readonly bars: readonly Area[] },
): void {
  const { pdfium } = document;
  const { frame, scale, bars } = options;
  const bitmap = withPage(document, index, (page) => draw(document, page, frame, scale, bars));
  if (bitmap === undefined) throw new PageNotDrawn("A page cannot be loaded");
  try {
    const { width, height } = frame;
    const page = pdfium.call("FPDFPage_New")(target, index, width, height);
    const image = pdfium.call("FPDFPageObj_NewImageObj")(target);
    if (page === 0 || image === 0) throw new PageNotDrawn("PDFium has no room for another page");
    try {
      const done = withMemory(pdfium, 4, (pages) => {
        pdfium.views().i32[pages >> 2] = page;
        return pdfium.call("FPDFImageObj_SetBitmap")(pages, 1, image, bitmap.pointer);
      });
      if (done === 0) throw new PageNotDrawn("The picture of a page was refused");
      pdfium.call("FPDFImageObj_SetMatrix")(image, width, 0, 0, height, 0, 0);
      pdfium.call("FPDFPage_InsertObject")(page, image);
      if (pdfium.call("FPDFPage_GenerateContent")(page) === 0) throw new PageNotDrawn("A page cannot be written");
    } finally {
      pdfium.call("FPDF_ClosePage")(page);
    }
  } finally {
    pdfium.call("FPDFBitmap_Destroy")(bitmap.pointer);
  }
}

/** The bytes of a document that PDFium has in memory. */
export function savePdf(pdfium: Pdfium, document: number): Uint8Array {
  const writer = pdfium.call("PDFiumExt_OpenFileWriter")();
  try {
    pdfium.call("PDFiumExt_SaveAsCopy")(document, writer);
    const size = pdfium.call("PDFiumExt_GetFileWriterSize")(writer);
    return withMemory(pdfium, size, (pointer) => {
      pdfium.call("PDFiumExt_GetFileWriterData")(writer, pointer, size);
      return pdfium.views().u8.slice(pointer, pointer + size);
    });
  } finally {
    pdfium.call("PDFiumExt_CloseFileWriter")(writer);
  }
}
