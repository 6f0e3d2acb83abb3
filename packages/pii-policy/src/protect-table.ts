import { lazyTable, renderTableText, type TableData } from "@groundwork/contracts";
import type { FindingInText, ProtectedText } from "./protect-text.ts";
import { type CellPlace, tablePlaces } from "./table-places.ts";

/** Cells above which the protected table is made again each time it is read, as large tables themselves are. */
const MOST_HELD = 2_000;

export interface ProtectedTable {
  readonly table: TableData;
  readonly text: string;
  readonly findings: readonly FindingInText[];
  mapStart(offset: number): number;
  mapEnd(offset: number): number;
}

function withTexts(
  table: TableData,
  texts: ReadonlyMap<number, string>,
  header: TableData["continuedHeader"],
): TableData {
  return {
    rows: table.rows,
    columns: table.columns,
    cells: table.cells.map((cell, index) => {
      const text = texts.get(index);
      return text === undefined ? cell : { ...cell, text };
    }),
    ...(header === undefined ? {} : { continuedHeader: header }),
  };
}

interface Moved {
  readonly old: CellPlace;
  readonly now: CellPlace;
}

/**
 * A table with its cells protected, its text, and where each place of the old text is in the new one.
 *
 * @param cells The protected text of each cell that has a finding, by index.
 * @param header The protected headers of the slices before.
 */
export function protectTable(
  table: TableData,
  cells: ReadonlyMap<number, ProtectedText>,
  header: TableData["continuedHeader"],
): ProtectedTable {
  const texts = new Map([...cells].map(([index, { replaced }]) => [index, replaced.text]));
  const now = withTexts(table, texts, header);
  const newPlaces = new Map(tablePlaces(now).map((place) => [place.cell, place]));
  const moved: Moved[] = [];
  for (const old of tablePlaces(table)) {
    const place = newPlaces.get(old.cell);
    if (place !== undefined) moved.push({ old, now: place });
  }
  /** The last cell that begins before a place. */
  const before = (offset: number): Moved | undefined => {
    let [low, high] = [0, moved.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (moved[middle]!.old.start < offset) low = middle + 1;
      else high = middle;
    }
    return moved[low - 1];
  };
  const text = renderTableText(now);
  const map = (offset: number, isStart: boolean): number => {
    const at = before(isStart ? offset + 1 : offset);
    if (at === undefined) return Math.min(offset, text.length);
    const inside = offset - at.old.start;
    if (offset > at.old.end || (isStart && offset === at.old.end))
      return Math.min(at.now.end + (offset - at.old.end), text.length);
    const replaced = cells.get(at.old.cell)?.replaced;
    if (replaced === undefined) return at.now.start + inside;
    return at.now.start + (isStart ? replaced.mapStart(inside) : replaced.mapEnd(inside));
  };
  const findings = [...cells].flatMap(([index, { findings: inCell }]) => {
    const place = newPlaces.get(index);
    if (place === undefined) return [];
    return inCell.map((finding) => ({
      ...finding,
      start: place.start + finding.start,
      end: Math.min(place.start + finding.end, place.end),
    }));
  });
  return {
    table: table.cells.length > MOST_HELD ? lazyTable(() => withTexts(table, texts, header)) : now,
    text,
    findings: findings.sort((a, b) => a.start - b.start),
    mapStart: (offset) => map(offset, true),
    mapEnd: (offset) => map(offset, false),
  };
}
