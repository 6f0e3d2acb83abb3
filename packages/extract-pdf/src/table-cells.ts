import type { TableCell, TableData } from "@groundwork/contracts";
import { joinLines, type Vocabulary } from "./repair.ts";
import type { Phrase } from "./table-phrases.ts";

/** A cell while its table is being built. */
export interface CellDraft {
  readonly row: number;
  readonly column: number;
  readonly rowSpan: number;
  readonly columnSpan: number;
  readonly phrases: Phrase[];
}

/** The text of a cell: its phrases by line, lines joined as in a paragraph. */
export function cellText(phrases: readonly Phrase[], vocabulary: Vocabulary): string {
  const sorted = [...phrases].sort((a, b) => a.baseline - b.baseline || a.left - b.left);
  const rows: Phrase[][] = [];
  for (const phrase of sorted) {
    const last = rows.at(-1)?.[0];
    if (last !== undefined && phrase.baseline - last.baseline < 0.4 * phrase.size) rows.at(-1)!.push(phrase);
    else rows.push([phrase]);
  }
  let text = "";
  for (const row of rows) {
    const line = row
      .sort((a, b) => a.left - b.left)
      .map((phrase) => phrase.text)
      .join(" ");
    if (text === "") text = line;
    else {
      const { keep, separator } = joinLines(text, line, vocabulary);
      text = text.slice(0, keep) + separator + line;
    }
  }
  return text.normalize("NFC");
}

/** Builds the table; empty rows and columns at the edges and in between are taken out. */
export function buildTable(
  drafts: readonly CellDraft[],
  rows: number,
  columns: number,
  headerRows: number,
  vocabulary: Vocabulary,
): TableData {
  const usedRows = used(drafts, rows, (draft) => [draft.row, draft.rowSpan]);
  const usedColumns = used(drafts, columns, (draft) => [draft.column, draft.columnSpan]);
  const cells: TableCell[] = [];
  for (const draft of drafts) {
    const text = cellText(draft.phrases, vocabulary);
    const row = usedRows.indexOf(usedRows.find((index) => index >= draft.row) ?? -1);
    const column = usedColumns.indexOf(usedColumns.find((index) => index >= draft.column) ?? -1);
    const rowSpan = usedRows.filter((index) => index >= draft.row && index < draft.row + draft.rowSpan).length;
    const columnSpan = usedColumns.filter(
      (index) => index >= draft.column && index < draft.column + draft.columnSpan,
    ).length;
    if (
      row < 0 ||
      column < 0 ||
      rowSpan === 0 ||
      columnSpan === 0 ||
      (text === "" && rowSpan === 1 && columnSpan === 1)
    )
      continue;
    cells.push({
      row,
      column,
      ...(rowSpan > 1 ? { rowSpan } : {}),
      ...(columnSpan > 1 ? { columnSpan } : {}),
      text,
      ...(draft.row < headerRows && text !== "" ? { header: true } : {}),
    });
  }
  cells.sort((a, b) => a.row - b.row || a.column - b.column);
  return { rows: usedRows.length, columns: usedColumns.length, cells };
}

/** Indices of rows (or columns) in which some cell with text begins. */
function used(drafts: readonly CellDraft[], count: number, place: (draft: CellDraft) => [number, number]): number[] {
  const begins = new Set<number>();
  for (const draft of drafts) if (draft.phrases.length > 0) begins.add(place(draft)[0]);
  return Array.from({ length: count }, (_, index) => index).filter((index) => begins.has(index));
}
