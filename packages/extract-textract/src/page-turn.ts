import type { Block, Geometry } from "@aws-sdk/client-textract";
import { median, type Place } from "./place.ts";

/** Quarter turns clockwise by which the text of a page, or of a line, stands. */
export type Turn = 0 | 1 | 2 | 3;

/** The direction of a line: its polygon begins at the corner where its text begins. */
export function turnOfLine({ Polygon: polygon = [] }: Geometry = {}): Turn {
  const [from, to] = polygon;
  if (from === undefined || to === undefined) return 0;
  const x = (to.X ?? 0) - (from.X ?? 0);
  const y = (to.Y ?? 0) - (from.Y ?? 0);
  if (Math.abs(x) >= Math.abs(y)) return x >= 0 ? 0 : 2;
  return y > 0 ? 1 : 3;
}

/** The direction of most of a page's text. */
function turnOfPage(lines: readonly Block[]): Turn {
  const characters = [0, 0, 0, 0];
  for (const { Geometry: geometry, Text: text = "" } of lines) characters[turnOfLine(geometry)]! += text.length;
  return characters.indexOf(Math.max(...characters)) as Turn;
}

/** Where a place of the page lies after quarter turns that set its text upright. */
function turned({ left, top, right, bottom }: Place, turn: Turn): Place {
  switch (turn) {
    case 0:
      return { left, top, right, bottom };
    case 1:
      return { left: top, top: 1 - right, right: bottom, bottom: 1 - left };
    case 2:
      return { left: 1 - right, top: 1 - bottom, right: 1 - left, bottom: 1 - top };
    case 3:
      return { left: 1 - bottom, top: left, right: 1 - top, bottom: right };
  }
}

/** Lines that are shorter say little about the slope of the page. */
const SLOPE_CHARACTERS = 8;
/** Slopes below it change nothing that matters. */
const LEAST_SLOPE = 0.003;

/** How the text of a page stands: quarter turns, and how much its lines still rise or fall after them. */
export class PageTurn {
  readonly quarters: Turn;
  /** Of a line, in shares of the page's height by shares of its width. */
  readonly slope: number;

  constructor(lines: readonly Block[]) {
    this.quarters = turnOfPage(lines);
    const slopes = lines.flatMap(({ Geometry: geometry, Text: text = "" }) => {
      const [from, to] = this.#points(geometry);
      if (from === undefined || to === undefined || turnOfLine(geometry) !== this.quarters) return [];
      return text.length >= SLOPE_CHARACTERS && to.x > from.x ? [(to.y - from.y) / (to.x - from.x)] : [];
    });
    const slope = median(slopes);
    this.slope = Math.abs(slope) < LEAST_SLOPE ? 0 : slope;
  }

  #points({ Polygon: polygon }: Geometry = {}): { readonly x: number; readonly y: number }[] {
    return (polygon ?? []).map(({ X = 0, Y = 0 }) => {
      const { left, top } = turned({ left: X, top: Y, right: X, bottom: Y }, this.quarters);
      return { x: left, y: top };
    });
  }

  /**
   * Where a block stands when the text is upright and level. The corners are moved up and down only: how wide the page is against its height is not
   * known, and lines are told apart by their heights.
   */
  uprightPlace(place: Place, geometry: Geometry | undefined): Place {
    const box = turned(place, this.quarters);
    if (this.slope === 0) return box;
    const points = this.#points(geometry);
    if (points.length < 3) {
      const shift = this.slope * ((box.left + box.right) / 2 - 0.5);
      return { ...box, top: box.top - shift, bottom: box.bottom - shift };
    }
    const heights = points.map(({ x, y }) => y - this.slope * (x - 0.5));
    return { left: box.left, right: box.right, top: Math.min(...heights), bottom: Math.max(...heights) };
  }
}
