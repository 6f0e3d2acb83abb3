import { type DocumentElement, type ExtractionPart, renderTableText, type TableData } from "@groundwork/contracts";
import { sniffDelimitedText } from "@groundwork/media-type";
import { DelimitedParser, type DelimitedRow } from "./delimited-parser.ts";
import { cleanText, type TextInput, textPieces } from "./text-input.ts";

const SLICE_ROWS = 200;
const SLICE_CHARACTERS = 200_000;
/** Columns of a table; cells beyond are joined into the last. */
const MOST_COLUMNS = 2_000;

/** `A` for 0, `AA` for 26. */
export function columnLetters(index: number): string {
  let letters = "";
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return letters;
}

const isValue = (cell: string): boolean =>
  cell.length <= 100 &&
  (/^[\s€$£¥+-]*\d[\d.,\s]*%?\s*$/.test(cell) ||
    /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}/.test(cell) ||
    /^(?:true|false|null|n\/a)$/i.test(cell));

/** Whether the first row names the columns: all its cells are distinct words, and it does not look like a row of values. */
function isHeaderRow(rows: readonly (readonly string[])[]): boolean {
  const [first, ...others] = rows;
  if (first === undefined || others.length === 0) return false;
  const cells = first.map((cell) => cell.trim());
  const named = cells.filter((cell) => cell !== "");
  if (named.length < Math.max(1, cells.length * 0.5) || new Set(named).size < named.length) return false;
  return named.every((cell) => !isValue(cell) && cell.length <= 200);
}

/** How the text is delimited; Excel's `sep=` line says it itself. */
function delimiterOf(
  head: string,
  mediaType: string,
  isWhole: boolean,
): { delimiter: string | undefined; skip: number } {
  const stated = /^\uFEFF?sep=(.)\r?\n/i.exec(head);
  if (stated !== null) return { delimiter: stated[1]!, skip: stated[0].length };
  const sniffed = sniffDelimitedText(head, isWhole);
  if (sniffed !== undefined) return { delimiter: sniffed.delimiter, skip: 0 };
  if (mediaType === "text/tab-separated-values") return { delimiter: "\t", skip: 0 };
  // One record only: nothing to compare, so the usual delimiter. Several that agree on none: a single column.
  const records = head.split(/\r?\n/, 3).filter((line) => line.trim() !== "").length;
  return { delimiter: records <= 1 || head.includes('"') ? "," : undefined, skip: 0 };
}

/** Long runs of blanks (files of fixed width, hostile ones) are one blank. */
function cellText(cell: string): string {
  return cleanText(cell.length > 1_000 ? cell.replace(/[ \t]+/g, " ") : cell).trim();
}

function tableOf(
  rows: readonly DelimitedRow[],
  isFirst: boolean,
  header: readonly (readonly string[])[] | undefined,
): TableData {
  const columns = Math.min(MOST_COLUMNS, Math.max(...rows.map((row) => row.cells.length)));
  const cells = rows.flatMap((row, rowIndex) =>
    row.cells.slice(0, columns).flatMap((cell, column) => {
      const isLast = column === columns - 1 && row.cells.length > columns;
      const text = cellText(isLast ? row.cells.slice(column).join(" ") : cell);
      const isHeader = isFirst && rowIndex === 0 && header !== undefined;
      return text === "" ? [] : [{ row: rowIndex, column, text, ...(isHeader ? { header: true } : {}) }];
    }),
  );
  return {
    rows: rows.length,
    columns,
    cells,
    ...(isFirst || header === undefined ? {} : { continuedHeader: header }),
  };
}

/** CSV and TSV: slices of rows as tables, in memory bounded by a slice. */
export async function* extractDelimited(input: TextInput): AsyncGenerator<ExtractionPart> {
  let parser: DelimitedParser | undefined;
  let head = "";
  let slice: DelimitedRow[] = [];
  let characters = 0;
  let done = 0;
  let header: string[][] | undefined;

  function* giveSlice(): Generator<ExtractionPart> {
    const isFirst = done === 0;
    const rows = slice.filter((row) => row.cells.some((cell) => cell.trim() !== ""));
    const count = slice.length;
    if (rows.length > 0) {
      if (isFirst && isHeaderRow(rows.slice(0, 20).map((row) => row.cells))) {
        header = [rows[0]!.cells.slice(0, MOST_COLUMNS).map((cell) => cleanText(cell).trim())];
      }
      const table = tableOf(rows, isFirst, header);
      const range = `A${done + 1}:${columnLetters(table.columns - 1)}${done + count}`;
      const element: DocumentElement = {
        kind: "table",
        text: renderTableText(table),
        table,
        location: { range, line: rows[0]!.line },
      };
      yield { type: "elements", elements: [element] };
    }
    done += count;
    slice = [];
    characters = 0;
    yield { type: "progress", unit: "row", done };
  }
  function* take(rows: Iterable<DelimitedRow>): Generator<ExtractionPart> {
    for (const row of rows) {
      slice.push(row);
      for (const cell of row.cells) characters += cell.length;
      if (slice.length >= SLICE_ROWS || characters >= SLICE_CHARACTERS) yield* giveSlice();
    }
  }
  function* start(isWhole: boolean): Generator<ExtractionPart> {
    const { delimiter, skip } = delimiterOf(head, input.document.mediaType, isWhole);
    parser = new DelimitedParser(delimiter);
    yield* take(parser.push(head.slice(skip)));
  }

  for await (const piece of textPieces(input)) {
    if (parser !== undefined) yield* take(parser.push(piece));
    else {
      head += piece;
      if (head.length >= 65_536) yield* start(false);
    }
  }
  if (parser === undefined) yield* start(true);
  const open = parser as DelimitedParser | undefined;
  if (open === undefined) return;
  yield* take(open.end());
  if (slice.length > 0) yield* giveSlice();
  if (open.unclosedQuotes > 0) {
    yield {
      type: "warning",
      warning: {
        code: "unclosed-quote",
        message: `${open.unclosedQuotes} quoted fields are never closed. They were read with the quote as a character.`,
      },
    };
  }
}
