import { type PdfDocument, readFrame } from "@groundwork/pdfium";
import type { GlyphTable } from "./glyph-table.ts";
import { readGraphics } from "./graphics-reader.ts";
import type { PageContent } from "./page-content.ts";
import { readStructure } from "./structure-reader.ts";
import type { FontCache } from "./text-objects.ts";
import { readGlyphs } from "./text-reader.ts";
import { separateUnseen } from "./unseen-text.ts";

/** Reads a loaded page into plain data: after it the page can be closed. `number` is 1-based; the glyphs go into `table`. */
export function readPageContent(
  document: PdfDocument,
  page: number,
  number: number,
  fonts: FontCache,
  tagged: boolean,
  table: GlyphTable,
): PageContent {
  const { pdfium } = document;
  const frame = readFrame(pdfium, page);
  const tags = tagged ? readStructure(pdfium, page) : undefined;
  const graphics = readGraphics(pdfium, page, frame);
  const text = readGlyphs(pdfium, page, frame, fonts, tags, graphics.order, table);
  const { glyphs, recognized, unseen } = separateUnseen(pdfium, page, frame, text, graphics);
  const { rules, fills, images, differentImages, drawings, dots } = graphics;
  return {
    page: number,
    width: frame.width,
    height: frame.height,
    glyphs,
    rules,
    fills,
    images,
    differentImages,
    drawings,
    dots,
    unseen,
    health: { glyphs: glyphs.count, unmapped: text.unmapped, guessed: text.guessed, invisible: recognized },
  };
}
