import { type DocumentElement, lazyTable, type TableCell, type TableData } from "@groundwork/contracts";

/** The cells of a table whose text says all of them: one line a row, no cell across several places. */
function cellsOf(text: string, headerRows: number): TableCell[] {
  const cells: TableCell[] = [];
  let row = 0;
  for (const line of text.split("\n")) {
    let column = 0;
    for (const cell of line.split(" | ")) {
      if (cell !== "") cells.push({ row, column, text: cell, ...(row < headerRows ? { header: true } : {}) });
      column++;
    }
    row++;
  }
  return cells;
}

function isSame(a: TableCell, b: TableCell): boolean {
  return (
    a.row === b.row &&
    a.column === b.column &&
    a.text === b.text &&
    a.header === b.header &&
    (a.rowSpan ?? 1) === 1 &&
    (a.columnSpan ?? 1) === 1
  );
}

type TableFacts = Omit<TableData, "cells">;

// Each in a function of its own: what a closure can see is kept as long as the closure.
const fromText = (facts: TableFacts, text: string, headerRows: number): TableData =>
  lazyTable(() => ({ ...facts, cells: cellsOf(text, headerRows) }));

const fromJson = (facts: TableFacts, json: string): TableData =>
  lazyTable(() => ({ ...facts, cells: JSON.parse(json) as TableCell[] }));

function packed(text: string, { rows, columns, cells, continuedHeader }: TableData): TableData {
  const facts = { rows, columns, ...(continuedHeader === undefined ? {} : { continuedHeader }) };
  let headerRows = 0;
  for (const cell of cells) if (cell.header === true) headerRows = Math.max(headerRows, cell.row + 1);
  const told = cellsOf(text, headerRows);
  if (told.length === cells.length && told.every((cell, index) => isSame(cells[index]!, cell)))
    return fromText(facts, text, headerRows);
  return fromJson(facts, JSON.stringify(cells));
}

/**
 * Holds the tables of one document in little memory: a cell is an object and a string of its own, ten times what it says. A
 * workbook of a million rows would not fit otherwise; what is small stays as it is.
 */
export class TablePacker {
  readonly #most: number;
  #cells = 0;

  /** `most`: cells that are held as they are; the tables after them are packed. */
  constructor(most = 100_000) {
    this.#most = most;
  }

  pack(elements: readonly DocumentElement[]): readonly DocumentElement[] {
    for (const { table } of elements) this.#cells += table?.cells.length ?? 0;
    if (this.#cells <= this.#most) return elements;
    return elements.map((element) =>
      element.table === undefined ? element : { ...element, table: packed(element.text, element.table) },
    );
  }
}
