import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { init } from "@embedpdf/pdfium";

type Native = (...parameters: number[]) => number;

interface PdfiumExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly malloc: Native;
  readonly free: Native;
  readonly PDFiumExt_Init: Native;
  readonly FPDF_LoadMemDocument: Native;
  readonly FPDF_CloseDocument: Native;
  readonly FPDF_GetPageCount: Native;
  readonly FPDF_LoadPage: Native;
  readonly FPDF_ClosePage: Native;
  readonly FPDFText_LoadPage: Native;
  readonly FPDFText_ClosePage: Native;
  readonly FPDFText_CountChars: Native;
  readonly FPDFText_GetText: Native;
  readonly FPDFText_CountRects: Native;
  readonly FPDFText_GetRect: Native;
}

export interface RawPages {
  readonly pages: number;
  /** As PDFium counts them, spaces and line ends included. */
  readonly characters: number;
  /** Sum of the text's lengths and of the rectangles' places: what was read must be used. */
  readonly checksum: number;
}

/** What a bare loop over PDFium does: the text of each page and, with `rects`, the rectangles of its text. No layout, no order. */
export type RawLoop = (bytes: Uint8Array, options: { readonly rects: boolean }) => RawPages;

/** The loop on an instance of its own of the same WebAssembly that the extractor runs on, called without wrappers. */
export async function createRawLoop(): Promise<RawLoop> {
  const wasmBinary = await readFile(createRequire(import.meta.url).resolve("@embedpdf/pdfium/pdfium.wasm"));
  const silent = { print: () => undefined, printErr: () => undefined };
  const wrapped = await init({ wasmBinary, ...silent } as unknown as Parameters<typeof init>[0]);
  const pdfium = (wrapped.pdfium as unknown as { readonly wasmExports: PdfiumExports }).wasmExports;
  pdfium.PDFiumExt_Init();
  const decoder = new TextDecoder("utf-16le");
  const readPage = (document: number, index: number, rects: boolean): { characters: number; checksum: number } => {
    const page = pdfium.FPDF_LoadPage(document, index);
    if (page === 0) return { characters: 0, checksum: 0 };
    const text = pdfium.FPDFText_LoadPage(page);
    const characters = pdfium.FPDFText_CountChars(text);
    const buffer = pdfium.malloc(2 * characters + 34);
    const units = pdfium.FPDFText_GetText(text, 0, characters, buffer);
    const { memory } = pdfium;
    let checksum = decoder.decode(new Uint8Array(memory.buffer, buffer, 2 * Math.max(0, units - 1))).length;
    if (rects) {
      const at = (buffer + 7) & ~7;
      const count = pdfium.FPDFText_CountRects(text, 0, -1);
      let places = new Float64Array(memory.buffer, at, 4);
      for (let rect = 0; rect < count; rect++) {
        pdfium.FPDFText_GetRect(text, rect, at, at + 8, at + 16, at + 24);
        if (places.length === 0) places = new Float64Array(memory.buffer, at, 4);
        checksum += places[0]! + places[1]! + places[2]! + places[3]!;
      }
    }
    pdfium.free(buffer);
    pdfium.FPDFText_ClosePage(text);
    pdfium.FPDF_ClosePage(page);
    return { characters, checksum };
  };
  return (bytes, { rects }) => {
    const pointer = pdfium.malloc(bytes.length);
    new Uint8Array(pdfium.memory.buffer).set(bytes, pointer);
    const document = pdfium.FPDF_LoadMemDocument(pointer, bytes.length, 0);
    let characters = 0;
    let checksum = 0;
    const pages = document === 0 ? 0 : pdfium.FPDF_GetPageCount(document);
    for (let index = 0; index < pages; index++) {
      const read = readPage(document, index, rects);
      characters += read.characters;
      checksum += read.checksum;
    }
    if (document !== 0) pdfium.FPDF_CloseDocument(document);
    pdfium.free(pointer);
    return { pages, characters, checksum };
  };
}
