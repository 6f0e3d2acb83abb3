import type { Glyph, StructureTag, TextHealth, TextStyle, Turn } from "./page-content.ts";
import { type Matrix, multiply, type PageFrame, toArea } from "./page-frame.ts";
import { type Pdfium, readText, withMemory } from "./pdfium-module.ts";
import { repairCharacter } from "./repair.ts";
import type { StructureTags } from "./structure-reader.ts";

/** Sanity limit: a page with more characters is cut there. */
const MAX_GLYPHS = 400_000;
/** Glyphs smaller than this (points) are hidden text. */
const MIN_SIZE = 0.75;
const INVISIBLE = 3;
const FILL_AND_STROKE = 2;

interface TextObject {
  readonly number: number;
  readonly style: TextStyle;
  readonly turn: Turn;
  readonly skewed: boolean;
  readonly invisible: boolean;
  readonly tag: StructureTag | undefined;
}

export interface PageText {
  readonly glyphs: Glyph[];
  readonly health: TextHealth;
}

/** Fonts by handle; a handle is valid while its document is open. */
export type FontCache = Map<number, Omit<TextStyle, "size">>;

/** Reads every visible character of a page with its place, font and structure tag, in the order of the content stream. */
export function readGlyphs(
  pdfium: Pdfium,
  page: number,
  frame: PageFrame,
  fonts: FontCache,
  tags: StructureTags | undefined,
): PageText {
  const textPage = pdfium.call("FPDFText_LoadPage")(page);
  if (textPage === 0) return { glyphs: [], health: { glyphs: 0, unmapped: 0, guessed: 0, invisible: 0 } };
  try {
    return withMemory(pdfium, 64, (scratch) => readFrom(pdfium, textPage, scratch, frame, fonts, tags));
  } finally {
    pdfium.call("FPDFText_ClosePage")(textPage);
  }
}

function readFrom(
  pdfium: Pdfium,
  textPage: number,
  scratch: number,
  frame: PageFrame,
  fonts: FontCache,
  tags: StructureTags | undefined,
): PageText {
  const getUnicode = pdfium.call("FPDFText_GetUnicode");
  const getBox = pdfium.call("FPDFText_GetLooseCharBox");
  const getOrigin = pdfium.call("FPDFText_GetCharOrigin");
  const getObject = pdfium.call("FPDFText_GetTextObject");
  const isUnmapped = pdfium.call("FPDFText_HasUnicodeMapError");
  const count = Math.min(pdfium.call("FPDFText_CountChars")(textPage), MAX_GLYPHS);
  const objects = new Map<number, TextObject>();
  const styles = new Map<string, TextStyle>();
  const visible: Glyph[] = [];
  const hidden: Glyph[] = [];
  const [a, b, c, d, e, f] = frame.matrix;
  let unmapped = 0;
  let guessed = 0;
  let spaceBefore = true;
  for (let index = 0; index < count; index++) {
    let code = validCode(getUnicode(textPage, index));
    if (code >= 0xd800 && code < 0xdc00 && index + 1 < count) {
      const low = getUnicode(textPage, index + 1);
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        index++;
      }
    }
    if (isSpace(code) && !isLigatureCode(pdfium, textPage, index, code, scratch)) {
      spaceBefore = true;
      continue;
    }
    const pointer = getObject(textPage, index);
    if (pointer === 0) continue;
    let object = objects.get(pointer);
    if (object === undefined) {
      object = readObject(pdfium, textPage, index, pointer, objects.size, frame, fonts, styles, tags, scratch);
      objects.set(pointer, object);
    }
    if (getBox(textPage, index, scratch) === 0 || getOrigin(textPage, index, scratch + 16, scratch + 24) === 0)
      continue;
    const { f32, f64 } = pdfium.views();
    const at = scratch >> 2;
    const area = toArea(frame.matrix, f32[at]!, f32[at + 1]!, f32[at + 2]!, f32[at + 3]!);
    if (object.style.size < MIN_SIZE || !(area.right - area.left < 5000)) continue;
    const x = (area.left + area.right) / 2;
    const y = (area.top + area.bottom) / 2;
    if (x < 0 || y < 0 || x > frame.width || y > frame.height) continue;
    const isGuess = isUnmapped(textPage, index) === 1;
    // A symbol font without a mapping: what it prints in text is a bullet or a box.
    const symbol = (isGuess || isBad(code)) && isSymbolFont(object.style.font) && !isPrivateSymbol(code);
    const text = symbol ? "•" : textOf(code);
    const bad = !symbol && isBad(code) && (text === "\uFFFD" || text === String.fromCodePoint(code));
    const before = (object.invisible ? hidden : visible).at(-1);
    if (symbol && before?.text === "•" && Math.abs(before.right - area.left) < object.style.size) continue;
    if (bad) unmapped++;
    else if (isGuess && !symbol) guessed++;
    const originX = f64[(scratch + 16) >> 3]!;
    const originY = f64[(scratch + 24) >> 3]!;
    const horizontal = object.turn === 0 || object.turn === 2;
    const plain: Glyph = {
      left: area.left,
      top: area.top,
      right: area.right,
      bottom: area.bottom,
      text,
      baseline: horizontal ? b * originX + d * originY + f : a * originX + c * originY + e,
      style: object.style,
      turn: object.turn,
      spaceBefore,
      object: object.number,
    };
    // Spreading costs as much as all the rest of a glyph, and most glyphs need none.
    const glyph =
      object.skewed || object.tag !== undefined
        ? {
            ...plain,
            ...(object.skewed ? { skewed: true } : {}),
            ...(object.tag === undefined ? {} : { tag: object.tag }),
          }
        : plain;
    const target = object.invisible ? hidden : visible;
    const piece = target.at(-1);
    if (piece !== undefined && isReversedPiece(piece, glyph)) {
      target[target.length - 1] = { ...glyph, spaceBefore: piece.spaceBefore };
      target.push({ ...piece, spaceBefore: false });
    } else {
      target.push(glyph);
    }
    spaceBefore = false;
  }
  // Invisible text is kept where it is all there is: OCR under a scan. Beside visible text it is a trap or a duplicate.
  const kept = hidden.length > visible.length ? [...levelSizes(hidden), ...visible] : visible;
  markVertical(kept);
  return {
    glyphs: kept,
    health: { glyphs: kept.length, unmapped, guessed, invisible: kept === visible ? 0 : hidden.length },
  };
}

/** The letters of an Arabic ligature (lam and alef) share its box, and PDFium hands them on in the order of the eye. */
function isReversedPiece(piece: Glyph, glyph: Glyph): boolean {
  if (glyph.text !== "ل" || piece.object !== glyph.object || !/^[آأإا]$/.test(piece.text)) return false;
  return Math.abs(glyph.left - piece.right) < 0.05 * glyph.style.size || glyph.left === piece.left;
}

const EAST_ASIAN = /[\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]/;

/** Upright glyphs that follow each other downwards are vertical writing: they are read like text turned by a quarter. */
function markVertical(glyphs: Glyph[]): void {
  const middle = (glyph: Glyph): number => (glyph.left + glyph.right) / 2;
  const follows = (last: Glyph, glyph: Glyph): boolean => {
    const { size } = glyph.style;
    const step = glyph.baseline - last.baseline;
    if (step <= 0.5 * size || step >= 2.5 * size || last.turn !== 0 || glyph.turn !== 0) return false;
    return Math.abs(middle(last) - middle(glyph)) < 0.35 * size && EAST_ASIAN.test(last.text + glyph.text);
  };
  for (let from = 0; from < glyphs.length; ) {
    let to = from + 1;
    while (to < glyphs.length && follows(glyphs[to - 1]!, glyphs[to]!)) to++;
    if (to - from >= 3) {
      for (let index = from; index < to; index++) {
        const glyph = glyphs[index]!;
        const { baseline, style } = glyph;
        // Its extent along the line is one em: boxes of horizontal metrics say nothing about it.
        glyphs[index] = {
          ...glyph,
          turn: 1,
          top: baseline - 0.88 * style.size,
          bottom: baseline + 0.12 * style.size,
          baseline: middle(glyph) - 0.3 * style.size,
        };
      }
    }
    from = to;
  }
}

/** OCR sets each line in the size it measured, which varies: sizes near the usual one become the usual one. */
function levelSizes(glyphs: readonly Glyph[]): Glyph[] {
  const sizes = glyphs.map((glyph) => glyph.style.size).sort((a, b) => a - b);
  const usual = sizes[sizes.length >> 1]!;
  const styles = new Map<TextStyle, TextStyle>();
  return glyphs.map((glyph) => {
    const { size } = glyph.style;
    if (size < 0.6 * usual || size > 1.35 * usual) return glyph;
    const style = styles.get(glyph.style) ?? { ...glyph.style, size: usual };
    styles.set(glyph.style, style);
    return { ...glyph, style };
  });
}

function readObject(
  pdfium: Pdfium,
  textPage: number,
  index: number,
  pointer: number,
  number: number,
  frame: PageFrame,
  fonts: FontCache,
  styles: Map<string, TextStyle>,
  tags: StructureTags | undefined,
  scratch: number,
): TextObject {
  const at = scratch >> 2;
  pdfium.call("FPDFText_GetMatrix")(textPage, index, scratch);
  const m = pdfium.views().f32;
  const own: Matrix = [m[at]!, m[at + 1]!, m[at + 2]!, m[at + 3]!, 0, 0];
  pdfium.call("FPDFTextObj_GetFontSize")(pointer, scratch);
  const fontSize = pdfium.views().f32[at]!;
  const [a, b, c, d] = multiply(own, frame.matrix);
  const mode = pdfium.call("FPDFTextObj_GetTextRenderMode")(pointer);
  const font = readFont(pdfium, pdfium.call("FPDFTextObj_GetFont")(pointer), fonts);
  const size = Math.round(Math.abs(fontSize) * Math.hypot(c, d) * 10) / 10;
  const bold = font.bold || mode === FILL_AND_STROKE;
  const key = `${font.font}/${size}/${bold}`;
  let style = styles.get(key);
  if (style === undefined) {
    style = { ...font, bold, size };
    styles.set(key, style);
  }
  const degrees = (Math.atan2(b, a) * 180) / Math.PI + (fontSize < 0 ? 180 : 0);
  const quarters = Math.round(degrees / 90);
  return {
    number,
    style,
    turn: (((quarters % 4) + 4) % 4) as Turn,
    skewed: Math.abs(degrees - quarters * 90) > 10,
    invisible: mode === INVISIBLE,
    tag: tags?.ofObject(pointer),
  };
}

function readFont(pdfium: Pdfium, handle: number, fonts: FontCache): Omit<TextStyle, "size"> {
  const known = fonts.get(handle);
  if (known !== undefined) return known;
  const name =
    handle === 0
      ? ""
      : readText(pdfium, (buffer, bytes) => pdfium.call("FPDFFont_GetBaseFontName")(handle, buffer, bytes), "utf8");
  const font = name.replace(/^[A-Z]{6}\+/, "");
  const flags = handle === 0 ? 0 : pdfium.call("FPDFFont_GetFlags")(handle);
  const weight = handle === 0 ? 400 : pdfium.call("FPDFFont_GetWeight")(handle);
  const style = {
    font,
    bold: isBoldName(font) || (weight >= 600 && weight <= 1000),
    italic: /ital|obli|slant|kursiv|^cmti|^sfti|-it$/i.test(font) || (flags & 64) !== 0,
    monospaced: /mono|courier|consol|menlo|typewriter|^cmtt|^sftt|inconsolata/i.test(font),
  };
  fonts.set(handle, style);
  return style;
}

/** Standard words in font names, and the bold cuts of the Computer Modern and Nimbus families. */
function isBoldName(font: string): boolean {
  return /bold|black|heavy|demi|-bd|^cmbx|^cmb\d|^sfbx|^cmssbx|nimbus\w*-medi|-medi(?:um)?ital?$/i.test(font);
}

function isSpace(code: number): boolean {
  return (
    code === 0x20 ||
    code === 0xa0 ||
    (code >= 0x09 && code <= 0x0d) ||
    (code >= 0x2000 && code <= 0x200b) ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000 ||
    code === 0xfeff
  );
}

/** PDFium hands on what broken mappings say: numbers beyond Unicode become U+FFFD. */
function validCode(code: number): number {
  return code >= 0 && code <= 0x10ffff ? code : 0xfffd;
}

/** Codes by which TeX's old fonts hold their ligatures: without a mapping they come out as control characters. */
const LIGATURE_CODES: ReadonlyMap<number, string> = new Map([
  [0x0b, "ff"],
  [0x0c, "fi"],
  [0x0d, "fl"],
  [0x0e, "ffi"],
  [0x0f, "ffl"],
]);

/** A tab or line end that has a glyph's width was printed: it is no white space. */
function isLigatureCode(pdfium: Pdfium, textPage: number, index: number, code: number, scratch: number): boolean {
  if (!LIGATURE_CODES.has(code) || pdfium.call("FPDFText_GetTextObject")(textPage, index) === 0) return false;
  if (pdfium.call("FPDFText_GetCharBox")(textPage, index, scratch, scratch + 8, scratch + 16, scratch + 24) === 0)
    return false;
  const { f64 } = pdfium.views();
  const at = scratch >> 3;
  return f64[at + 1]! - f64[at]! > 1 && f64[at + 3]! - f64[at + 2]! > 2;
}

function isSymbolFont(font: string): boolean {
  return /wingding|dingbat|webding|symbol/i.test(font);
}

/** Where symbol fonts keep their glyphs in Unicode: 0xF000 + the code in the font. */
function isPrivateSymbol(code: number): boolean {
  return code >= 0xf000 && code <= 0xf0ff;
}

function isBad(code: number): boolean {
  return (
    code === 0 ||
    code === 0xfffd ||
    (code < 0x20 && code !== 2 && !LIGATURE_CODES.has(code)) ||
    (code >= 0x7f && code < 0xa0) ||
    (code >= 0xe000 && code <= 0xf8ff) ||
    code >= 0xf0000
  );
}

/** PDFium writes a hyphen at a line's end as U+0002 or U+FFFE; it is shown as a hyphen. */
function textOf(code: number): string {
  if (code === 2 || code === 0xfffe) return "-";
  if (code === 0) return "\uFFFD";
  const ligature = LIGATURE_CODES.get(code);
  if (ligature !== undefined) return ligature;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return "\uFFFD";
  if (code >= 0xd800 && code <= 0xdfff) return "\uFFFD";
  return repairCharacter(String.fromCodePoint(code));
}
