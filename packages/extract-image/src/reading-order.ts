import { median } from "./geometry.ts";
import { heightOf, type Segment } from "./segment.ts";

/** A column must hold this many runs of text, and they must be this many times wider than high: cells of a table are not. */
const COLUMN_RUNS = 3;
const COLUMN_WIDTH = 7;
/** Share of the runs that may lie across a gutter (headings, figures). */
const CROSSING_SHARE = 0.25;
/** Least width of a gutter, in line heights. */
const GUTTER = 0.6;

/**
 * Parts a page into blocks in reading order. Where a gutter divides columns of text, what crosses it (a heading over both)
 * parts the page into bands, and each band is read column by column; within a column the search goes on.
 */
export function readingOrder(segments: readonly Segment[]): Segment[][] {
  const gutter = findGutter(segments);
  if (gutter === undefined) return segments.length === 0 ? [] : [[...segments]];
  const sideOf = (segment: Segment): "left" | "right" | "across" => {
    const slack = heightOf(segment) * 0.5;
    if (segment.right <= gutter + slack) return "left";
    return segment.left >= gutter - slack ? "right" : "across";
  };
  const blocks: Segment[][] = [];
  let left: Segment[] = [];
  let right: Segment[] = [];
  let across: Segment[] = [];
  const closeColumns = (): void => {
    blocks.push(...readingOrder(left), ...readingOrder(right));
    left = [];
    right = [];
  };
  const closeAcross = (): void => {
    if (across.length > 0) blocks.push(across);
    across = [];
  };
  for (const segment of [...segments].sort((a, b) => a.top + a.bottom - b.top - b.bottom)) {
    const side = sideOf(segment);
    if (side === "across") {
      if (left.length + right.length > 0) closeColumns();
      across.push(segment);
      continue;
    }
    closeAcross();
    if (side === "left") left.push(segment);
    else right.push(segment);
  }
  closeAcross();
  closeColumns();
  return blocks;
}

/** A place along the line that few runs cross, with a column of text on both sides of it. */
function findGutter(segments: readonly Segment[]): number | undefined {
  if (segments.length < 2 * COLUMN_RUNS) return undefined;
  const height = median(segments.map(heightOf));
  const edges = segments.map(({ right }) => right).sort((a, b) => a - b);
  let best: { at: number; crossing: number; width: number } | undefined;
  for (const edge of edges) {
    // Only runs that end left of the edge bound the gutter there; its far side is where the next column begins.
    const at = edge + 0.5;
    const crossing = segments.filter((one) => one.left < at - height * 0.25 && one.right > at + height * 0.25);
    if (crossing.length > segments.length * CROSSING_SHARE) continue;
    const left = segments.filter((one) => one.right <= at + height * 0.25);
    const right = segments.filter((one) => one.left >= at - height * 0.25 && !left.includes(one));
    if (!isColumn(left) || !isColumn(right)) continue;
    const width =
      quantile(
        right.map((one) => one.left),
        0.1,
      ) -
      quantile(
        left.map((one) => one.right),
        0.9,
      );
    if (width < GUTTER * height) continue;
    const overlap = Math.min(maximum(left), maximum(right)) - Math.max(minimum(left), minimum(right));
    const extent = Math.min(maximum(left) - minimum(left), maximum(right) - minimum(right));
    if (overlap < extent * 0.5) continue;
    if (
      best === undefined ||
      crossing.length < best.crossing ||
      (crossing.length === best.crossing && width > best.width)
    ) {
      best = { at: at + Math.max(0, width) / 2, crossing: crossing.length, width };
    }
  }
  return best?.at;
}

function isColumn(segments: readonly Segment[]): boolean {
  if (segments.length < COLUMN_RUNS) return false;
  const ratios = segments.map((one) => (one.right - one.left) / heightOf(one));
  return median(ratios) >= COLUMN_WIDTH;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

const minimum = (segments: readonly Segment[]): number => Math.min(...segments.map(({ top }) => top));
const maximum = (segments: readonly Segment[]): number => Math.max(...segments.map(({ bottom }) => bottom));
