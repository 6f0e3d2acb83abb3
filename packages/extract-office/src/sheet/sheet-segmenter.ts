import type { DocumentElement } from "@groundwork/contracts";
import { type RowCell, TableAssembler } from "../table-assembler.ts";
import { type CellRange, rangeName } from "./cell-reference.ts";
import { type ColumnRun, foldedAttributes } from "./folded-parts.ts";
import { regionsOf } from "./sheet-regions.ts";

export interface SheetCell {
  /** 0-based. */
  readonly column: number;
  readonly text: string;
  /** A number or date: such cells are no headers. */
  readonly numeric: boolean;
  readonly bold: boolean;
}

export interface SheetRow {
  /** 0-based. */
  readonly row: number;
  /** Cells with text, by column. None: a thin row of white, which parts no table. */
  readonly cells: readonly SheetCell[];
  /** Its author folded it away, or a filter did. */
  readonly isFolded?: boolean;
}

export interface SheetLayout {
  readonly sheet: string;
  readonly merges: readonly CellRange[];
  /** Ranges that the file itself declares as tables with a header row on top. */
  readonly tables: readonly CellRange[];
  /** Columns so narrow that nothing but white fits in. */
  readonly spacerColumns?: ReadonlySet<number>;
  /** Columns that the author folded away. */
  readonly foldedColumns?: readonly ColumnRun[];
}

const NO_SPACERS: ReadonlySet<number> = new Set();

/** Bounds of the rows that are looked at together to tell the tables of a sheet apart. */
const MAX_WINDOW_ROWS = 1000;
const MAX_WINDOW_CELLS = 100_000;
const MAX_WINDOW_CHARACTERS = 2 * 1024 * 1024;
/** Rows below a header that are looked at to recognise it. */
const HEADER_PROBE_ROWS = 4;

interface OpenRegion {
  readonly left: number;
  right: number;
  readonly assembler: TableAssembler;
}

/**
 * Parts the rows of a sheet into tables. Cells that touch, side by side or one above the other, belong together; blank rows
 * and columns part tables; regions whose rectangles overlap are one. Rows are held until a blank row, or in windows of
 * bounded size: a table longer than a window goes on in the next.
 */
export class SheetSegmenter {
  readonly #layout: SheetLayout;
  readonly #merges: CellRange[];
  #nextMerge = 0;
  #active: CellRange[] = [];
  #window: SheetRow[] = [];
  /** Merged ranges that reach into each row of the window. */
  readonly #mergesOfRow = new Map<number, CellRange[]>();
  #cells = 0;
  #characters = 0;
  #coveredTo = -1;
  #open: OpenRegion[] = [];
  #openBelow = -1;

  constructor(layout: SheetLayout) {
    this.#layout = layout;
    this.#merges = layout.merges
      .map((merge) => ({ ...merge, bottom: Math.min(merge.bottom, merge.top + MAX_WINDOW_ROWS) }))
      .toSorted((a, b) => a.top - b.top || a.left - b.left);
  }

  /** A merged range found on the way. It must come before the row of its top edge, and in the order of rows. */
  addMerge(merge: CellRange): void {
    this.#merges.push({ ...merge, bottom: Math.min(merge.bottom, merge.top + MAX_WINDOW_ROWS) });
  }

  *addRow(row: SheetRow): Generator<DocumentElement> {
    const last = this.#window.at(-1);
    if (row.cells.length === 0 && row.row !== (last?.row ?? -2) + 1) return;
    if (last !== undefined) {
      // Rows that only a merged range covers are not told, but they hold a table together.
      const bridgeTo = Math.min(this.#coveredTo, row.row - 1);
      for (let bridge = last.row + 1; bridge <= bridgeTo; bridge++) this.#push({ row: bridge, cells: [] });
      if (row.row > Math.max(last.row, this.#coveredTo) + 1) yield* this.#flush(false);
    }
    this.#push(row);
    if (
      this.#window.length >= MAX_WINDOW_ROWS ||
      this.#cells >= MAX_WINDOW_CELLS ||
      this.#characters >= MAX_WINDOW_CHARACTERS
    ) {
      yield* this.#flush(true);
    }
  }

  #push(row: SheetRow): void {
    const merges = this.#mergesAt(row);
    const cells =
      merges.length === 0 ? row.cells : row.cells.filter((cell) => !isCovered(cell.column, row.row, merges));
    this.#window.push(row.isFolded === true ? { row: row.row, cells, isFolded: true } : { row: row.row, cells });
    this.#mergesOfRow.set(row.row, merges);
    this.#cells += cells.length;
    for (const cell of cells) this.#characters += cell.text.length;
    for (const merge of merges) this.#coveredTo = Math.max(this.#coveredTo, merge.bottom);
  }

  *end(): Generator<DocumentElement> {
    yield* this.#flush(false);
  }

  /** Merged ranges that reach into a row. One whose anchor is empty is only paint: it shows no text and joins nothing. */
  #mergesAt({ row, cells }: SheetRow): CellRange[] {
    this.#active = this.#active.filter((merge) => merge.bottom >= row);
    for (; this.#nextMerge < this.#merges.length; this.#nextMerge++) {
      const merge = this.#merges[this.#nextMerge]!;
      if (merge.top > row) break;
      if (merge.top === row && cells.some((cell) => cell.column === merge.left)) this.#active.push(merge);
    }
    return this.#active.length === 0 ? [] : this.#active.toSorted((a, b) => a.left - b.left);
  }

  *#flush(continues: boolean): Generator<DocumentElement> {
    const window = this.#window;
    this.#window = [];
    this.#cells = 0;
    this.#characters = 0;
    const open = this.#open;
    this.#open = [];
    const lastRow = window.at(-1)?.row ?? -1;
    for (const region of regionsOf(window, this.#mergesOfRow, this.#layout.spacerColumns ?? NO_SPACERS)) {
      const earlier =
        region.top === this.#openBelow
          ? open.find((one) => one.left <= region.left && region.left <= one.right)
          : undefined;
      const goesOn = continues && region.bottom === lastRow;
      yield* this.#emit(window, region, earlier, goesOn);
    }
    this.#openBelow = continues ? lastRow + 1 : -1;
    this.#mergesOfRow.clear();
  }

  *#emit(
    window: readonly SheetRow[],
    region: CellRange,
    earlier: OpenRegion | undefined,
    goesOn: boolean,
  ): Generator<DocumentElement> {
    const from = window.findIndex((row) => row.row === region.top);
    const rows = window
      .slice(from, from + region.bottom - region.top + 1)
      .filter((row) => row.cells.length > 0 || (this.#mergesOfRow.get(row.row) ?? []).length > 0)
      .map((row) => ({
        ...row,
        cells: row.cells.filter((cell) => cell.column >= region.left && cell.column <= region.right),
      }));
    const { sheet } = this.#layout;
    let top = region.top;
    const titles: DocumentElement[] = [];
    for (; earlier === undefined && this.#isTitleRow(rows, region); top++) {
      const title = rows.shift()!;
      const range = rangeName({ ...region, top, bottom: top });
      titles.push(this.#marked({ kind: "caption", text: title.cells[0]!.text, location: { sheet, range } }, [title]));
    }
    const filled = rows.flatMap((row) => row.cells.slice(0, 2));
    if (filled.length === 1 && earlier === undefined && !goesOn) {
      // Lines of text, each in a cell of its own, are no table, and what stands above them is no title.
      for (const title of titles) yield { ...title, kind: "paragraph" };
      const location = { sheet, range: rangeName({ ...region, top }) };
      yield this.#marked({ kind: "paragraph", text: filled[0]!.text, location }, rows);
      return;
    }
    yield* titles;
    const open = earlier ?? { left: region.left, right: region.right, assembler: new TableAssembler() };
    open.right = Math.max(open.right, region.right);
    const headerRows = earlier === undefined ? this.#headerRows(rows, { ...region, top }) : 0;
    const white = earlier === undefined && !goesOn ? this.#whiteColumns(rows, region) : [];
    let sliceTop = top;
    const take = (bottom: number): DocumentElement[] => {
      const element = open.assembler.take();
      const range = rangeName({ top: sliceTop, left: open.left, bottom, right: open.right });
      const slice = rows.filter(({ row }) => row >= sliceTop && row <= bottom);
      sliceTop = bottom + 1;
      return element === undefined ? [] : [this.#marked({ ...element, location: { sheet, range } }, slice)];
    };
    for (const [index, row] of rows.entries()) {
      open.assembler.addRow(withoutColumns(this.#rowCells(row, region, open.left), white), index < headerRows);
      if (open.assembler.full) yield* take(row.row);
    }
    if (sliceTop <= region.bottom) yield* take(region.bottom);
    if (goesOn) this.#open.push(open);
  }

  /** An element with what its rows and columns say of being folded away. */
  #marked(element: DocumentElement, rows: readonly SheetRow[]): DocumentElement {
    const attributes = foldedAttributes(rows, this.#layout.foldedColumns ?? []);
    return attributes === undefined ? element : { ...element, attributes };
  }

  /** A single cell over the whole width, or alone above a row of headings, is the title of the table below it. */
  #isTitleRow(rows: readonly SheetRow[], region: CellRange): boolean {
    const [first, second, third] = rows;
    if (first === undefined || second === undefined || first.cells.length !== 1 || first.cells[0]!.numeric)
      return false;
    if (region.right === region.left || second.cells.length === 0) return false;
    const column = first.cells[0]!.column;
    const merges = this.#mergesOfRow.get(first.row) ?? [];
    if (merges.some((merge) => merge.left <= column && merge.right >= column && merge.bottom > first.row)) return false;
    if (merges.some((merge) => merge.left === region.left && merge.right >= region.right)) return true;
    return column === region.left && third !== undefined && second.cells.length >= 3 && isTextRow(second);
  }

  /** Spacer columns of a region in which no cell has text, counted from its left edge. */
  #whiteColumns(rows: readonly SheetRow[], region: CellRange): number[] {
    const white: number[] = [];
    for (const column of this.#layout.spacerColumns ?? NO_SPACERS) {
      if (column <= region.left || column >= region.right) continue;
      if (!rows.some((row) => row.cells.some((cell) => cell.column === column))) white.push(column - region.left);
    }
    return white;
  }

  #rowCells(row: SheetRow, region: CellRange, left: number): RowCell[] {
    const cells: RowCell[] = row.cells.map((cell) => ({ column: cell.column - left, text: cell.text }));
    for (const merge of this.#mergesOfRow.get(row.row) ?? []) {
      if (merge.left < region.left || merge.left > region.right) continue;
      const column = merge.left - left;
      const columnSpan = Math.min(merge.right, region.right) - merge.left + 1;
      const at = cells.findIndex((cell) => cell.column >= column);
      const anchor = at >= 0 && cells[at]!.column === column ? cells[at] : undefined;
      if (anchor !== undefined) cells[at] = { ...anchor, columnSpan };
      else {
        const cell = { column, columnSpan, text: "", continued: merge.top < row.row };
        cells.splice(at < 0 ? cells.length : at, 0, cell);
      }
    }
    return cells;
  }

  /** Rows on top of a region that are headers: as the file declares, else those of text above rows of another make. */
  #headerRows(rows: readonly SheetRow[], region: CellRange): number {
    const declared = this.#layout.tables.find(
      (table) =>
        table.left <= region.right &&
        table.right >= region.left &&
        table.top >= region.top &&
        table.top <= region.top + 4,
    );
    if (declared !== undefined && declared.bottom > declared.top) return declared.top - region.top + 1;
    const first = rows[0];
    if (first === undefined || rows.length < 2 || !isTextRow(first)) return 0;
    const spans = (this.#mergesOfRow.get(first.row) ?? []).some((merge) => merge.right > merge.left);
    const second = rows[1]!;
    const count = spans && rows.length > 2 && isTextRow(second) && second.cells.length > first.cells.length ? 2 : 1;
    const below = rows.slice(count, count + HEADER_PROBE_ROWS);
    const columns = region.right - region.left + 1;
    const differs =
      below.some((row) => row.cells.some((cell) => cell.numeric)) ||
      (first.cells.every((cell) => cell.bold) && !below.every((row) => row.cells.every((cell) => cell.bold)));
    const isFull = columns > 1 && first.cells.length >= columns * 0.8 && rows.length > 2 && areDistinct(first);
    return differs || isFull ? count : 0;
  }
}

/** Cells moved together where columns are left out. */
function withoutColumns(cells: readonly RowCell[], columns: readonly number[]): readonly RowCell[] {
  if (columns.length === 0) return cells;
  return cells.flatMap((cell) => {
    const end = cell.column + (cell.columnSpan ?? 1);
    const inside = columns.filter((column) => column >= cell.column && column < end).length;
    const before = columns.filter((column) => column < cell.column).length;
    const columnSpan = (cell.columnSpan ?? 1) - inside;
    return columnSpan < 1 ? [] : [{ ...cell, column: cell.column - before, columnSpan }];
  });
}

function isCovered(column: number, row: number, merges: readonly CellRange[]): boolean {
  return merges.some(
    (merge) => column >= merge.left && column <= merge.right && (column > merge.left || row > merge.top),
  );
}

const isTextRow = (row: SheetRow): boolean => row.cells.length > 0 && row.cells.every((cell) => !cell.numeric);
const areDistinct = (row: SheetRow): boolean => new Set(row.cells.map((cell) => cell.text)).size === row.cells.length;
