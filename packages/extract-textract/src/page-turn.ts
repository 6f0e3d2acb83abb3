import type { Block, Geometry } from "@aws-sdk/client-textract";
import type { Place } from "./place.ts";

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
export function turnOfPage(lines: readonly Block[]): Turn {
  const characters = [0, 0, 0, 0];
  for (const { Geometry: geometry, Text: text = "" } of lines) characters[turnOfLine(geometry)]! += text.length;
  return characters.indexOf(Math.max(...characters)) as Turn;
}

/** Where a place of the page lies once its text is upright. */
export function uprightPlace({ left, top, right, bottom }: Place, turn: Turn): Place {
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
