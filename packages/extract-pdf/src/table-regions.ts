import type { Line } from "./lines.ts";
import { isNumeric, type Phrase, type PhraseRow, phraseRows } from "./table-phrases.ts";
import { type Column, columnSpanOf, columnsOf } from "./tables-aligned.ts";

/** Rows a table without rules must have. */
const MIN_ROWS = 3;
/** Numbers and bullets before items: a list has two columns too. */
const LIST_MARKER = /^(?:[^\p{L}\d\s]{1,2}|\(?(?:\d{1,3}|\p{L}|[ivx]{1,5})[.)]|\d{1,2}(?:\.\d{1,2})+\.?|\[\d{1,3}\])$/u;
/** Words per phrase above which a column that fills its width is prose. */
const PROSE_WORDS = 4;

/**
 * Whether rows are a table's. `ruled` text is believed sooner: rules around it say that it belongs together. Columns of
 * prose (most lines fill the width, with many words) are never a table.
 */
export function isTabular(
  rows: readonly PhraseRow[],
  columns: readonly Column[],
  evidence: "ruled" | "aligned",
): boolean {
  if (columns.length < 2 || rows.length < 2) return false;
  const telling = rows.filter((row) => row.phrases.length > 1);
  const share = telling.length / rows.length;
  if (share < (evidence === "ruled" ? 0.4 : 0.6)) return false;
  const inColumn = columns.map((): Phrase[] => []);
  for (const row of rows)
    for (const phrase of row.phrases) inColumn[columnSpanOf(phrase, columns).column]!.push(phrase);
  const prose = inColumn.filter((phrases, index) => isProse(phrases, columns[index]!)).length;
  if (prose > (columns.length >= 3 ? 1 : 0) && !(evidence === "ruled" && columns.length >= 3)) return false;
  if (evidence === "ruled") return prose < 2 || columns.length >= 3;
  if (telling.length < MIN_ROWS) return false;
  const markers = inColumn[0]!.filter(({ text }) => LIST_MARKER.test(text)).length;
  if (columns.length === 2 && markers > 0.6 * inColumn[0]!.length) return false;
  const numeric = inColumn.filter(
    (phrases) => phrases.filter(({ text }) => isNumeric(text)).length > 0.5 * phrases.length,
  ).length;
  const regular = inColumn.filter((phrases) => phrases.length >= 0.5 * telling.length && isAligned(phrases)).length;
  if (regular < Math.min(2, columns.length)) return false;
  if (columns.length === 2) return numeric >= 1 && telling.length >= MIN_ROWS && prose === 0;
  return numeric >= 1 || (regular >= 3 && telling.length >= 4);
}

function isProse(phrases: readonly Phrase[], column: Column): boolean {
  if (phrases.length < 3) return false;
  const width = column.right - column.left;
  const full = phrases.filter((phrase) => phrase.right - phrase.left > 0.8 * width).length / phrases.length;
  const words = phrases.reduce((sum, phrase) => sum + phrase.words.length, 0) / phrases.length;
  return full > 0.5 && words > PROSE_WORDS;
}

/** Whether most phrases share their left edge, right edge or middle. */
function isAligned(phrases: readonly Phrase[]): boolean {
  const agree = (place: (phrase: Phrase) => number): boolean => {
    const places = phrases.map(place).sort((a, b) => a - b);
    const median = places[places.length >> 1]!;
    return (
      phrases.filter((phrase) => Math.abs(place(phrase) - median) < 0.45 * phrase.size).length >= 0.6 * phrases.length
    );
  };
  return (
    agree((phrase) => phrase.left) ||
    agree((phrase) => phrase.right) ||
    agree((phrase) => (phrase.left + phrase.right) / 2)
  );
}

/** Stretches of rows that line up in columns. */
export function findRuns(lines: readonly Line[]): PhraseRow[][] {
  const rows = phraseRows(lines);
  const found: PhraseRow[][] = [];
  let run: PhraseRow[] = [];
  let above: PhraseRow[] = [];
  const close = (): void => {
    while (run.length > 0 && run.at(-1)!.phrases.length < 2) run.pop();
    const table = trimRun(run);
    if (table !== undefined) found.push(table[0] === run[0] ? withHeads(above, table) : table);
    run = [];
    above = [];
  };
  for (const row of rows) {
    const last = run.at(-1);
    if (last !== undefined && row.top - last.bottom > 1.6 * row.phrases[0]!.size) close();
    if (row.phrases.length >= 2) {
      if (run.length === 0) above = rows.slice(Math.max(0, rows.indexOf(row) - 3), rows.indexOf(row));
      run.push(row);
    } else if (run.length > 0 && run.at(-1)!.phrases.length >= 2 && fitsBetween(row, run)) {
      run.push(row);
    } else close();
  }
  close();
  return found;
}

/** Adds the lone heads right above a table: short, and over the middle of its value columns. */
function withHeads(above: readonly PhraseRow[], table: PhraseRow[]): PhraseRow[] {
  const columns = columnsOf(table);
  const result = [...table];
  const values = { left: columns[1]!.left, right: columns.at(-1)!.right };
  for (const row of [...above].reverse()) {
    const [phrase, second] = row.phrases;
    if (phrase === undefined || second !== undefined) break;
    const middle = (phrase.left + phrase.right) / 2;
    const isOver =
      Math.abs(middle - (values.left + values.right) / 2) < 0.12 * (values.right - values.left) &&
      phrase.left > columns[0]!.right;
    if (!isOver || result[0]!.top - row.bottom > 0.8 * phrase.size) break;
    result.unshift(row);
  }
  return result;
}

/** A single phrase inside a table: a section's name or a wrapped cell, not a line of prose over the whole width. */
function fitsBetween(row: PhraseRow, run: readonly PhraseRow[]): boolean {
  const phrase = row.phrases[0]!;
  const left = Math.min(...run.map((other) => other.phrases[0]!.left));
  const right = Math.max(...run.map((other) => other.phrases.at(-1)!.right));
  return (
    phrase.right - phrase.left < 0.6 * (right - left) &&
    phrase.left >= left - 2 * phrase.size &&
    phrase.right <= right + 2 * phrase.size
  );
}

/** Drops rows at both ends that do not fit the columns of the others, then judges the rest. */
function trimRun(run: readonly PhraseRow[]): PhraseRow[] | undefined {
  let rows = [...run];
  for (let attempt = 0; attempt < 3 && rows.length >= MIN_ROWS; attempt++) {
    const columns = columnsOf(rows);
    if (isTabular(rows, columns, "aligned")) return rows;
    const counts = rows.map((row) => row.phrases.length);
    const usual = [...counts].sort((a, b) => a - b)[counts.length >> 1]!;
    const first = counts.findIndex((count) => count >= usual);
    const last = counts.findLastIndex((count) => count >= usual);
    if (first <= 0 && last === rows.length - 1) {
      rows = attempt % 2 === 0 ? rows.slice(1) : rows.slice(0, -1);
    } else {
      rows = rows.slice(Math.max(0, first), last + 1);
    }
  }
  return undefined;
}
