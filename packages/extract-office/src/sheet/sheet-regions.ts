import type { CellRange } from "./cell-reference.ts";
import type { SheetRow } from "./sheet-segmenter.ts";

interface Run {
  readonly row: number;
  readonly left: number;
  readonly right: number;
  /** Index of another run of the same region; itself for the first one. */
  parent: number;
}

/** Rectangles around connected cells, in the order in which their first cells are read. */
export function regionsOf(
  window: readonly SheetRow[],
  mergesOfRow: ReadonlyMap<number, readonly CellRange[]>,
  spacerColumns: ReadonlySet<number>,
): CellRange[] {
  const runs: Run[] = [];
  const find = (index: number): number => {
    let root = index;
    while (runs[root]!.parent !== root) root = runs[root]!.parent;
    for (let at = index; runs[at]!.parent !== root; ) {
      const next = runs[at]!.parent;
      runs[at]!.parent = root;
      at = next;
    }
    return root;
  };
  let above: number[] = [];
  let aboveRow = -2;
  for (const row of window) {
    const intervals = intervalsOf(row, mergesOfRow.get(row.row) ?? []);
    if (intervals.length === 0) {
      // A thin blank row is a line of white between rows of one table.
      aboveRow = row.row;
      continue;
    }
    const current: number[] = [];
    for (const [left, right] of intervals) {
      const index = runs.length;
      runs.push({ row: row.row, left, right, parent: index });
      current.push(index);
      if (aboveRow !== row.row - 1) continue;
      for (const other of above) {
        if (runs[other]!.left <= right && runs[other]!.right >= left) {
          const [a, b] = [find(other), find(index)];
          if (a < b) runs[b]!.parent = a;
          else runs[a]!.parent = b;
        }
      }
    }
    above = current;
    aboveRow = row.row;
  }
  const boxes = new Map<number, { top: number; left: number; bottom: number; right: number }>();
  runs.forEach((run, index) => {
    const box = boxes.get(find(index));
    if (box === undefined) boxes.set(find(index), { top: run.row, left: run.left, bottom: run.row, right: run.right });
    else {
      box.left = Math.min(box.left, run.left);
      box.right = Math.max(box.right, run.right);
      box.bottom = Math.max(box.bottom, run.row);
    }
  });
  return joinBoxes(Array.from(boxes.values()), spacerColumns);
}

/** Columns of a row that are taken, as intervals; touching cells are one interval. */
function intervalsOf(row: SheetRow, merges: readonly CellRange[]): [number, number][] {
  const pieces: [number, number][] = row.cells.map((cell) => [cell.column, cell.column]);
  for (const merge of merges) pieces.push([merge.left, merge.right]);
  pieces.sort((a, b) => a[0] - b[0]);
  const intervals: [number, number][] = [];
  for (const [left, right] of pieces) {
    const last = intervals.at(-1);
    if (last !== undefined && left <= last[1] + 1) last[1] = Math.max(last[1], right);
    else intervals.push([left, right]);
  }
  return intervals;
}

/** Beyond this many regions a sheet is scattered, and comparing all pairs would take too long. */
const MAX_JOINED_REGIONS = 400;

/** Columns of white between halves of one table: both sides cover nearly the same rows. */
const SHARED_ROWS = 0.8;

function belongTogether(one: CellRange, other: CellRange, spacerColumns: ReadonlySet<number>): boolean {
  const shared = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) + 1;
  if (shared <= 0) return false;
  if (one.left <= other.right && other.left <= one.right) return true;
  const tallest = Math.max(one.bottom - one.top, other.bottom - other.top) + 1;
  if (spacerColumns.size === 0 || shared < tallest * SHARED_ROWS) return false;
  const [from, to] = one.right < other.left ? [one.right + 1, other.left] : [other.right + 1, one.left];
  for (let column = from; column < to; column++) if (!spacerColumns.has(column)) return false;
  return true;
}

type Box = { -readonly [K in keyof CellRange]: CellRange[K] };

function joinBoxes(boxes: readonly Box[], spacerColumns: ReadonlySet<number>): CellRange[] {
  const joined = boxes.slice();
  for (let changed = joined.length <= MAX_JOINED_REGIONS; changed; ) {
    changed = false;
    for (let a = 0; a < joined.length; a++) {
      for (let b = joined.length - 1; b > a; b--) {
        const [one, other] = [joined[a]!, joined[b]!];
        if (!belongTogether(one, other, spacerColumns)) continue;
        one.top = Math.min(one.top, other.top);
        one.left = Math.min(one.left, other.left);
        one.bottom = Math.max(one.bottom, other.bottom);
        one.right = Math.max(one.right, other.right);
        joined.splice(b, 1);
        changed = true;
      }
    }
  }
  return joined;
}
