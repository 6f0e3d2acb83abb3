import { type PageFrame, type Pdfium, withMemory } from "@groundwork/pdfium";
import { type Character, characterOf, Trait } from "./characters.ts";
import { GlyphTable, Mark } from "./glyph-table.ts";
import type { PaintOrder } from "./paint-order.ts";
import type { StructureTags } from "./structure-reader.ts";
import { type FontCache, type TextObject, TextObjectReader } from "./text-objects.ts";

/** Sanity limit: a page with more characters is cut there. */
const MAX_GLYPHS = 400_000;
/** Smaller glyphs (points) cannot be read, where the page is no smaller than a postcard: those are shown enlarged. */
const MIN_SIZE = 1.5;
const POSTCARD = 400;
const BULLET = characterOf(0x2022);
const LAM = "ل";

/** The characters of a page. What lies in `glyphs` has ink, a size that can be read and a place on the page. */
export interface PageText {
  readonly glyphs: GlyphTable;
  /** Drawn without ink: OCR's text behind a scan, or hidden text. */
  readonly invisible: GlyphTable | undefined;
  readonly tiny: GlyphTable | undefined;
  readonly outside: GlyphTable | undefined;
  /** U+FFFD, private use or controls: nobody can read them. */
  readonly unmapped: number;
  /** Without a mapping to Unicode: the code inside the font was taken for it, which may be right or not. */
  readonly guessed: number;
}

/**
 * Reads every character of a page with its place, font and structure tag, in the order of the content stream.
 * `table` is used over again for every page: what it held before is gone.
 */
export function readGlyphs(
  pdfium: Pdfium,
  page: number,
  frame: PageFrame,
  fonts: FontCache,
  tags: StructureTags | undefined,
  order: PaintOrder,
  table: GlyphTable,
): PageText {
  const textPage = pdfium.call("FPDFText_LoadPage")(page);
  if (textPage === 0)
    return {
      glyphs: table.reset(0),
      invisible: undefined,
      tiny: undefined,
      outside: undefined,
      unmapped: 0,
      guessed: 0,
    };
  try {
    return withMemory(pdfium, 64, (scratch) => {
      const objects = new TextObjectReader(pdfium, textPage, frame, fonts, tags, scratch, order);
      return readFrom(pdfium, textPage, scratch, frame, objects, table);
    });
  } finally {
    pdfium.call("FPDFText_ClosePage")(textPage);
  }
}

function readFrom(
  pdfium: Pdfium,
  textPage: number,
  scratch: number,
  frame: PageFrame,
  objects: TextObjectReader,
  table: GlyphTable,
): PageText {
  const getUnicode = pdfium.call("FPDFText_GetUnicode");
  const getBox = pdfium.call("FPDFText_GetLooseCharBox");
  const getOrigin = pdfium.call("FPDFText_GetCharOrigin");
  const getObject = pdfium.call("FPDFText_GetTextObject");
  const isUnmapped = pdfium.call("FPDFText_HasUnicodeMapError");
  const count = Math.min(pdfium.call("FPDFText_CountChars")(textPage), MAX_GLYPHS);
  const visible = table.reset(count + 1);
  let invisible: GlyphTable | undefined;
  let tiny: GlyphTable | undefined;
  let outside: GlyphTable | undefined;
  const [a, b, c, d, e, f] = frame.matrix;
  const { width, height } = frame;
  const minSize = MIN_SIZE * Math.min(1, Math.max(width, height) / POSTCARD);
  const at = scratch >> 2;
  const originAt = (scratch + 16) >> 3;
  let views = pdfium.views();
  let unmapped = 0;
  let guessed = 0;
  let spaceBefore = true;
  let lastTarget = visible;
  let pointer = 0;
  let object: TextObject | undefined;
  // The loose boxes of an object's glyphs reach equally high and low while they stand on one line.
  let lineFrom = Number.NaN;
  let lineTo = Number.NaN;
  let baseline = 0;
  for (let index = 0; index < count; index++) {
    let code = getUnicode(textPage, index);
    if (code >= 0xd800 && code < 0xdc00 && index + 1 < count) {
      const low = getUnicode(textPage, index + 1);
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        index++;
      }
    }
    const character = characterOf(code);
    if (character.space && !(character.ligatureCode && isPrinted(pdfium, textPage, index, scratch))) {
      spaceBefore = true;
      continue;
    }
    const ownPointer = getObject(textPage, index);
    if (ownPointer === 0) continue;
    if (ownPointer !== pointer || object === undefined) {
      pointer = ownPointer;
      object = objects.read(pointer, index);
      lineFrom = Number.NaN;
    }
    if (getBox(textPage, index, scratch) === 0) continue;
    if (views.u8.length === 0) views = pdfium.views();
    const { f32 } = views;
    const x1 = f32[at]!;
    const y1 = f32[at + 1]!;
    const x2 = f32[at + 2]!;
    const y2 = f32[at + 3]!;
    const startX = a * x1 + c * y1 + e;
    const endX = a * x2 + c * y2 + e;
    const startY = b * x1 + d * y1 + f;
    const endY = b * x2 + d * y2 + f;
    const left = Math.min(startX, endX);
    const right = Math.max(startX, endX);
    const top = Math.min(startY, endY);
    const bottom = Math.max(startY, endY);
    const horizontal = object.turn === 0 || object.turn === 2;
    const from = horizontal ? top : left;
    const to = horizontal ? bottom : right;
    if (from !== lineFrom || to !== lineTo || object.skewed) {
      if (getOrigin(textPage, index, scratch + 16, scratch + 24) === 0) continue;
      const { f64 } = views;
      const originX = f64[originAt]!;
      const originY = f64[originAt + 1]!;
      baseline = horizontal ? b * originX + d * originY + f : a * originX + c * originY + e;
      lineFrom = from;
      lineTo = to;
    }
    const { size } = object.style;
    if (!(right - left < 5000)) continue;
    const x = (left + right) / 2;
    const y = (top + bottom) / 2;
    let target = visible;
    if (x < 0 || y < 0 || x > width || y > height) target = outside ??= new GlyphTable();
    else if (object.invisible) target = invisible ??= new GlyphTable();
    else if (size < minSize) target = tiny ??= new GlyphTable();
    const isRead = target === visible || target === invisible;
    const isGuess = isUnmapped(textPage, index) === 1;
    // A symbol font without a mapping: what it prints in text is a bullet or a box.
    const symbol = object.symbols && (isGuess || character.bad) && !character.privateSymbol;
    // What stands between two words of another kind parts them.
    if (target !== lastTarget) spaceBefore = true;
    lastTarget = target;
    const last = target.count - 1;
    if (symbol && last >= 0 && target.texts[last] === BULLET.text && Math.abs(target.right[last]! - left) < size)
      continue;
    if (isRead && !symbol && character.unmapped) unmapped++;
    else if (isRead && isGuess && !symbol) guessed++;
    const printed: Character = symbol ? BULLET : character;
    target.add(printed, left, top, right, bottom, baseline, object, spaceBefore);
    if (printed.text === LAM) turnLigature(target);
    spaceBefore = false;
  }
  visible.truncate(visible.count);
  for (const glyphs of [visible, invisible, tiny, outside]) if (glyphs !== undefined) markVertical(glyphs);
  return { glyphs: visible, invisible, tiny, outside, unmapped, guessed };
}

/** The letters of an Arabic ligature (lam and alef) share its box, and PDFium hands them on in the order of the eye. */
function turnLigature(glyphs: GlyphTable): void {
  const lam = glyphs.count - 1;
  const piece = lam - 1;
  if (piece < 0 || glyphs.objects[piece] !== glyphs.objects[lam] || !/^[آأإا]$/.test(glyphs.texts[piece]!)) return;
  const start = glyphs.left[lam]!;
  const touches = Math.abs(start - glyphs.right[piece]!) < 0.05 * glyphs.styles[lam]!.size;
  if (!touches && start !== glyphs.left[piece]) return;
  const spaceBefore = (glyphs.marks[piece]! & Mark.spaceBefore) !== 0;
  glyphs.take(glyphs, piece);
  glyphs.copy(glyphs, lam, piece);
  glyphs.copy(glyphs, lam + 1, lam);
  glyphs.truncate(lam + 1);
  glyphs.setMark(piece, Mark.spaceBefore, spaceBefore);
  glyphs.setMark(lam, Mark.spaceBefore, false);
}

/** Upright glyphs that follow each other downwards are vertical writing: they are read like text turned by a quarter. */
function markVertical(glyphs: GlyphTable): void {
  const { count, traits, baseline, left, right, styles } = glyphs;
  const middle = (index: number): number => (left[index]! + right[index]!) / 2;
  const follows = (last: number, next: number): boolean => {
    if (((traits[last]! | traits[next]!) & Trait.eastAsian) === 0) return false;
    const { size } = styles[next]!;
    const step = baseline[next]! - baseline[last]!;
    if (step <= 0.5 * size || step >= 2.5 * size || glyphs.turnOf(last) !== 0 || glyphs.turnOf(next) !== 0)
      return false;
    return Math.abs(middle(last) - middle(next)) < 0.35 * size;
  };
  for (let from = 0; from < count; ) {
    let to = from + 1;
    while (to < count && follows(to - 1, to)) to++;
    if (to - from >= 3) {
      for (let index = from; index < to; index++) {
        const { size } = styles[index]!;
        const line = baseline[index]!;
        glyphs.setTurn(index, 1);
        // Its extent along the line is one em: boxes of horizontal metrics say nothing about it.
        glyphs.top[index] = line - 0.88 * size;
        glyphs.bottom[index] = line + 0.12 * size;
        baseline[index] = middle(index) - 0.3 * size;
      }
    }
    from = to;
  }
}

/** A tab or line end that has a glyph's width was printed: it is no white space. */
function isPrinted(pdfium: Pdfium, textPage: number, index: number, scratch: number): boolean {
  if (pdfium.call("FPDFText_GetTextObject")(textPage, index) === 0) return false;
  if (pdfium.call("FPDFText_GetCharBox")(textPage, index, scratch, scratch + 8, scratch + 16, scratch + 24) === 0)
    return false;
  const { f64 } = pdfium.views();
  const at = scratch >> 3;
  return f64[at + 1]! - f64[at]! > 1 && f64[at + 3]! - f64[at + 2]! > 2;
}
