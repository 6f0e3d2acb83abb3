import { headerRowCount, type TableData, tableRows } from "@groundwork/contracts";
import type { LabelledStretch } from "./page-reading.ts";

const SEPARATOR = " | ";
/** Longest text beside a cell that is taken for the name of what the cell holds. */
const LONGEST_LABEL = 60;

/** The cells of a table in its text (`renderTableText`), by the head of their column and by the cell before them. */
export function labelledCells(table: TableData): LabelledStretch[] {
  const rows = tableRows(table);
  const heads = headerRowCount(table);
  const cells: LabelledStretch[] = [];
  let lineStart = 0;
  for (const [index, row] of rows.entries()) {
    const shown = row.slice(0, row.findLastIndex((text) => text !== "") + 1);
    if (shown.length === 0) continue;
    const line = shown.join(SEPARATOR);
    let start = lineStart - (line.length - line.trimStart().length);
    for (const [column, text] of shown.entries()) {
      const labels = index < heads ? [] : [heads > 0 ? rows[heads - 1]![column]! : "", row[column - 1] ?? ""];
      for (const label of new Set(labels))
        if (text !== "" && label !== "" && label.length <= LONGEST_LABEL)
          cells.push({ label: label.replace(/[\s:]+$/, ""), start, end: start + text.length });
      start += text.length + SEPARATOR.length;
    }
    lineStart += line.trimStart().length + 1;
  }
  return cells;
}
