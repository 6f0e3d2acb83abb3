import type { QuarterTurns } from "@groundwork/picture";
import { cornersOf, type RotatedRectangle } from "./geometry.ts";
import type { RecognizedPage } from "./recognize-page.ts";
import type { TextWord } from "./text-line.ts";

/** A run of text on a page laid straight: sides in pixels of the page after its skew is taken out. */
export interface Segment {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly text: string;
  readonly words: readonly TextWord[];
  readonly confidence: number;
  /** Where it lies in the upright picture. */
  readonly rectangle: RotatedRectangle;
}

export const heightOf = (segment: { readonly top: number; readonly bottom: number }): number =>
  segment.bottom - segment.top;

/** The lines of a page as segments, the page's skew taken out. */
export function straightSegments({ lines, skew }: RecognizedPage): Segment[] {
  const cos = Math.cos(skew);
  const sin = Math.sin(skew);
  return lines.map(({ rectangle, text, words, confidence }) => {
    const u = rectangle.centreX * cos + rectangle.centreY * sin;
    const v = rectangle.centreY * cos - rectangle.centreX * sin;
    const sideways = Math.abs(rectangle.angle - skew) > Math.PI / 4;
    const width = sideways ? rectangle.height : rectangle.width;
    const height = sideways ? rectangle.width : rectangle.height;
    return {
      left: u - width / 2,
      right: u + width / 2,
      top: v - height / 2,
      bottom: v + height / 2,
      text,
      words,
      confidence,
      rectangle,
    };
  });
}

export interface UnitBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/** The box of a part of a rectangle (0..1 along it) in the picture as it is shown, 0..1. */
export function shownBox(
  rectangle: RotatedRectangle,
  page: { readonly upright: { readonly width: number; readonly height: number }; readonly turns: QuarterTurns },
  from = 0,
  to = 1,
): UnitBox {
  const middle = (from + to) / 2 - 0.5;
  const part: RotatedRectangle = {
    ...rectangle,
    centreX: rectangle.centreX + middle * rectangle.width * Math.cos(rectangle.angle),
    centreY: rectangle.centreY + middle * rectangle.width * Math.sin(rectangle.angle),
    width: rectangle.width * (to - from),
  };
  const { width, height } = page.upright;
  const shown = cornersOf(part).map((corner) => {
    const x = corner.x / width;
    const y = corner.y / height;
    switch (page.turns) {
      case 0:
        return { x, y };
      case 1:
        return { x: y, y: 1 - x };
      case 2:
        return { x: 1 - x, y: 1 - y };
      default:
        return { x: 1 - y, y: x };
    }
  });
  return {
    left: clamp(Math.min(...shown.map(({ x }) => x))),
    top: clamp(Math.min(...shown.map(({ y }) => y))),
    right: clamp(Math.max(...shown.map(({ x }) => x))),
    bottom: clamp(Math.max(...shown.map(({ y }) => y))),
  };
}
