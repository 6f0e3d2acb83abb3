import { type TableCell, type TableData, tableRows } from "@groundwork/contracts";
import { type Block, isShown } from "./block.ts";

export interface CellFrame {
  readonly blocks: Block[];
  readonly rowSpan: number;
  readonly columnSpan: number;
  readonly isHeader: boolean;
}

type ShownCell = Pick<CellFrame, "isHeader"> & { readonly blocks: readonly Block[] };

/** Cells in the order of the source, by row. */
export type RowFrame = CellFrame[];

/** A span beyond this is a mistake or an attack. */
const MOST_COLUMNS = 1_000;
const MOST_PLACES = 500_000;

/** A span attribute as browsers read it. `0` of `rowspan` (to the end of its group) is read as "all rows that follow". */
export function spanOf(attribute: string | undefined, isRow: boolean): number {
  const value = Number.parseInt(attribute ?? "1", 10);
  if (isRow && value === 0) return 65_534;
  return Number.isFinite(value) && value > 0 ? Math.min(value, isRow ? 65_534 : MOST_COLUMNS) : 1;
}

/** The blocks of a cell that are seen. */
const shownBlocks = (blocks: readonly Block[]): readonly Block[] =>
  blocks.every(isShown) ? blocks : blocks.filter(isShown);

/** The blocks of a cell as one text: lines, list items with their markers, inner tables row by row. */
export function cellText(all: readonly Block[]): string {
  const blocks = shownBlocks(all);
  const [first] = blocks;
  if (first === undefined) return "";
  if (blocks.length === 1 && first.kind !== "list_item" && first.table === undefined) return first.text;
  return blocks
    .map((block) => {
      if (block.kind === "list_item") return `${"  ".repeat(block.level ?? 0)}${block.marker ?? "-"} ${block.text}`;
      if (block.table === undefined) return block.text;
      return tableRows(block.table)
        .map((row) => row.filter((cell) => cell !== "").join(" "))
        .filter((line) => line !== "")
        .join("\n");
    })
    .join("\n");
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Placed {
  row: number;
  column: number;
  rowSpan: number;
  columnSpan: number;
  text: string;
  header: boolean;
}

/** Puts the cells in their places, spans taken into account. `undefined` when the table is too wide to be one. */
function place(rows: readonly RowFrame[]): { cells: Placed[]; columns: number } | undefined {
  const cells: Placed[] = [];
  /** First row that is free again, by column. */
  const busyUntil: number[] = [];
  let columns = 0;
  rows.forEach((row, rowIndex) => {
    let column = 0;
    for (const cell of row) {
      while ((busyUntil[column] ?? 0) > rowIndex) column++;
      let columnSpan = column + cell.columnSpan > MOST_COLUMNS ? 1 : cell.columnSpan;
      // A span cannot run into a cell that reaches down from above.
      for (let next = 1; next < columnSpan; next++) if ((busyUntil[column + next] ?? 0) > rowIndex) columnSpan = next;
      const rowSpan = Math.min(cell.rowSpan, rows.length - rowIndex);
      for (let next = 0; next < columnSpan; next++) busyUntil[column + next] = rowIndex + rowSpan;
      cells.push({ row: rowIndex, column, rowSpan, columnSpan, text: cellText(cell.blocks), header: cell.isHeader });
      column += columnSpan;
      columns = Math.max(columns, column);
    }
  });
  return columns * rows.length > MOST_PLACES ? undefined : { cells, columns };
}

/**
 * A row whose cells all reach further down, and nothing else, is drawn with no height: its cells belong to the row below.
 */
function mergeSpanOnlyRows(cells: readonly Placed[], rowCount: number): void {
  if (cells.every((cell) => cell.rowSpan === 1)) return;
  const byRow = Map.groupBy(cells, (cell) => cell.row);
  for (let row = 0; row + 1 < rowCount; row++) {
    const origins = (byRow.get(row) ?? []).filter((cell) => cell.text !== "");
    if (origins.length === 0 || !origins.every((cell) => cell.rowSpan > 1)) continue;
    if (cells.some((cell) => cell.row < row && cell.row + cell.rowSpan === row + 1 && cell.text !== "")) continue;
    for (const cell of origins) {
      cell.row++;
      cell.rowSpan--;
      byRow.get(row + 1)?.push(cell) ?? byRow.set(row + 1, [cell]);
    }
    byRow.set(row, []);
  }
}

/** Leaves out rows and columns in which no text starts, and closes the gaps. */
function compact(cells: readonly Placed[], rowCount: number, columnCount: number): TableData | undefined {
  const filled = cells.filter((cell) => cell.text !== "");
  const renumber = (count: number, starts: Iterable<number>): number[] => {
    const used = new Set(starts);
    const numbers: number[] = [0];
    for (let index = 0; index < count; index++) numbers.push(numbers[index]! + (used.has(index) ? 1 : 0));
    return numbers;
  };
  const rowNumber = renumber(
    rowCount,
    filled.map((cell) => cell.row),
  );
  const columnNumber = renumber(
    columnCount,
    filled.map((cell) => cell.column),
  );
  const kept: TableCell[] = filled
    .map((cell) => {
      const row = rowNumber[cell.row]!;
      const column = columnNumber[cell.column]!;
      const rowSpan = rowNumber[cell.row + cell.rowSpan]! - row;
      const columnSpan = columnNumber[cell.column + cell.columnSpan]! - column;
      // Cells are many: no object is made only to be spread into another.
      const compacted: Writable<TableCell> = { row, column, text: cell.text };
      if (rowSpan > 1) compacted.rowSpan = rowSpan;
      if (columnSpan > 1) compacted.columnSpan = columnSpan;
      if (cell.header) compacted.header = true;
      return compacted as TableCell;
    })
    .sort((a, b) => a.row - b.row || a.column - b.column);
  const rows = rowNumber[rowCount]!;
  const columns = columnNumber[columnCount]!;
  return rows === 0 || columns === 0 ? undefined : { rows, columns, cells: kept };
}

/** The rows as a table, or `undefined` when no cell has text or the table is out of all proportion. */
export function buildTable(rows: readonly RowFrame[]): TableData | undefined {
  const placed = place(rows);
  if (placed === undefined) return undefined;
  mergeSpanOnlyRows(placed.cells, rows.length);
  return compact(placed.cells, rows.length, placed.columns);
}

/**
 * Whether a table only arranges the page: said so by its role, or of one cell, or with whole sections or tables in its
 * cells and nothing that marks it as data.
 */
export function isLayoutTable(rows: readonly RowFrame[], role: string | undefined, hasCaption: boolean): boolean {
  if (role === "presentation" || role === "none") return true;
  if (role === "table" || role === "grid" || hasCaption) return false;
  const cells = rows
    .flat()
    .map((cell): ShownCell => (cell.blocks.every(isShown) ? cell : { ...cell, blocks: cell.blocks.filter(isShown) }))
    .filter((cell) => cell.blocks.length > 0);
  if (cells.length <= 1) return true;
  if (cells.some((cell) => cell.isHeader)) return false;
  const widest = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const isSection = (cell: ShownCell): boolean =>
    cell.blocks.some((block) => block.table !== undefined || block.kind === "heading") &&
    (cell.blocks.length > 2 || cell.blocks.some((block) => block.table !== undefined));
  const isLong = (cell: ShownCell): boolean =>
    cell.blocks.length > 5 && cell.blocks.reduce((sum, block) => sum + block.text.length, 0) > 1_000;
  if (cells.some(isLong)) return true;
  if (widest === 1) return cells.some(isSection) || cells.some((cell) => cell.blocks.length > 2);
  return cells.some(isSection) && (rows.length <= 4 || cells.filter(isSection).length > cells.length / 4);
}
