import { type Native, type PageFrame, type Pdfium, readText } from "@groundwork/pdfium";
import type { GlyphObject } from "./glyph-table.ts";
import type { Area, TextStyle, Turn } from "./page-content.ts";
import type { PaintOrder } from "./paint-order.ts";
import type { StructureTags } from "./structure-reader.ts";

const STROKE = 1;
const FILL_AND_STROKE = 2;
const INVISIBLE = 3;
const FILL_AND_CLIP = 4;
const STROKE_AND_CLIP = 5;
const CLIP = 7;
/** Less of an ink (of 255) leaves no trace. */
const MIN_ALPHA = 8;

/** Below it (points) the size that a font is set in is compared with its glyphs. */
const MIN_STATED_SIZE = 1.5;
/** Usual height (em) of a glyph's loose box. */
const BOX_HEIGHT = 1.25;

/** A text object of a page: what one operator showed. */
export interface TextObject extends GlyphObject {
  /** Drawn without ink: nothing of it shows, whatever is behind it. */
  readonly invisible: boolean;
  readonly pointer: number;
  /** 0xRRGGBB, -1 where it is none: patterns and gradients. */
  readonly color: number;
  /** Among the objects of its page, see {@link PaintOrder}. */
  readonly order: number;
  readonly clip: Area | undefined;
  /** What is painted later is cut to its shape: `only` where that is all it does. */
  readonly shapes: "no" | "too" | "only";
  /** Its font prints symbols: a code without a mapping is a bullet or a box. */
  readonly symbols: boolean;
}

/** The text objects of the glyphs of a page that was read. */
export function textObjectsOf({ objects }: { readonly objects: readonly GlyphObject[] }): readonly TextObject[] {
  return objects as readonly TextObject[];
}

interface Font {
  readonly style: Omit<TextStyle, "size">;
  readonly symbols: boolean;
  /** By size (tenths of a point, doubled) and weight: glyphs of one look share one object. */
  readonly styles: Map<number, TextStyle>;
}

/** The fonts of a document by what is known of them. Not by handle: PDFium frees a font with the last page that shows it. */
export type FontCache = Map<string, Font>;

/** Reads what is the same for all glyphs of a text object. */
export class TextObjectReader {
  readonly #pdfium: Pdfium;
  readonly #textPage: number;
  readonly #frame: PageFrame;
  readonly #fonts: FontCache;
  readonly #tags: StructureTags | undefined;
  readonly #scratch: number;
  readonly #getMatrix: Native;
  readonly #getFontSize: Native;
  readonly #getMode: Native;
  readonly #getFont: Native;
  readonly #getFill: Native;
  readonly #getStroke: Native;
  readonly #order: PaintOrder;
  readonly #known = new Map<number, TextObject>();
  readonly #fontOf = new Map<number, Font>();

  /** `scratch` is a block of 24 bytes. */
  constructor(
    pdfium: Pdfium,
    textPage: number,
    frame: PageFrame,
    fonts: FontCache,
    tags: StructureTags | undefined,
    scratch: number,
    order: PaintOrder,
  ) {
    this.#pdfium = pdfium;
    this.#textPage = textPage;
    this.#frame = frame;
    this.#fonts = fonts;
    this.#tags = tags;
    this.#scratch = scratch;
    this.#order = order;
    this.#getFill = pdfium.call("FPDFPageObj_GetFillColor");
    this.#getStroke = pdfium.call("FPDFPageObj_GetStrokeColor");
    this.#getMatrix = pdfium.call("FPDFText_GetMatrix");
    this.#getFontSize = pdfium.call("FPDFTextObj_GetFontSize");
    this.#getMode = pdfium.call("FPDFTextObj_GetTextRenderMode");
    this.#getFont = pdfium.call("FPDFTextObj_GetFont");
  }

  /** `index` is any of its characters. */
  read(pointer: number, index: number): TextObject {
    let object = this.#known.get(pointer);
    if (object === undefined) {
      object = this.#read(pointer, index);
      this.#known.set(pointer, object);
    }
    return object;
  }

  #read(pointer: number, index: number): TextObject {
    const scratch = this.#scratch;
    const at = scratch >> 2;
    const mode = this.#getMode(pointer);
    const ink = this.#readInk(pointer, mode === STROKE || mode === STROKE_AND_CLIP);
    this.#getMatrix(this.#textPage, index, scratch);
    this.#getFontSize(pointer, scratch + 16);
    const font = this.#font(this.#getFont(pointer));
    const { f32 } = this.#pdfium.views();
    const ownA = f32[at]!;
    const ownB = f32[at + 1]!;
    const ownC = f32[at + 2]!;
    const ownD = f32[at + 3]!;
    const fontSize = f32[at + 4]!;
    // Its own matrix, then the page's; neither moves matter here.
    const [pageA, pageB, pageC, pageD] = this.#frame.matrix;
    const a = ownA * pageA + ownB * pageC;
    const b = ownA * pageB + ownB * pageD;
    const c = ownC * pageA + ownD * pageC;
    const d = ownC * pageB + ownD * pageD;
    const degrees = (Math.atan2(b, a) * 180) / Math.PI + (fontSize < 0 ? 180 : 0);
    const quarters = Math.round(degrees / 90);
    const placed = this.#order.texts.get(pointer);
    const isEmpty = mode === CLIP && !this.#isFilledLater(placed?.order ?? Number.POSITIVE_INFINITY);
    const turn = (((quarters % 4) + 4) % 4) as Turn;
    const stated = Math.abs(fontSize) * Math.hypot(c, d);
    const size = stated < MIN_STATED_SIZE ? Math.max(stated, this.#measureSize(index, turn)) : stated;
    return {
      number: this.#known.size,
      pointer,
      color: ink.color,
      order: placed?.order ?? Number.POSITIVE_INFINITY,
      clip: placed?.clip,
      shapes: mode === CLIP ? "only" : mode >= FILL_AND_CLIP && mode < CLIP ? "too" : "no",
      style: styleOf(font, Math.round(size * 10) / 10, mode === FILL_AND_STROKE),
      turn,
      skewed: Math.abs(degrees - quarters * 90) > 10,
      tag: this.#tags?.ofObject(pointer),
      invisible: mode === INVISIBLE || isEmpty || ink.alpha * (placed?.opacity ?? 1) < MIN_ALPHA,
      symbols: font.symbols,
    };
  }

  /** The colour it is filled or drawn with (0xRRGGBB, -1 of patterns) and how opaque (0..255) it is. */
  #readInk(pointer: number, isStroked: boolean): { readonly color: number; readonly alpha: number } {
    const scratch = this.#scratch;
    const read = isStroked ? this.#getStroke : this.#getFill;
    if (read(pointer, scratch, scratch + 4, scratch + 8, scratch + 12) === 0) return { color: -1, alpha: 255 };
    const { i32 } = this.#pdfium.views();
    const at = scratch >> 2;
    return { color: (i32[at]! << 16) | (i32[at + 1]! << 8) | i32[at + 2]!, alpha: i32[at + 3]! };
  }

  /** Fonts that draw their glyphs themselves may do so in any unit: their boxes tell how large they are (points). */
  #measureSize(index: number, turn: Turn): number {
    const scratch = this.#scratch;
    if (this.#pdfium.call("FPDFText_GetLooseCharBox")(this.#textPage, index, scratch) === 0) return 0;
    const { f32 } = this.#pdfium.views();
    const at = scratch >> 2;
    const along = Math.abs(f32[at + 2]! - f32[at]!);
    const across = Math.abs(f32[at + 3]! - f32[at + 1]!);
    const isTurned = turn % 2 !== this.#frame.rotation % 2;
    const height = (isTurned ? along : across) / BOX_HEIGHT;
    return height >= MIN_STATED_SIZE ? height : 0;
  }

  /** Text that only clips shows as what is painted through it. */
  #isFilledLater(order: number): boolean {
    return this.#order.painted.some((item) => item.order > order && item.order < Number.POSITIVE_INFINITY);
  }

  #font(handle: number): Font {
    let font = this.#fontOf.get(handle);
    if (font === undefined) {
      font = readFont(this.#pdfium, handle, this.#fonts);
      this.#fontOf.set(handle, font);
    }
    return font;
  }
}

function styleOf(font: Font, size: number, stroked: boolean): TextStyle {
  const bold = font.style.bold || stroked;
  const key = size * 20 + (bold ? 1 : 0);
  let style = font.styles.get(key);
  if (style === undefined) {
    style = { ...font.style, bold, size };
    font.styles.set(key, style);
  }
  return style;
}

function readFont(pdfium: Pdfium, handle: number, fonts: FontCache): Font {
  const name =
    handle === 0
      ? ""
      : readText(pdfium, (buffer, bytes) => pdfium.call("FPDFFont_GetBaseFontName")(handle, buffer, bytes), "utf8");
  const flags = handle === 0 ? 0 : pdfium.call("FPDFFont_GetFlags")(handle);
  const weight = handle === 0 ? 400 : pdfium.call("FPDFFont_GetWeight")(handle);
  const key = `${weight} ${flags} ${name}`;
  const known = fonts.get(key);
  if (known !== undefined) return known;
  const font = name.replace(/^[A-Z]{6}\+/, "");
  const style = {
    font,
    bold: isBoldName(font) || (weight >= 600 && weight <= 1000),
    italic: /ital|obli|slant|kursiv|^cmti|^sfti|-it$/i.test(font) || (flags & 64) !== 0,
    monospaced: /mono|courier|consol|menlo|typewriter|^cmtt|^sftt|inconsolata/i.test(font),
  };
  const read: Font = { style, symbols: /wingding|dingbat|webding|symbol/i.test(font), styles: new Map() };
  fonts.set(key, read);
  return read;
}

/** Standard words in font names, and the bold cuts of the Computer Modern and Nimbus families. */
function isBoldName(font: string): boolean {
  return /bold|black|heavy|demi|-bd|^cmbx|^cmb\d|^sfbx|^cmssbx|nimbus\w*-medi|-medi(?:um)?ital?$/i.test(font);
}
