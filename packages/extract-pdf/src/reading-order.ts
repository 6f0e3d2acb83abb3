import { BandCover, type Stripe } from "./band-cover.ts";
import type { Area } from "./page-content.ts";

/** Something that is placed on a page as a whole: a line, a table. */
export interface Placed extends Area {
  readonly baseline: number;
  /** Points: of its type, or 10 for things without. */
  readonly size: number;
  /** Never to be parted into columns with what stands beside it. */
  readonly solid?: boolean;
}

/** Items of one column (or one band of the page's width), from top to bottom. */
export type Region<T> = T[];

/** Narrower white space (em) is not a gutter between columns. */
const MIN_GUTTER = 0.8;
/** The same for a band of few lines, where chance gaps are common. */
const MIN_GUTTER_OF_FEW = 1.5;
const FEW_STRIPS = 3;
const MAX_DEPTH = 12;

/**
 * Reading order by recursive cuts: bands of the page that share a gutter are cut into columns, read one after the other;
 * what spans the gutter (titles, wide tables, footnotes over the page) parts the bands. Unlike the plain XY-cut, a
 * paragraph gap that happens to run through all columns never cuts them (compare Nagy and Seth, 1984; Ha et al., 1995).
 * With `rightToLeft` (default false) the right column is read first.
 */
export function readingOrder<T extends Placed>(items: readonly T[], rightToLeft: boolean = false): Region<T>[] {
  return orderGroup([...items], 0, rightToLeft);
}

function orderGroup<T extends Placed>(items: T[], depth: number, rightToLeft: boolean): Region<T>[] {
  if (items.length === 0) return [];
  if (items.length === 1 || depth > MAX_DEPTH) return [sortRows(items)];
  const bands = bandsOf(stripsOf(items), rightToLeft);
  const regions: Region<T>[] = [];
  for (const band of bands) {
    const cut = chooseGap(band);
    if (cut === undefined) {
      appendRegion(regions, sortRows(band.items));
      continue;
    }
    const left = band.items.filter((item) => (item.left + item.right) / 2 < cut);
    const right = band.items.filter((item) => (item.left + item.right) / 2 >= cut);
    if (readsAcross(left, right)) {
      appendRegion(regions, sortRows(band.items));
      continue;
    }
    const columns = rightToLeft ? [right, left] : [left, right];
    for (const column of columns) regions.push(...orderGroup(column, depth + 1, rightToLeft));
  }
  return regions;
}

/** Bands of one column that follow each other are one region. */
function appendRegion<T extends Placed>(regions: Region<T>[], region: Region<T>): void {
  const last = regions.at(-1);
  const area = (items: readonly Placed[]): [number, number] => [
    Math.min(...items.map((item) => item.left)),
    Math.max(...items.map((item) => item.right)),
  ];
  if (last !== undefined) {
    const [left, right] = area(last);
    const [l, r] = area(region);
    const overlap = Math.min(right, r) - Math.max(left, l);
    const below = Math.min(...region.map((item) => item.top)) >= Math.max(...last.map((item) => item.baseline)) - 2;
    if (below && overlap > 0.5 * Math.min(right - left, r - l)) {
      last.push(...region);
      return;
    }
  }
  regions.push(region);
}

interface Strip<T> {
  items: T[];
  top: number;
  bottom: number;
}

/** Groups of items that overlap vertically, by the cores of their lines: full line boxes of tight type overlap. */
function stripsOf<T extends Placed>(items: readonly T[]): Strip<T>[] {
  const sorted = items
    .map((item) => ({ item, top: coreTop(item), bottom: coreBottom(item) }))
    .sort((a, b) => a.top - b.top);
  const strips: Strip<T>[] = [];
  for (const { item, top, bottom } of sorted) {
    const last = strips.at(-1);
    if (last !== undefined && top < last.bottom) {
      last.items.push(item);
      last.bottom = Math.max(last.bottom, bottom);
    } else {
      strips.push({ items: [item], top, bottom });
    }
  }
  return strips;
}

function coreTop(item: Placed): number {
  return item.solid === true ? item.top : Math.max(item.top, item.baseline - 0.55 * item.size);
}

function coreBottom(item: Placed): number {
  return item.solid === true ? item.bottom : Math.min(item.bottom, item.baseline + 0.05 * item.size);
}

interface Band<T> {
  items: T[];
  strips: Strip<T>[];
  gaps: Stripe[];
}

function coverOf(items: readonly Placed[]): BandCover {
  const cover = new BandCover();
  for (const item of items) cover.add(item);
  return cover;
}

/** White vertical stripes inside the items' width, wide enough for a gutter beside type of a size (that of the items by default). */
function gutters(items: readonly Placed[], em?: number): Stripe[] {
  const cover = coverOf(items);
  return cover.gaps(MIN_GUTTER * (em ?? cover.medianSize));
}

function medianSize(items: readonly Placed[]): number {
  const sizes = items.map((item) => item.size).sort((a, b) => a - b);
  return sizes[sizes.length >> 1] ?? 10;
}

/** Joins strips downwards while they share a gutter, or while neither has one. */
function bandsOf<T extends Placed>(strips: readonly Strip<T>[], rightToLeft: boolean): Band<T>[] {
  const bands: Band<T>[] = [];
  let cover = new BandCover();
  for (const strip of strips) {
    const own = gutters(strip.items);
    const last = bands.at(-1);
    if (last !== undefined) {
      for (const item of strip.items) cover.add(item);
      const gaps = cover.gaps(MIN_GUTTER * cover.medianSize);
      const both = last.gaps.length > 0;
      if ((both && gaps.length > 0) || (!both && own.length === 0 && gaps.length === 0)) {
        last.items.push(...strip.items);
        last.strips.push(strip);
        last.gaps = gaps;
        continue;
      }
    }
    cover = coverOf(strip.items);
    bands.push({ items: [...strip.items], strips: [strip], gaps: own });
  }
  settleEnds(bands, rightToLeft);
  return bands;
}

/**
 * Corrects where bands with columns begin and end. A line that stands a little above the rest of its column belongs to
 * it; a heading under the first column with text over the full width after it belongs to that text.
 */
function settleEnds<T extends Placed>(bands: Band<T>[], rightToLeft: boolean): void {
  for (let index = 0; index < bands.length; index++) {
    const band = bands[index]!;
    if (band.gaps.length === 0) continue;
    const before = bands[index - 1];
    const head = before?.strips.at(-1);
    if (
      before !== undefined &&
      head !== undefined &&
      before.gaps.length === 0 &&
      isHeadOfColumn(head, band, rightToLeft)
    ) {
      moveStrip(before, band, head);
      if (before.strips.length === 0) bands.splice(--index, 1);
    }
    const after = bands[index + 1];
    if (after === undefined || after.gaps.length > 0) continue;
    const foot = trailing(band, chooseGap(band), rightToLeft) ?? [];
    for (const strip of [...foot].reverse()) moveStrip(band, after, strip);
  }
}

function isHeadOfColumn<T extends Placed>(head: Strip<T>, band: Band<T>, rightToLeft: boolean): boolean {
  const cut = chooseGap(band);
  const first = band.strips[0]!;
  if (cut === undefined || head.items.some((item) => (rightToLeft ? item.right > cut : item.left < cut))) return false;
  const em = medianSize(head.items);
  return first.top - head.bottom < 0.9 * em && gutters([...head.items, ...band.items], em).length > 0;
}

/** Up to three strips at the foot of the first column, under the end of the others and set apart from what is above. */
function trailing<T extends Placed>(
  band: Band<T>,
  cut: number | undefined,
  rightToLeft: boolean,
): Strip<T>[] | undefined {
  if (cut === undefined) return undefined;
  const { strips } = band;
  let from = strips.length;
  const isFirst = (item: T): boolean => (item.left + item.right) / 2 < cut !== rightToLeft;
  while (from > 0 && strips[from - 1]!.items.every(isFirst)) from--;
  for (let start = Math.max(from, strips.length - 3, 1); start < strips.length; start++) {
    const gap = strips[start]!.top - strips[start - 1]!.bottom;
    if (gap > 1.1 * medianSize(strips[start]!.items)) return strips.slice(start);
  }
  return undefined;
}

function moveStrip<T extends Placed>(from: Band<T>, to: Band<T>, strip: Strip<T>): void {
  from.strips.splice(from.strips.indexOf(strip), 1);
  from.items = from.strips.flatMap((other) => other.items);
  to.strips.unshift(strip);
  to.items = to.strips.flatMap((other) => other.items);
  from.gaps = gutters(from.items);
  to.gaps = gutters(to.items);
}

/** The middle of the widest gutter, or nothing when none is wide enough for so few lines. */
function chooseGap<T extends Placed>(band: Band<T>): number | undefined {
  if (band.gaps.length === 0) return undefined;
  const em = medianSize(band.items);
  const least = (countRows(band.items) < FEW_STRIPS ? MIN_GUTTER_OF_FEW : MIN_GUTTER) * em;
  const widest = band.gaps.reduce((best, gap) => (gap.right - gap.left > best.right - best.left ? gap : best));
  return widest.right - widest.left >= least ? (widest.left + widest.right) / 2 : undefined;
}

function countRows(items: readonly Placed[]): number {
  const baselines = items.map((item) => item.baseline).sort((a, b) => a - b);
  let rows = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const baseline of baselines) {
    if (baseline - last > 2) rows++;
    last = baseline;
  }
  return rows;
}

/**
 * Whether two sides of a gap are rows rather than columns: their lines stand on common baselines and are short (keys and
 * values, numbers before items), or one side is but a narrow strip of marks.
 */
function readsAcross(left: readonly Placed[], right: readonly Placed[]): boolean {
  const shared = (a: readonly Placed[], b: readonly Placed[]): number =>
    a.filter((item) => b.some((other) => Math.abs(other.baseline - item.baseline) < 0.25 * item.size)).length;
  const fewer = left.length <= right.length ? left : right;
  const more = fewer === left ? right : left;
  const aligned = shared(fewer, more) / fewer.length;
  if (aligned < 0.8) return false;
  const em = medianSize(fewer);
  const widest = Math.max(...fewer.map((item) => item.right - item.left));
  if (fewer === left && widest < 3.5 * em) return true;
  if (fewer.length <= 2 && more.length <= 3 && widest < 12 * em) return true;
  const full = (items: readonly Placed[]): number => {
    const span = Math.max(...items.map((item) => item.right)) - Math.min(...items.map((item) => item.left));
    return items.filter((item) => item.right - item.left > 0.8 * span).length / items.length;
  };
  return widest < 14 * em && (full(left) < 0.5 || full(right) < 0.5);
}

/** Top to bottom; what stands on one baseline from left to right. */
export function sortRows<T extends Placed>(items: readonly T[]): T[] {
  const sorted = [...items].sort((a, b) => a.baseline - b.baseline || a.left - b.left);
  const result: T[] = [];
  let row: T[] = [];
  for (const item of sorted) {
    const first = row[0];
    if (first !== undefined && Math.abs(item.baseline - first.baseline) > 0.4 * Math.min(item.size, first.size)) {
      result.push(...row.sort((a, b) => a.left - b.left));
      row = [];
    }
    row.push(item);
  }
  return [...result, ...row.sort((a, b) => a.left - b.left)];
}
