import { HIDDEN_ATTRIBUTE } from "@groundwork/contracts";
import { columnName } from "./cell-reference.ts";
import type { SheetRow } from "./sheet-segmenter.ts";

/** A run of columns, both ends included. */
export interface ColumnRun {
  readonly first: number;
  readonly last: number;
}

function isFolded(column: number, runs: readonly ColumnRun[]): boolean {
  return runs.some(({ first, last }) => column >= first && column <= last);
}

/** Sorted numbers as runs: `5:9,12`. */
function runNames(numbers: readonly number[], name: (at: number) => string): string {
  const runs: string[] = [];
  for (let start = 0; start < numbers.length; ) {
    let end = start;
    while (end + 1 < numbers.length && numbers[end + 1] === numbers[end]! + 1) end++;
    const first = name(numbers[start]!);
    runs.push(start === end ? first : `${first}:${name(numbers[end]!)}`);
    start = end + 1;
  }
  return runs.join(",");
}

/**
 * Attributes of the rows and columns with text that the author folded away: `hidden` where that is all of them, else `hiddenRows`
 * (`5:9,12`) and `hiddenColumns` (`C,F:G`) as the sheet numbers them.
 */
export function foldedAttributes(
  rows: readonly SheetRow[],
  columns: readonly ColumnRun[],
): Readonly<Record<string, string>> | undefined {
  const filled = rows.filter((row) => row.cells.length > 0);
  const foldedRows = filled.filter((row) => row.isFolded === true).map(({ row }) => row);
  if (foldedRows.length === 0 && columns.length === 0) return undefined;
  if (foldedRows.length > 0 && foldedRows.length === filled.length) return { [HIDDEN_ATTRIBUTE]: "true" };
  const texts = columns.length === 0 ? [] : [...new Set(filled.flatMap((row) => row.cells.map((cell) => cell.column)))];
  const foldedColumns = texts.filter((column) => isFolded(column, columns)).sort((a, b) => a - b);
  if (foldedColumns.length > 0 && foldedColumns.length === texts.length) return { [HIDDEN_ATTRIBUTE]: "true" };
  if (foldedRows.length + foldedColumns.length === 0) return undefined;
  return {
    ...(foldedRows.length === 0 ? {} : { hiddenRows: runNames(foldedRows, (row) => String(row + 1)) }),
    ...(foldedColumns.length === 0 ? {} : { hiddenColumns: runNames(foldedColumns, columnName) }),
  };
}
