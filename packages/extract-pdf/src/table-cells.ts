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
  if (phrases.length <= 1) return phrases[0]?.text.normalize("NFC") ?? "";
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
  const usedRows = used(drafts, rows, (draft) => draft.row);
  const usedColumns = used(drafts, columns, (draft) => draft.column);
  const cells: TableCell[] = [];
  for (const draft of drafts) {
    const text = cellText(draft.phrases, vocabulary);
    const row = usedRows[draft.row]!;
    const column = usedColumns[draft.column]!;
    const rowSpan = usedRows[draft.row + draft.rowSpan]! - row;
    const columnSpan = usedColumns[draft.column + draft.columnSpan]! - column;
    if (rowSpan === 0 || columnSpan === 0 || (text === "" && rowSpan === 1 && columnSpan === 1)) continue;
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
  return { rows: usedRows[rows]!, columns: usedColumns[columns]!, cells };
}

/** For each row (or column) and the end: how many before it have a cell with text that begins in them. */
function used(drafts: readonly CellDraft[], count: number, place: (draft: CellDraft) => number): number[] {
  const begins = new Set<number>();
  for (const draft of drafts) if (draft.phrases.length > 0) begins.add(place(draft));
  const before = [0];
  for (let index = 0; index < count; index++) before.push(before[index]! + (begins.has(index) ? 1 : 0));
  return before;
}
