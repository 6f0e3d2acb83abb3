import { type Pdfium, withMemory } from "./pdfium-module.ts";

export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Quarter turns clockwise of the writing direction against the page as shown. */
export type Turn = 0 | 1 | 2 | 3;

/** a b c d e f of PDF: x' = a x + c y + e, y' = b x + d y + f. */
export type Matrix = readonly [number, number, number, number, number, number];

export const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/** First `inner`, then `outer`. */
export function multiply(inner: Matrix, outer: Matrix): Matrix {
  const [a, b, c, d, e, f] = inner;
  const [A, B, C, D, E, F] = outer;
  return [a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D, e * A + f * C + E, e * B + f * D + F];
}

/**
 * How user space (y upwards, origin anywhere, unrotated) becomes the page as shown: the crop box, turned by the page's
 * rotation, with the origin at the top left and y downwards. Points.
 */
export interface PageFrame {
  readonly width: number;
  readonly height: number;
  readonly rotation: Turn;
  readonly matrix: Matrix;
}

export function frameOf(box: { left: number; bottom: number; right: number; top: number }, rotation: Turn): PageFrame {
  const { left, bottom, right, top } = box;
  const width = Math.abs(right - left);
  const height = Math.abs(top - bottom);
  const turned = rotation === 1 || rotation === 3;
  const matrix: Matrix =
    rotation === 0
      ? [1, 0, 0, -1, -left, top]
      : rotation === 1
        ? [0, 1, 1, 0, -bottom, -left]
        : rotation === 2
          ? [-1, 0, 0, 1, right, -bottom]
          : [0, -1, -1, 0, top, right];
  return { width: turned ? height : width, height: turned ? width : height, rotation, matrix };
}

/** The crop box inside the media box, as PDFium shows it. */
export function readFrame(pdfium: Pdfium, page: number): PageFrame {
  const rotation = (pdfium.call("FPDFPage_GetRotation")(page) & 3) as Turn;
  return withMemory(pdfium, 16, (pointer) => {
    pdfium.call("FPDF_GetPageBoundingBox")(page, pointer);
    const { f32 } = pdfium.views();
    const at = pointer >> 2;
    return frameOf({ left: f32[at]!, top: f32[at + 1]!, right: f32[at + 2]!, bottom: f32[at + 3]! }, rotation);
  });
}

/** An axis-parallel box of user space as an area of the frame. */
export function toArea(matrix: Matrix, x1: number, y1: number, x2: number, y2: number): Area {
  const left = matrix[0] * x1 + matrix[2] * y1 + matrix[4];
  const right = matrix[0] * x2 + matrix[2] * y2 + matrix[4];
  const top = matrix[1] * x1 + matrix[3] * y1 + matrix[5];
  const bottom = matrix[1] * x2 + matrix[3] * y2 + matrix[5];
  return {
    left: Math.min(left, right),
    top: Math.min(top, bottom),
    right: Math.max(left, right),
    bottom: Math.max(top, bottom),
  };
}
