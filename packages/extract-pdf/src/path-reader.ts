import type { Matrix, Native, Pdfium } from "@groundwork/pdfium";
import type { Area } from "./page-content.ts";

/** Segments of one path, and of a page's paths together, past which they are drawings and no rules. */
const MAX_PATH_SEGMENTS = 2000;
const MAX_SEGMENTS = 120_000;
/** Pieces that lean by more than this (points) both ways are slanted. */
const MAX_SLANT = 1.5;
const LINE_TO = 0;
const MOVE_TO = 2;

/** Reads paths that are made of horizontal and vertical pieces only. */
export class PathReader {
  readonly #pdfium: Pdfium;
  readonly #scratch: number;
  readonly #count: Native;
  readonly #segmentAt: Native;
  readonly #pointOf: Native;
  readonly #typeOf: Native;
  readonly #closes: Native;
  readonly #matrixOf: Native;
  #segments = 0;

  /** `scratch` is a block of 24 bytes. */
  constructor(pdfium: Pdfium, scratch: number) {
    this.#pdfium = pdfium;
    this.#scratch = scratch;
    this.#count = pdfium.call("FPDFPath_CountSegments");
    this.#segmentAt = pdfium.call("FPDFPath_GetPathSegment");
    this.#pointOf = pdfium.call("FPDFPathSegment_GetPoint");
    this.#typeOf = pdfium.call("FPDFPathSegment_GetType");
    this.#closes = pdfium.call("FPDFPathSegment_GetClose");
    this.#matrixOf = pdfium.call("FPDFPageObj_GetMatrix");
  }

  /** The pieces of each sub-path on the page as shown; nothing for a path with a curved or slanted piece. */
  read(object: number, toPage: Matrix): Area[][] | undefined {
    const count = this.#count(object);
    if (count > MAX_PATH_SEGMENTS || this.#segments > MAX_SEGMENTS) return undefined;
    const scratch = this.#scratch;
    const at = scratch >> 2;
    if (this.#matrixOf(object, scratch) === 0) return undefined;
    const own = this.#pdfium.views().f32;
    const a = own[at]! * toPage[0] + own[at + 1]! * toPage[2];
    const b = own[at]! * toPage[1] + own[at + 1]! * toPage[3];
    const c = own[at + 2]! * toPage[0] + own[at + 3]! * toPage[2];
    const d = own[at + 2]! * toPage[1] + own[at + 3]! * toPage[3];
    const e = own[at + 4]! * toPage[0] + own[at + 5]! * toPage[2] + toPage[4];
    const f = own[at + 4]! * toPage[1] + own[at + 5]! * toPage[3] + toPage[5];
    const lines: Area[][] = [];
    let line: Area[] = [];
    let x = 0;
    let y = 0;
    let startX = 0;
    let startY = 0;
    for (let index = 0; index < count; index++) {
      const segment = this.#segmentAt(object, index);
      if (segment === 0 || this.#pointOf(segment, scratch, scratch + 4) === 0) continue;
      this.#segments++;
      const { f32 } = this.#pdfium.views();
      const ownX = f32[at]!;
      const ownY = f32[at + 1]!;
      const toX = a * ownX + c * ownY + e;
      const toY = b * ownX + d * ownY + f;
      const type = this.#typeOf(segment);
      if (type === MOVE_TO) {
        if (line.length > 0) lines.push(line);
        line = [];
        startX = toX;
        startY = toY;
      } else if (type !== LINE_TO || isSlanted(x, y, toX, toY)) {
        return undefined;
      } else {
        line.push(pieceOf(x, y, toX, toY));
        if (this.#closes(segment) !== 0) {
          if (isSlanted(toX, toY, startX, startY)) return undefined;
          line.push(pieceOf(toX, toY, startX, startY));
          x = startX;
          y = startY;
          continue;
        }
      }
      x = toX;
      y = toY;
    }
    if (line.length > 0) lines.push(line);
    return lines;
  }
}

function isSlanted(x: number, y: number, toX: number, toY: number): boolean {
  return Math.abs(toX - x) > MAX_SLANT && Math.abs(toY - y) > MAX_SLANT;
}

function pieceOf(x: number, y: number, toX: number, toY: number): Area {
  return { left: Math.min(x, toX), top: Math.min(y, toY), right: Math.max(x, toX), bottom: Math.max(y, toY) };
}
