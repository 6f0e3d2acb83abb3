import type { Area, Rule } from "./page-content.ts";
import { IDENTITY, type Matrix, multiply, type PageFrame, toArea } from "./page-frame.ts";
import { type Pdfium, withMemory } from "./pdfium-module.ts";

export interface PageGraphics {
  readonly rules: Rule[];
  readonly fills: Area[];
  readonly images: Area[];
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
const MAX_SEGMENTS = 120_000;
const MAX_DOTS = 400;
const MAX_FORM_DEPTH = 6;
/** Thicker lines (points) are bars, not rules. */
const MAX_RULE_THICKNESS = 3;
const MIN_RULE_LENGTH = 4;

interface Reader {
  readonly pdfium: Pdfium;
  readonly frame: PageFrame;
  readonly scratch: number;
  readonly result: { rules: Rule[]; fills: Area[]; images: Area[]; drawings: number; dots: Area[] };
  objects: number;
  segments: number;
}

/** Reads the rules, rectangles and images of a page, those inside form XObjects too. */
export function readGraphics(pdfium: Pdfium, page: number, frame: PageFrame): PageGraphics {
  return withMemory(pdfium, 64, (scratch) => {
    const reader: Reader = {
      pdfium,
      frame,
      scratch,
      result: { rules: [], fills: [], images: [], drawings: 0, dots: [] },
      objects: 0,
      segments: 0,
    };
    const count = pdfium.call("FPDFPage_CountObjects")(page);
    const objectAt = pdfium.call("FPDFPage_GetObject");
    for (let index = 0; index < count && reader.objects < MAX_OBJECTS; index++) {
      readObject(reader, objectAt(page, index), IDENTITY, 0);
    }
    return reader.result;
  });
}

function readObject(reader: Reader, object: number, outer: Matrix, depth: number): void {
  const { pdfium, result } = reader;
  reader.objects++;
  switch (object === 0 ? 0 : pdfium.call("FPDFPageObj_GetType")(object)) {
    case PATH:
      readPath(reader, object, outer);
      break;
    case IMAGE: {
      const bounds = boundsOf(reader, object, outer);
      if (bounds !== undefined) result.images.push(bounds);
      break;
    }
    case SHADING:
      result.drawings++;
      break;
    case FORM: {
      if (depth >= MAX_FORM_DEPTH) break;
      const matrix = multiply(matrixOf(reader, object), outer);
      const count = pdfium.call("FPDFFormObj_CountObjects")(object);
      for (let index = 0; index < count && reader.objects < MAX_OBJECTS; index++) {
        readObject(reader, pdfium.call("FPDFFormObj_GetObject")(object, index), matrix, depth + 1);
      }
      break;
    }
  }
}

function matrixOf({ pdfium, scratch }: Reader, object: number): Matrix {
  if (pdfium.call("FPDFPageObj_GetMatrix")(object, scratch) === 0) return IDENTITY;
  const { f32 } = pdfium.views();
  const at = scratch >> 2;
  return [f32[at]!, f32[at + 1]!, f32[at + 2]!, f32[at + 3]!, f32[at + 4]!, f32[at + 5]!];
}

/** Bounds on the page as shown, or nothing when outside of it. */
function boundsOf({ pdfium, scratch, frame }: Reader, object: number, outer: Matrix): Area | undefined {
  if (pdfium.call("FPDFPageObj_GetBounds")(object, scratch, scratch + 4, scratch + 8, scratch + 12) === 0)
    return undefined;
  const { f32 } = pdfium.views();
  const at = scratch >> 2;
  const area = toArea(multiply(outer, frame.matrix), f32[at]!, f32[at + 1]!, f32[at + 2]!, f32[at + 3]!);
  const outside = area.right < 0 || area.bottom < 0 || area.left > frame.width || area.top > frame.height;
  return outside ? undefined : area;
}

function readPath(reader: Reader, object: number, outer: Matrix): void {
  const { pdfium, scratch, result, frame } = reader;
  const bounds = boundsOf(reader, object, outer);
  if (bounds === undefined) return;
  if (pdfium.call("FPDFPath_GetDrawMode")(object, scratch, scratch + 4) === 0) return;
  const { i32 } = pdfium.views();
  const filled = i32[scratch >> 2] !== 0;
  const stroked = i32[(scratch + 4) >> 2] !== 0;
  if (!filled && !stroked) return;
  const white = filled && !stroked && isWhite(reader, object);
  if (white) return;
  if (isDot(bounds) && result.dots.length < MAX_DOTS) {
    result.dots.push(bounds);
    return;
  }
  const count = pdfium.call("FPDFPath_CountSegments")(object);
  if (count > 2000 || reader.segments > MAX_SEGMENTS) {
    result.drawings++;
    return;
  }
  reader.segments += count;
  const matrix = multiply(multiply(matrixOf(reader, object), outer), frame.matrix);
  const { lines, straight } = readSegments(reader, object, count, matrix);
  if (!straight) result.drawings++;
  if (stroked && straight) {
    for (const piece of lines.flat()) {
      const rule = toRule(piece);
      if (rule !== undefined) result.rules.push(rule);
    }
    if (!filled || lines.every((line) => line.length < 4)) return;
  }
  if (!filled || !straight) return;
  // A filled path of several rectangles: each thin one is a rule.
  for (const area of rectanglesOf(lines)) {
    const rule = toRule(area);
    if (rule !== undefined) result.rules.push(rule);
    else if (area.right - area.left > 4 && area.bottom - area.top > 4) result.fills.push(area);
  }
}

/** From 1.5 to 7 points, as wide as high. */
function isDot({ left, top, right, bottom }: Area): boolean {
  const width = right - left;
  const height = bottom - top;
  return width >= 1.5 && width <= 7 && Math.abs(width - height) < 0.2 * width;
}

function isWhite({ pdfium, scratch }: Reader, object: number): boolean {
  if (pdfium.call("FPDFPageObj_GetFillColor")(object, scratch, scratch + 4, scratch + 8, scratch + 12) === 0)
    return false;
  const { i32 } = pdfium.views();
  const at = scratch >> 2;
  return (i32[at]! >= 250 && i32[at + 1]! >= 250 && i32[at + 2]! >= 250) || i32[at + 3] === 0;
}

/** The straight pieces of a path; `straight` is false when a piece is curved or slanted. */
function readSegments(
  reader: Reader,
  object: number,
  count: number,
  matrix: Matrix,
): { lines: Area[][]; straight: boolean } {
  const { pdfium, scratch } = reader;
  const segmentAt = pdfium.call("FPDFPath_GetPathSegment");
  const pointOf = pdfium.call("FPDFPathSegment_GetPoint");
  const typeOf = pdfium.call("FPDFPathSegment_GetType");
  const closes = pdfium.call("FPDFPathSegment_GetClose");
  const [a, b, c, d, e, f] = matrix;
  const lines: Area[][] = [];
  let straight = true;
  let x = 0;
  let y = 0;
  let startX = 0;
  let startY = 0;
  const add = (toX: number, toY: number): void => {
    const slanted = Math.abs(toX - x) > 1.5 && Math.abs(toY - y) > 1.5;
    if (slanted) straight = false;
    lines
      .at(-1)
      ?.push({ left: Math.min(x, toX), right: Math.max(x, toX), top: Math.min(y, toY), bottom: Math.max(y, toY) });
  };
  for (let index = 0; index < count; index++) {
    const segment = segmentAt(object, index);
    if (segment === 0 || pointOf(segment, scratch, scratch + 4) === 0) continue;
    const { f32 } = pdfium.views();
    const px = f32[scratch >> 2]!;
    const py = f32[(scratch >> 2) + 1]!;
    const toX = a * px + c * py + e;
    const toY = b * px + d * py + f;
    const type = typeOf(segment);
    if (type === 2) {
      lines.push([]);
      startX = toX;
      startY = toY;
    } else if (type === 0) {
      add(toX, toY);
    } else {
      straight = false;
    }
    x = toX;
    y = toY;
    if (type !== 2 && closes(segment) !== 0) {
      add(startX, startY);
      x = startX;
      y = startY;
    }
  }
  return { lines: lines.filter((line) => line.length > 0), straight };
}

function rectanglesOf(lines: readonly (readonly Area[])[]): Area[] {
  return lines.map((pieces) => ({
    left: Math.min(...pieces.map((piece) => piece.left)),
    right: Math.max(...pieces.map((piece) => piece.right)),
    top: Math.min(...pieces.map((piece) => piece.top)),
    bottom: Math.max(...pieces.map((piece) => piece.bottom)),
  }));
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
