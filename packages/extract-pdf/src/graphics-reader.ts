import {
  IDENTITY,
  type Matrix,
  multiply,
  type Native,
  type PageFrame,
  type Pdfium,
  toArea,
  withMemory,
} from "@groundwork/pdfium";
import { areaOf } from "./areas.ts";
import type { Area, Rule } from "./page-content.ts";
import { PathReader } from "./path-reader.ts";

export interface PageGraphics {
  readonly rules: Rule[];
  readonly fills: Area[];
  /** Each time one is painted. */
  readonly images: Area[];
  /** Images without their repetitions. */
  readonly differentImages: number;
  readonly drawings: number;
  /** Small round or square filled paths: bullets of lists where browsers made the page. */
  readonly dots: Area[];
}

const PATH = 2;
const IMAGE = 3;
const SHADING = 4;
const FORM = 5;
/** A page of a map or a plot has hundreds of thousands of paths; past these counts none of them is a table. */
const MAX_OBJECTS = 60_000;
const MAX_DOTS = 400;
const MAX_COMPARED_IMAGES = 1000;
const MAX_FORM_DEPTH = 6;
/** Thicker lines (points) are bars, not rules. */
const MAX_RULE_THICKNESS = 3;
const MIN_RULE_LENGTH = 4;

/** Reads the rules, rectangles and images of a page, those inside form XObjects too. */
export function readGraphics(pdfium: Pdfium, page: number, frame: PageFrame): PageGraphics {
  return withMemory(pdfium, 64, (scratch) => {
    const reader = new GraphicsReader(pdfium, frame, scratch);
    const count = pdfium.call("FPDFPage_CountObjects")(page);
    const objectAt = pdfium.call("FPDFPage_GetObject");
    for (let index = 0; index < count && reader.hasRoom; index++) reader.read(objectAt(page, index), frame.matrix, 0);
    return { ...reader.result, differentImages: reader.countImages() };
  });
}

class GraphicsReader {
  readonly result: {
    readonly rules: Rule[];
    readonly fills: Area[];
    readonly images: Area[];
    readonly dots: Area[];
    drawings: number;
  } = { rules: [], fills: [], images: [], dots: [], drawings: 0 };
  readonly #pdfium: Pdfium;
  readonly #frame: PageFrame;
  readonly #scratch: number;
  readonly #path: PathReader;
  readonly #typeOf: Native;
  readonly #boundsOf: Native;
  readonly #drawModeOf: Native;
  readonly #imageObjects: number[] = [];
  #objects = 0;

  /** `scratch` is a block of 64 bytes. */
  constructor(pdfium: Pdfium, frame: PageFrame, scratch: number) {
    this.#pdfium = pdfium;
    this.#frame = frame;
    this.#scratch = scratch;
    this.#path = new PathReader(pdfium, scratch);
    this.#typeOf = pdfium.call("FPDFPageObj_GetType");
    this.#boundsOf = pdfium.call("FPDFPageObj_GetBounds");
    this.#drawModeOf = pdfium.call("FPDFPath_GetDrawMode");
  }

  /**
   * Different images among those painted. One that is painted again (a logo, a tile) is told by its size in pixels and the
   * bytes of its data; past {@link MAX_COMPARED_IMAGES} each counts.
   */
  countImages(): number {
    const objects = this.#imageObjects;
    if (objects.length < 2) return objects.length;
    const pdfium = this.#pdfium;
    const scratch = this.#scratch;
    const seen = new Set<string>();
    for (const object of objects.slice(0, MAX_COMPARED_IMAGES)) {
      const bytes = pdfium.call("FPDFImageObj_GetImageDataRaw")(object, 0, 0);
      pdfium.call("FPDFImageObj_GetImagePixelSize")(object, scratch, scratch + 4);
      const { i32 } = pdfium.views();
      seen.add(`${i32[scratch >> 2]} ${i32[(scratch + 4) >> 2]} ${bytes}`);
    }
    return seen.size + Math.max(0, objects.length - MAX_COMPARED_IMAGES);
  }

  get hasRoom(): boolean {
    return this.#objects < MAX_OBJECTS;
  }

  /** `toPage` leads from the space the object stands in to the page as shown. */
  read(object: number, toPage: Matrix, depth: number): void {
    this.#objects++;
    switch (object === 0 ? 0 : this.#typeOf(object)) {
      case PATH:
        this.#readPath(object, toPage);
        break;
      case IMAGE: {
        const bounds = this.#bounds(object, toPage);
        if (bounds === undefined) break;
        this.result.images.push(bounds);
        this.#imageObjects.push(object);
        break;
      }
      case SHADING:
        this.result.drawings++;
        break;
      case FORM:
        if (depth < MAX_FORM_DEPTH) this.#readForm(object, toPage, depth);
        break;
    }
  }

  #readForm(object: number, toPage: Matrix, depth: number): void {
    const inner = multiply(matrixOf(this.#pdfium, object, this.#scratch), toPage);
    const count = this.#pdfium.call("FPDFFormObj_CountObjects")(object);
    const objectAt = this.#pdfium.call("FPDFFormObj_GetObject");
    for (let index = 0; index < count && this.hasRoom; index++) this.read(objectAt(object, index), inner, depth + 1);
  }

  /** Bounds on the page as shown, or nothing when outside of it. */
  #bounds(object: number, toPage: Matrix): Area | undefined {
    const scratch = this.#scratch;
    if (this.#boundsOf(object, scratch, scratch + 4, scratch + 8, scratch + 12) === 0) return undefined;
    const { f32 } = this.#pdfium.views();
    const at = scratch >> 2;
    const area = toArea(toPage, f32[at]!, f32[at + 1]!, f32[at + 2]!, f32[at + 3]!);
    const { width, height } = this.#frame;
    const outside = area.right < 0 || area.bottom < 0 || area.left > width || area.top > height;
    return outside ? undefined : area;
  }

  #readPath(object: number, toPage: Matrix): void {
    const { result } = this;
    const scratch = this.#scratch;
    const bounds = this.#bounds(object, toPage);
    if (bounds === undefined || this.#drawModeOf(object, scratch, scratch + 4) === 0) return;
    const { i32 } = this.#pdfium.views();
    const filled = i32[scratch >> 2] !== 0;
    const stroked = i32[(scratch + 4) >> 2] !== 0;
    if ((!filled && !stroked) || (filled && !stroked && isWhite(this.#pdfium, object, scratch))) return;
    if (isDot(bounds) && result.dots.length < MAX_DOTS) {
      result.dots.push(bounds);
      return;
    }
    // Too small for a rule: all that it could be is one drawing more.
    const isSmall = bounds.right - bounds.left < MIN_RULE_LENGTH && bounds.bottom - bounds.top < MIN_RULE_LENGTH;
    if (isSmall && result.drawings > 0) return;
    const lines = this.#path.read(object, toPage);
    if (lines === undefined) {
      result.drawings++;
      return;
    }
    if (stroked) {
      let isOpen = true;
      for (const line of lines) {
        if (line.length >= 4) isOpen = false;
        for (const piece of line) {
          const rule = toRule(piece);
          if (rule !== undefined) result.rules.push(rule);
        }
      }
      if (isOpen) return;
    }
    if (!filled) return;
    // A filled path of several rectangles: each thin one is a rule.
    for (const line of lines) {
      const area = areaOf(line);
      const rule = toRule(area);
      if (rule !== undefined) result.rules.push(rule);
      else if (area.right - area.left > 4 && area.bottom - area.top > 4) result.fills.push(area);
    }
  }
}

/** From 1.5 to 7 points, as wide as high. */
function isDot({ left, top, right, bottom }: Area): boolean {
  const width = right - left;
  const height = bottom - top;
  return width >= 1.5 && width <= 7 && Math.abs(width - height) < 0.2 * width;
}

function isWhite(pdfium: Pdfium, object: number, scratch: number): boolean {
  if (pdfium.call("FPDFPageObj_GetFillColor")(object, scratch, scratch + 4, scratch + 8, scratch + 12) === 0)
    return false;
  const { i32 } = pdfium.views();
  const at = scratch >> 2;
  return (i32[at]! >= 250 && i32[at + 1]! >= 250 && i32[at + 2]! >= 250) || i32[at + 3] === 0;
}

function toRule({ left, top, right, bottom }: Area): Rule | undefined {
  const width = right - left;
  const height = bottom - top;
  if (height <= MAX_RULE_THICKNESS && width >= MIN_RULE_LENGTH && width > height) {
    return { orientation: "horizontal", at: (top + bottom) / 2, from: left, to: right };
  }
  if (width <= MAX_RULE_THICKNESS && height >= MIN_RULE_LENGTH) {
    return { orientation: "vertical", at: (left + right) / 2, from: top, to: bottom };
  }
  return undefined;
}

/** The matrix of a page object. `scratch` is a block of 24 bytes. */
function matrixOf(pdfium: Pdfium, object: number, scratch: number): Matrix {
  if (pdfium.call("FPDFPageObj_GetMatrix")(object, scratch) === 0) return IDENTITY;
  const { f32 } = pdfium.views();
  const at = scratch >> 2;
  return [f32[at]!, f32[at + 1]!, f32[at + 2]!, f32[at + 3]!, f32[at + 4]!, f32[at + 5]!];
}
