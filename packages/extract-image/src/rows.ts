import { median } from "./geometry.ts";
import { heightOf, type Segment } from "./segment.ts";

/** Runs on one line of a block; runs nearer than a wide blank are one cell. */
export interface Row {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly cells: readonly (readonly Segment[])[];
}

/** Blanks wider than this many line heights part cells. */
const CELL_GAP = 1.2;

/** The rows of a block from top to bottom. */
export function rowsOf(block: readonly Segment[]): Row[] {
  const open: Segment[][] = [];
  for (const segment of [...block].sort((a, b) => a.top + a.bottom - b.top - b.bottom)) {
    const centre = (segment.top + segment.bottom) / 2;
    const row = open.findLast((candidate) => {
      const top = median(candidate.map((one) => one.top));
      const bottom = median(candidate.map((one) => one.bottom));
      const shared = Math.min(bottom, segment.bottom) - Math.max(top, segment.top);
      if (centre < top || centre > bottom || shared < 0.5 * Math.min(bottom - top, heightOf(segment))) return false;
      // Runs of one line stand side by side, never over each other.
      return candidate.every(
        (one) =>
          Math.min(one.right, segment.right) - Math.max(one.left, segment.left) <
          0.5 * Math.min(heightOf(one), heightOf(segment)) + 0.1 * (segment.right - segment.left),
      );
    });
    if (row === undefined) open.push([segment]);
    else row.push(segment);
  }
  return open.map((members) => {
    const sorted = members.sort((a, b) => a.left - b.left);
    const height = median(sorted.map(heightOf));
    const cells: Segment[][] = [];
    for (const segment of sorted) {
      const last = cells.at(-1)?.at(-1);
      if (last !== undefined && segment.left - last.right < CELL_GAP * height) cells.at(-1)!.push(segment);
      else cells.push([segment]);
    }
    return {
      left: sorted[0]!.left,
      right: Math.max(...sorted.map((one) => one.right)),
      top: median(sorted.map((one) => one.top)),
      bottom: median(sorted.map((one) => one.bottom)),
      cells,
    };
  });
}
