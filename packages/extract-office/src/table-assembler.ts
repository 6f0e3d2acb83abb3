import { type DocumentElement, type ElementLocation, renderTableText, type TableCell } from "@groundwork/contracts";

/** A cell of a row being added. */
export interface RowCell {
  readonly column: number;
  readonly columnSpan?: number;
  readonly text: string;
  /** Set on a cell that goes on from the row above: it extends that cell and has no text of its own. */
  readonly continued?: boolean;
}

interface OpenCell {
  row: number;
  readonly column: number;
  readonly columnSpan: number;
  rowSpan: number;
  readonly text: string;
  readonly header: boolean;
}

/** Bounds of one table element. */
const MAX_ROWS = 200;
const MAX_CHARACTERS = 64 * 1024;
/** Rows of a header that is repeated as context of later slices. */
const MAX_HEADER_ROWS = 8;

/** Builds table elements row by row. A long table comes out in slices, the later ones with `continuedHeader`. */
export class TableAssembler {
  readonly #location: ElementLocation | undefined;
  #cells: OpenCell[] = [];
  #open = new Map<number, OpenCell>();
  #rows = 0;
  #columns = 0;
  #characters = 0;
  #headerRows: string[][] = [];
  #inHeader = true;
  #slices = 0;

  constructor(location?: ElementLocation) {
    this.#location = location;
  }

  /** Adds a row. `header` counts only for rows at the top of the table. */
  addRow(cells: readonly RowCell[], header: boolean = false): void {
    const row = this.#rows++;
    const isHeader = header && this.#inHeader && this.#headerRows.length < MAX_HEADER_ROWS;
    if (!isHeader) this.#inHeader = false;
    const open = new Map<number, OpenCell>();
    const texts: string[] = [];
    let next = 0;
    for (const cell of cells) {
      if (cell.column < next) continue;
      const above = cell.continued === true ? this.#open.get(cell.column) : undefined;
      let held: OpenCell;
      if (above !== undefined && above.row + above.rowSpan === row && above.columnSpan === (cell.columnSpan ?? 1)) {
        above.rowSpan++;
        held = above;
      } else {
        held = {
          row,
          column: cell.column,
          columnSpan: Math.max(1, cell.columnSpan ?? 1),
          rowSpan: 1,
          // A cell that goes on into a later slice is told again there.
          text: above !== undefined && above.row < 0 ? above.text : cell.text,
          header: isHeader,
        };
        this.#cells.push(held);
        this.#characters += held.text.length;
        if (isHeader) texts[cell.column] = held.text.replace(/\s*\n\s*/g, " ").trim();
      }
      open.set(cell.column, held);
      next = cell.column + held.columnSpan;
    }
    this.#open = open;
    this.#columns = Math.max(this.#columns, next);
    if (isHeader) this.#headerRows.push(Array.from(texts, (text) => text ?? ""));
  }

  /** Whether the slice should be taken before more rows come. */
  get full(): boolean {
    return this.#rows >= MAX_ROWS || this.#characters >= MAX_CHARACTERS;
  }

  /** The rows since the last slice as an element; `undefined` when there are none or they hold no text. */
  take(): DocumentElement | undefined {
    const cells: TableCell[] = this.#cells
      .filter((cell) => cell.text !== "" || cell.columnSpan > 1 || cell.rowSpan > 1)
      .sort((a, b) => a.row - b.row || a.column - b.column)
      .map(({ row, column, columnSpan, rowSpan, text, header }) => ({
        row,
        column,
        ...(rowSpan > 1 ? { rowSpan } : {}),
        ...(columnSpan > 1 ? { columnSpan } : {}),
        text,
        ...(header ? { header } : {}),
      }));
    const continued = this.#slices > 0 && this.#headerRows.length > 0;
    const table = {
      rows: this.#rows,
      columns: this.#columns,
      cells,
      ...(continued ? { continuedHeader: this.#headerRows } : {}),
    };
    // Cells that are still open start again in the next slice.
    for (const cell of this.#open.values()) cell.row = Number.NEGATIVE_INFINITY;
    this.#cells = [];
    this.#rows = 0;
    this.#characters = 0;
    this.#inHeader = false;
    if (!cells.some((cell) => cell.text !== "")) return undefined;
    this.#slices++;
    return {
      kind: "table",
      text: renderTableText(table),
      table,
      ...(this.#location === undefined ? {} : { location: this.#location }),
    };
  }
}
