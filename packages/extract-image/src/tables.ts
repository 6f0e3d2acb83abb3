import type { TableCell, TableData } from "@groundwork/contracts";
import type { Row } from "./rows.ts";
import type { Segment } from "./segment.ts";

/** Rows with several cells that make a table: three, or two when they have three columns. */
const TABLE_ROWS = 3;
/** Rows of a table follow each other within this many line heights. */
const ROW_GAP = 3;
/** Between the cells of a row in the text of a table. */
const SEPARATOR = " | ";

interface Column {
  left: number;
  right: number;
}

export interface FoundTable {
  readonly table: TableData;
  /** The rows taken, `start` inclusive to `end` exclusive. */
  readonly start: number;
  readonly end: number;
  /** What it is made of, with the offset of each segment's text in the table's text. */
  readonly lines: readonly { readonly segment: Segment; readonly start: number }[];
}

/** A cell of the grid: the runs of text that it holds, joined by blanks. */
type GridCell = readonly Segment[];

const textOf = (cell: GridCell): string => cell.map(({ text }) => text).join(" ");
const spanOf = (cell: readonly Segment[]): Column => ({ left: cell[0]!.left, right: cell.at(-1)!.right });

/**
 * A table from row `start` on, found by alignment alone: consecutive rows of several cells whose places agree on columns. A row
 * with one cell that continues the row above (a wrapped cell) belongs to it.
 */
export function tableAt(rows: readonly Row[], start: number): FoundTable | undefined {
  if (rows[start]!.cells.length < 2) return undefined;
  let columns: Column[] = rows[start]!.cells.map(spanOf);
  let end = start + 1;
  let full = 1;
  for (; end < rows.length; end++) {
    const row = rows[end]!;
    const above = rows[end - 1]!;
    const height = row.bottom - row.top;
    if (row.top - above.bottom > ROW_GAP * height) break;
    const merged = mergeColumns(columns, row);
    if (merged === undefined) break;
    if (row.cells.length === 1) {
      const tight = row.top - above.bottom < 0.5 * height;
      if (!tight || columnOf(columns, spanOf(row.cells[0]!)) === 0) break;
    } else full++;
    columns = merged;
  }
  while (end > start && rows[end - 1]!.cells.length < 2) end--;
  if (full < (columns.length >= 3 ? TABLE_ROWS - 1 : TABLE_ROWS)) return undefined;
  const taken = rows.slice(start, end);
  // Prose set in two short columns also aligns: real cells are short, or hold figures.
  const cells = taken.flatMap((row) => row.cells);
  const long = cells.filter((cell) => textOf(cell).length > 60).length;
  if (long * 3 > cells.length) return undefined;
  const grid = gridOf(taken, columns);
  return { table: tableOf(grid), start, end, lines: placedLines(grid) };
}

function columnOf(columns: readonly Column[], span: Column): number {
  let best = -1;
  let shared = 0;
  columns.forEach((column, index) => {
    const overlap = Math.min(column.right, span.right) - Math.max(column.left, span.left);
    if (overlap > shared) {
      shared = overlap;
      best = index;
    }
  });
  return best;
}

/** The columns widened by a row's cells; `undefined` when the row does not fit: a cell would join two columns. */
function mergeColumns(columns: readonly Column[], row: Row): Column[] | undefined {
  const merged = columns.map((column) => ({ ...column }));
  const used = new Set<number>();
  for (const cell of row.cells) {
    const span = spanOf(cell);
    const touched = merged.flatMap((column, index) =>
      Math.min(column.right, span.right) - Math.max(column.left, span.left) > 0 ? [index] : [],
    );
    if (touched.length > 1) return undefined;
    const index = touched[0];
    if (index === undefined) {
      merged.push(span);
      used.add(merged.length - 1);
      continue;
    }
    if (used.has(index)) return undefined;
    used.add(index);
    merged[index] = {
      left: Math.min(merged[index]!.left, span.left),
      right: Math.max(merged[index]!.right, span.right),
    };
  }
  merged.sort((a, b) => a.left - b.left);
  // At most one new column a row, and no overlap after widening.
  if (merged.length > columns.length + 1) return undefined;
  return merged.some((column, index) => index > 0 && column.left < merged[index - 1]!.right) ? undefined : merged;
}

const isFigure = (text: string): boolean => /\d/.test(text) && /^[\p{Sc}\d.,%()+\-–/: ]+$/u.test(text);

function gridOf(rows: readonly Row[], columns: readonly Column[]): GridCell[][] {
  const grid: GridCell[][] = [];
  for (const row of rows) {
    if (row.cells.length === 1 && grid.length > 0) {
      const column = columnOf(columns, spanOf(row.cells[0]!));
      const above = grid.at(-1)!;
      above[column] = [...above[column]!, ...row.cells[0]!];
      continue;
    }
    const line = new Array<GridCell>(columns.length).fill([]);
    for (const cell of row.cells) line[columnOf(columns, spanOf(cell))] = cell;
    grid.push(line);
  }
  return grid;
}

function tableOf(grid: readonly (readonly GridCell[])[]): TableData {
  const texts = grid.map((line) => line.map(textOf));
  const [head = [], ...body] = texts;
  const headed =
    head.every((text) => !isFigure(text)) &&
    head.filter((text) => text !== "").length * 2 > head.length &&
    body.some((line) => line.some(isFigure));
  const cells = texts.flatMap((line, row) =>
    line.flatMap((text, column): TableCell[] =>
      text === "" ? [] : [{ row, column, text, ...(headed && row === 0 ? { header: true } : {}) }],
    ),
  );
  return { rows: grid.length, columns: head.length, cells };
}

/** Where the runs of a grid stand in the text of its table. Follows `renderTableText`. */
function placedLines(grid: readonly (readonly GridCell[])[]): FoundTable["lines"] {
  const placed: { segment: Segment; start: number }[] = [];
  let lineStart = 0;
  for (const row of grid) {
    const end = row.findLastIndex((cell) => cell.length > 0) + 1;
    if (end === 0) continue;
    const line = row.slice(0, end).map(textOf).join(SEPARATOR);
    let start = lineStart - (line.length - line.trimStart().length);
    for (const cell of row.slice(0, end)) {
      for (const segment of cell) {
        placed.push({ segment, start });
        start += segment.text.length + 1;
      }
      // Runs are parted by one blank, cells by the separator.
      start += SEPARATOR.length - (cell.length > 0 ? 1 : 0);
    }
    lineStart += line.trimStart().length + 1;
  }
  return placed;
}
