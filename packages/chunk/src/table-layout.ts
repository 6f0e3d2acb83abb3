import { headerRowCount, type PlacedElement, type TableData } from "@groundwork/contracts";

/** Where the rows of a table lie in the lines of its text. */
export interface TableLayout {
  /** Numbers of the table's rows in the order of the lines of its text: rows without any text have no line. */
  readonly rowOfLine: readonly number[];
  /** Lines of the text that are the header. */
  readonly headerLines: number;
  /** Offsets in the element's text where its lines begin, and after the last one where a next one would. */
  readonly lineStarts: readonly number[];
}

/** A long table is asked about once for each of its chunks. */
const layouts = new WeakMap<PlacedElement, TableLayout>();

export function tableLayoutOf(element: PlacedElement, table: TableData): TableLayout {
  let layout = layouts.get(element);
  if (layout === undefined) {
    const rowOfLine = rowsWithText(table);
    const headerRows = headerRowCount(table);
    const firstBodyLine = rowOfLine.findIndex((row) => row >= headerRows);
    const headerLines = firstBodyLine === -1 ? rowOfLine.length : firstBodyLine;
    layout = { rowOfLine, headerLines, lineStarts: lineStartsOf(element.text) };
    layouts.set(element, layout);
  }
  return layout;
}

function rowsWithText(table: TableData): number[] {
  const hasText = new Uint8Array(table.rows);
  for (const cell of table.cells) if (cell.column < table.columns && cell.text.trim() !== "") hasText[cell.row] = 1;
  const rows: number[] = [];
  for (let row = 0; row < table.rows; row++) if (hasText[row] === 1) rows.push(row);
  return rows;
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  starts.push(text.length + 1);
  return starts;
}

/** The first of the ascending numbers that is greater than the limit; their count when none is. */
export function firstAbove(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
