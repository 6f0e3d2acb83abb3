import { rowsOf } from "./page-graph.ts";
import { heightOf, median, type Place, shared, union, widthOf } from "./place.ts";

/** Something that has a place on the page. */
export interface Placed {
  readonly upright: Place;
  /** Of a line; absent for what is as wide as it is (a table, a field). */
  readonly text?: string;
}

/** A gap between columns is this many characters wide at least. */
const GAP_CHARACTERS = 1.5;
/** A column has this many lines at least. */
const COLUMN_LINES = 3;
/** Prose fills its column: that many of its lines reach over this share of it. */
const FULL_LINES = 0.5;
const FULL_WIDTH = 0.6;
/** Shorter texts in columns are labels and figures, which are read along the row. */
const PROSE_CHARACTERS = 12;
const MAX_DEPTH = 8;
/** Items that are looked at in all, several times each: a page of a few hundred lines takes a tenth of it. Beyond it, rows. */
const MOST_WORK = 500_000;
/** A gap is looked for in so many strips of the page's width. */
const STRIPS = 250;

/**
 * Stretches of a page in reading order, each read from the top: columns of prose one after the other, everything else along its rows. For pages of
 * which the service did not tell the layout.
 */
export function readingOrder<T extends Placed>(items: readonly T[]): T[][] {
  return stretches(items, 0, { left: MOST_WORK }).map((stretch) => rowsOf(stretch).flat());
}

function stretches<T extends Placed>(items: readonly T[], depth: number, work: { left: number }): T[][] {
  if (items.length < 2 * COLUMN_LINES || depth > MAX_DEPTH) return items.length === 0 ? [] : [[...items]];
  const bands = bandsOf(items);
  const found: T[][] = [];
  let plain: T[] = [];
  const flush = (): void => {
    if (plain.length > 0) found.push(plain);
    plain = [];
  };
  const masks = bands.map(maskOf);
  for (let from = 0; from < bands.length; ) {
    let columns: [T[], T[]] | undefined;
    let to = from;
    const ends = endsWithGap(masks, from);
    // Nearer and nearer to the start: what spoils the columns stands behind them as a rule.
    for (let step = 0; step < ends.length && columns === undefined; step = Math.max(step + 1, step * 2)) {
      to = ends[ends.length - 1 - step]!;
      const stretch = bands.slice(from, to).flat();
      work.left -= stretch.length;
      if (work.left < 0) break;
      columns = columnsOf(stretch);
    }
    if (columns === undefined) {
      plain.push(...bands[from]!);
      from++;
      continue;
    }
    flush();
    for (const column of columns) found.push(...stretches(column, depth + 1, work));
    from = to;
  }
  flush();
  return found;
}

/** Which of the strips of the page's width a band has something in. */
function maskOf(band: readonly Placed[]): bigint {
  let mask = 0n;
  for (const { upright } of band) {
    const from = Math.max(0, Math.floor(upright.left * STRIPS));
    const to = Math.min(STRIPS, Math.ceil(upright.right * STRIPS));
    if (to > from) mask |= ((1n << BigInt(to - from)) - 1n) << BigInt(from);
  }
  return mask;
}

/** Ends of stretches of bands from `from` on through which a gap goes, with something on both of its sides. */
function endsWithGap(masks: readonly bigint[], from: number): number[] {
  const ends: number[] = [];
  let covered = 0n;
  for (let to = from; to < masks.length; to++) {
    covered |= masks[to]!;
    const low = covered & -covered;
    // One run of ones plus its lowest is a power of two; a gap leaves more.
    if ((covered & (covered + low)) !== 0n) ends.push(to + 1);
  }
  return ends;
}

/** Groups that a horizontal cut parts without touching anything. */
function bandsOf<T extends Placed>(items: readonly T[]): T[][] {
  const bands: T[][] = [];
  let bottom = Number.NEGATIVE_INFINITY;
  for (const item of items.toSorted((a, b) => a.upright.top - b.upright.top)) {
    // Lines of one leading touch each other a little.
    const tolerance = 0.25 * heightOf(item.upright);
    if (item.upright.top >= bottom - tolerance) bands.push([item]);
    else bands.at(-1)!.push(item);
    bottom = Math.max(bottom, item.upright.bottom);
  }
  return bands;
}

/** Two columns of prose; `undefined` where the items are no columns. */
function columnsOf<T extends Placed>(items: readonly T[]): [T[], T[]] | undefined {
  if (items.length < 2 * COLUMN_LINES) return undefined;
  const character = median(
    items.flatMap(({ text, upright }) => (text === undefined || text === "" ? [] : [widthOf(upright) / text.length])),
  );
  const sorted = items.toSorted((a, b) => a.upright.left - b.upright.left);
  let right = sorted[0]!.upright.right;
  let best: { gap: number; at: number } | undefined;
  for (const { upright } of sorted) {
    const gap = upright.left - right;
    if (gap > GAP_CHARACTERS * character && gap > (best?.gap ?? 0)) best = { gap, at: (right + upright.left) / 2 };
    right = Math.max(right, upright.right);
  }
  if (best === undefined) return undefined;
  const sides: [T[], T[]] = [[], []];
  for (const item of items) sides[item.upright.left < best.at ? 0 : 1].push(item);
  if (!sides.every(isProse)) return undefined;
  const [a, b] = sides.map((side) => union(side.map(({ upright }) => upright))) as [Place, Place];
  const beside = shared(a.top, a.bottom, b.top, b.bottom);
  return beside > 0.5 * Math.min(heightOf(a), heightOf(b)) ? sides : undefined;
}

function isProse(side: readonly Placed[]): boolean {
  if (side.length < COLUMN_LINES) return false;
  const width = widthOf(union(side.map(({ upright }) => upright)));
  const full = side.filter(
    ({ text, upright }) =>
      text === undefined || (text.length >= PROSE_CHARACTERS && widthOf(upright) >= FULL_WIDTH * width),
  );
  return full.length >= FULL_LINES * side.length;
}
