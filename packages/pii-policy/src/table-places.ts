import { type TableData, tableRows } from "@groundwork/contracts";

const SEPARATOR = " | ";

/** Where a cell's text stands in the text of its table. */
export interface CellPlace {
  /** Index into the table's cells. */
  readonly cell: number;
  readonly start: number;
  readonly end: number;
}

/** A cell's text as the text of the table shows it: on one line. */
export function shownText(text: string): string {
  return text.includes("\n") ? text.replace(/\s*\n\s*/g, " ").trim() : text.trim();
}

/** The places of all cells that show something, in order. Follows `renderTableText`. */
export function tablePlaces(table: TableData): CellPlace[] {
  const rows = tableRows(table);
  const cells = table.cells
    .map((cell, index) => ({ cell, index }))
    .filter(({ cell }) => cell.row < rows.length && cell.column < table.columns);
  const byRow = Map.groupBy(cells, ({ cell }) => cell.row);
  const places: CellPlace[] = [];
  let lineStart = 0;
  rows.forEach((row, number) => {
    let count = row.length;
    while (count > 0 && row[count - 1] === "") count--;
    if (count === 0) return;
    const line = row.slice(0, count).join(SEPARATOR);
    const trimmed = line.length - line.trimStart().length;
    const starts: number[] = [];
    let offset = 0;
    for (const text of row) {
      starts.push(offset);
      offset += text.length + SEPARATOR.length;
    }
    for (const { cell, index } of byRow.get(number) ?? []) {
      const text = row[cell.column]!;
      if (text === "") continue;
      const start = lineStart + starts[cell.column]! - trimmed;
      places.push({ cell: index, start, end: start + text.length });
    }
    lineStart += line.length - trimmed + 1;
  });
  return places.sort((a, b) => a.start - b.start);
}
