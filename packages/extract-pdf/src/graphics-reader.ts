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
import {
  ClipReader,
  intersect,
  type Painted,
  type PaintedText,
  type PaintOrder,
  readCoveringAnnotations,
} from "./paint-order.ts";
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
  readonly order: PaintOrder;
}

const TEXT = 1;
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
/** Fills narrower than this (points) hide no text and lie behind none. */
const MIN_PAINTED = 2;
/** Of 255. */
const OPAQUE = 250;
/** A rectangle with rounded corners has 17. */
const MAX_COVER_SEGMENTS = 24;
/** Rectangles of one path that are told apart. */
const MAX_RECTANGLES = 64;
/** Of a point: cells that meet share an edge. */
const MAX_OVERLAP = 0.5;

/** What drawing a page paints, as far as it takes time. */
export function paintedAreas({ order }: Pick<PageGraphics, "order">): Area[] {
  return [...order.painted, ...order.groups];
}

/** Reads the rules, rectangles and images of a page, those inside form XObjects too. */
export function readGraphics(pdfium: Pdfium, page: number, frame: PageFrame): PageGraphics {
  return withMemory(pdfium, 64, (scratch) => {
    const reader = new GraphicsReader(pdfium, frame, scratch);
    const count = pdfium.call("FPDFPage_CountObjects")(page);
    const objectAt = pdfium.call("FPDFPage_GetObject");
    for (let index = 0; index < count && reader.hasRoom; index++)
      reader.read(objectAt(page, index), frame.matrix, PAGE_GROUP);
    const covering = readCoveringAnnotations(pdfium, page, ({ left, top, right, bottom }) =>
      toArea(frame.matrix, left, top, right, bottom),
    );
    const order = { painted: [...reader.painted, ...covering], groups: reader.groups, texts: reader.texts };
    return { ...reader.result, differentImages: reader.countImages(), order };
  });
}

/** What form XObjects do to the objects in them. */
interface Group {
  readonly depth: number;
  /** 0..1 */
  readonly opacity: number;
  /** No transparency of any kind. */
  readonly opaque: boolean;
}

interface Fill {
  readonly kind: "fill" | "other";
  /** 0xRRGGBB, -1 where it is none. */
  readonly color: number;
  /** 0..255 */
  readonly alpha: number;
}

const BAR: Fill = { kind: "other", color: -1, alpha: 255 };
const PAGE_GROUP: Group = { depth: 0, opacity: 1, opaque: true };

class GraphicsReader {
  readonly result: {
    readonly rules: Rule[];
    readonly fills: Area[];
    readonly images: Area[];
    readonly dots: Area[];
    drawings: number;
  } = { rules: [], fills: [], images: [], dots: [], drawings: 0 };
  readonly painted: Painted[] = [];
  readonly groups: Area[] = [];
  readonly texts = new Map<number, PaintedText>();
  readonly #pdfium: Pdfium;
  readonly #frame: PageFrame;
  readonly #scratch: number;
  readonly #path: PathReader;
  readonly #clips: ClipReader;
  readonly #typeOf: Native;
  readonly #boundsOf: Native;
  readonly #drawModeOf: Native;
  readonly #isTransparent: Native;
  readonly #countSegments: Native;
  readonly #imageObjects: number[] = [];
  #objects = 0;

  /** `scratch` is a block of 64 bytes. */
  constructor(pdfium: Pdfium, frame: PageFrame, scratch: number) {
    this.#pdfium = pdfium;
    this.#frame = frame;
    this.#scratch = scratch;
    this.#path = new PathReader(pdfium, scratch);
    this.#clips = new ClipReader(pdfium, scratch);
    this.#typeOf = pdfium.call("FPDFPageObj_GetType");
    this.#boundsOf = pdfium.call("FPDFPageObj_GetBounds");
    this.#drawModeOf = pdfium.call("FPDFPath_GetDrawMode");
    this.#countSegments = pdfium.call("FPDFPath_CountSegments");
    this.#isTransparent = pdfium.call("FPDFPageObj_HasTransparency");
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
  read(object: number, toPage: Matrix, group: Group): void {
    this.#objects++;
    switch (object === 0 ? 0 : this.#typeOf(object)) {
      case TEXT:
        this.texts.set(object, {
          order: this.#objects,
          clip: this.#clips.read(object, toPage)?.area,
          opacity: group.opacity,
        });
        break;
      case PATH:
        this.#readPath(object, toPage, group);
        break;
      case IMAGE: {
        const bounds = this.#bounds(object, toPage);
        if (bounds === undefined) break;
        this.result.images.push(bounds);
        this.#imageObjects.push(object);
        this.#paint(object, toPage, bounds, group);
        break;
      }
      case SHADING: {
        this.result.drawings++;
        const bounds = this.#bounds(object, toPage);
        if (bounds !== undefined) this.#paint(object, toPage, bounds, group, { kind: "other", color: -1, alpha: 255 });
        break;
      }
      case FORM:
        if (group.depth < MAX_FORM_DEPTH) this.#readForm(object, toPage, group);
        break;
    }
  }

  #readForm(object: number, toPage: Matrix, group: Group): void {
    const inner = multiply(matrixOf(this.#pdfium, object, this.#scratch), toPage);
    const { alpha } = fillOf(this.#pdfium, object, this.#scratch);
    const isTransparent = this.#isTransparent(object) !== 0;
    const bounds = isTransparent ? this.#bounds(object, toPage) : undefined;
    if (bounds !== undefined) this.groups.push(bounds);
    const own: Group = {
      depth: group.depth + 1,
      opacity: (group.opacity * alpha) / 255,
      opaque: group.opaque && !isTransparent,
    };
    const count = this.#pdfium.call("FPDFFormObj_CountObjects")(object);
    const objectAt = this.#pdfium.call("FPDFFormObj_GetObject");
    for (let index = 0; index < count && this.hasRoom; index++) this.read(objectAt(object, index), inner, own);
  }

  /** Notes what lies behind text or over it. */
  #paint(
    object: number,
    toPage: Matrix,
    bounds: Area,
    group: Group,
    fill?: Fill,
    isRectangular: boolean = false,
  ): void {
    const clip = this.#clips.read(object, toPage);
    const { left, top, right, bottom } = clip === undefined ? bounds : intersect(bounds, clip.area);
    if (right - left < MIN_PAINTED || bottom - top < MIN_PAINTED) return;
    const isOpaque = (fill?.alpha ?? 255) >= OPAQUE && group.opacity > 0.98 && this.#isTransparent(object) === 0;
    this.painted.push({
      left,
      top,
      right,
      bottom,
      order: this.#objects,
      kind: fill?.kind ?? "image",
      color: fill?.color ?? -1,
      pixels: fill === undefined ? this.#countPixels(object) : 0,
      exact: isOpaque && group.opaque && isRectangular && clip?.exact !== false,
      covers: isOpaque && (fill === undefined || isRectangular || this.#countSegments(object) <= MAX_COVER_SEGMENTS),
    });
  }

  #countPixels(image: number): number {
    const scratch = this.#scratch;
    if (this.#pdfium.call("FPDFImageObj_GetImagePixelSize")(image, scratch, scratch + 4) === 0) return 0;
    const { i32 } = this.#pdfium.views();
    return i32[scratch >> 2]! * i32[(scratch + 4) >> 2]!;
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

  #readPath(object: number, toPage: Matrix, group: Group): void {
    const { result } = this;
    const scratch = this.#scratch;
    const bounds = this.#bounds(object, toPage);
    if (bounds === undefined || this.#drawModeOf(object, scratch, scratch + 4) === 0) return;
    const { i32 } = this.#pdfium.views();
    const filled = i32[scratch >> 2] !== 0;
    const stroked = i32[(scratch + 4) >> 2] !== 0;
    if (!filled && !stroked) return;
    const isWide = bounds.right - bounds.left >= MIN_PAINTED && bounds.bottom - bounds.top >= MIN_PAINTED;
    const fill = filled ? fillOf(this.#pdfium, object, scratch) : undefined;
    if (fill !== undefined && !stroked && (fill.alpha === 0 || isWhite(fill.color))) {
      if (fill.alpha > 0 && isWide) this.#paint(object, toPage, bounds, group, fill);
      return;
    }
    const lines = this.#readLines(object, toPage, bounds);
    const rectangles = isWide && fill !== undefined ? rectanglesOf(lines) : undefined;
    if (rectangles !== undefined) for (const area of rectangles) this.#paint(object, toPage, area, group, fill, true);
    else if (isWide && fill !== undefined) this.#paint(object, toPage, bounds, group, fill);
    // A line as thick as a text is high covers it like a bar.
    else if (isWide && isBar(bounds, lines)) this.#paint(object, toPage, bounds, group, BAR);
    if (lines === undefined) return;
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

  /** The pieces of a path that may be a rule or a rectangle; others are counted. */
  #readLines(object: number, toPage: Matrix, bounds: Area): Area[][] | undefined {
    const { result } = this;
    if (isDot(bounds) && result.dots.length < MAX_DOTS) {
      result.dots.push(bounds);
      return undefined;
    }
    // Too small for a rule: all that it could be is one drawing more.
    const isSmall = bounds.right - bounds.left < MIN_RULE_LENGTH && bounds.bottom - bounds.top < MIN_RULE_LENGTH;
    if (isSmall && result.drawings > 0) return undefined;
    const lines = this.#path.read(object, toPage);
    if (lines === undefined) result.drawings++;
    return lines;
  }
}

/** From 1.5 to 7 points, as wide as high. */
function isDot({ left, top, right, bottom }: Area): boolean {
  const width = right - left;
  const height = bottom - top;
  return width >= 1.5 && width <= 7 && Math.abs(width - height) < 0.2 * width;
}

/** The rectangles that a path without curves is made of, when they leave nothing out: none inside or over another. */
function rectanglesOf(lines: readonly Area[][] | undefined): Area[] | undefined {
  if (lines === undefined || lines.length === 0 || lines.length > MAX_RECTANGLES || !lines.every(isRectangle))
    return undefined;
  const areas = lines.map(areaOf);
  const overlaps = areas.some((area, index) => areas.slice(0, index).some((other) => overlap(area, other)));
  return overlaps ? undefined : areas;
}

function overlap(a: Area, b: Area): boolean {
  const { left, top, right, bottom } = intersect(a, b);
  return right - left > MAX_OVERLAP && bottom - top > MAX_OVERLAP;
}

function isRectangle(pieces: readonly Area[]): boolean {
  if (pieces.length !== 4 && pieces.length !== 5) return false;
  const { left, top, right, bottom } = areaOf(pieces);
  const [first, second, third, fourth] = pieces as [Area, Area, Area, Area];
  const areFlat = (a: Area, b: Area): boolean =>
    Math.min(a.right - a.left, b.right - b.left) > 0.99 * (right - left) &&
    Math.abs(a.top - b.top) > 0.99 * (bottom - top);
  const areUpright = (a: Area, b: Area): boolean =>
    Math.min(a.bottom - a.top, b.bottom - b.top) > 0.99 * (bottom - top) &&
    Math.abs(a.left - b.left) > 0.99 * (right - left);
  return (areFlat(first, third) && areUpright(second, fourth)) || (areUpright(first, third) && areFlat(second, fourth));
}

/** One straight line, thicker than rules are. */
function isBar({ left, top, right, bottom }: Area, lines: readonly Area[][] | undefined): boolean {
  const isLine = lines?.length === 1 && lines[0]!.length === 1;
  return isLine && Math.min(right - left, bottom - top) > MAX_RULE_THICKNESS;
}

/** 0xRRGGBB and 0..255; what cannot be told is opaque and of no colour (-1). `scratch` is a block of 16 bytes. */
function fillOf(pdfium: Pdfium, object: number, scratch: number): Fill {
  if (pdfium.call("FPDFPageObj_GetFillColor")(object, scratch, scratch + 4, scratch + 8, scratch + 12) === 0)
    return { kind: "other", color: -1, alpha: 255 };
  const { i32 } = pdfium.views();
  const at = scratch >> 2;
  return { kind: "fill", color: (i32[at]! << 16) | (i32[at + 1]! << 8) | i32[at + 2]!, alpha: i32[at + 3]! };
}

function isWhite(color: number): boolean {
  return color >= 0 && color >> 16 >= 250 && ((color >> 8) & 255) >= 250 && (color & 255) >= 250;
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
