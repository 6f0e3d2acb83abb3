import type { TableData } from "@groundwork/contracts";
import type { Area, Rule } from "./page-content.ts";
import type { Vocabulary } from "./repair.ts";
import { buildTable, type CellDraft } from "./table-cells.ts";
import { isNumeric, type Phrase, type PhraseRow } from "./table-phrases.ts";

export interface Column {
  readonly left: number;
  readonly right: number;
}

/** Share of rows that may cross a gap between columns: spanning heads and section rows do. */
const MAX_CROSSING = 0.12;

/**
 * Columns from white stripes that (nearly) all rows leave free. Rows with one phrase say nothing about columns, unless
 * all rows are so.
 */
export function columnsOf(rows: readonly PhraseRow[]): Column[] {
  const telling = rows.filter((row) => row.phrases.length > 1);
  const phrases = telling.flatMap((row) => row.phrases);
  if (phrases.length === 0) return [];
  const size = phrases.map((phrase) => phrase.size).sort((a, b) => a - b)[phrases.length >> 1]!;
  const edges = phrases.flatMap((phrase) => [
    { x: phrase.left, step: 1 },
    { x: phrase.right, step: -1 },
  ]);
  edges.sort((a, b) => a.x - b.x || b.step - a.step);
  const allowed = telling.length >= 8 ? Math.floor(MAX_CROSSING * telling.length) : telling.length >= 4 ? 1 : 0;
  const columns: { left: number; right: number }[] = [];
  let depth = 0;
  let start: number | undefined;
  for (const { x, step } of edges) {
    depth += step;
    if (depth > allowed && start === undefined) start = x;
    else if (depth <= allowed && start !== undefined) {
      columns.push({ left: start, right: x });
      start = undefined;
    }
  }
  // Where only the allowed few crossed, a column of few cells may have gone unseen: each phrase outside makes its own.
  for (const phrase of phrases) {
    if (!columns.some((column) => phrase.left < column.right && phrase.right > column.left)) {
      columns.push({ left: phrase.left, right: phrase.right });
    }
  }
  columns.sort((a, b) => a.left - b.left);
  const merged: { left: number; right: number }[] = [];
  for (const column of columns) {
    const last = merged.at(-1);
    if (last !== undefined && column.left - last.right < 0.35 * size) last.right = Math.max(last.right, column.right);
    else merged.push({ ...column });
  }
  return merged;
}

/** The columns a phrase stands in: those it overlaps by more than a touch, or else the nearest. */
export function columnSpanOf(phrase: Area, columns: readonly Column[]): { column: number; columnSpan: number } {
  const hit: number[] = [];
  columns.forEach((column, index) => {
    const overlap = Math.min(phrase.right, column.right) - Math.max(phrase.left, column.left);
    const least = 0.3 * Math.min(column.right - column.left, phrase.right - phrase.left);
    if (overlap > Math.max(0.5, Math.min(least, 8))) hit.push(index);
  });
  if (hit.length > 0) return { column: hit[0]!, columnSpan: hit.at(-1)! - hit[0]! + 1 };
  const middle = (phrase.left + phrase.right) / 2;
  const distance = (column: Column): number => Math.max(column.left - middle, middle - column.right, 0);
  let best = 0;
  columns.forEach((column, index) => {
    if (distance(column) < distance(columns[best]!)) best = index;
  });
  return { column: best, columnSpan: 1 };
}

interface LogicalRow {
  readonly rows: PhraseRow[];
  readonly filled: Set<number>;
}

/** Joins rows of text into rows of the table: wrapped cells, and cells centred beside others of several lines. */
export function logicalRows(
  rows: readonly PhraseRow[],
  columns: readonly Column[],
  rules: readonly Rule[],
): LogicalRow[] {
  const result: LogicalRow[] = [];
  const steps = rows.slice(1).map((row, index) => row.top - rows[index]!.bottom);
  const usual = [...steps].sort((a, b) => a - b)[steps.length >> 1] ?? 0;
  rows.forEach((row, index) => {
    const filled = new Set<number>();
    for (const phrase of row.phrases) filled.add(columnSpanOf(phrase, columns).column);
    const last = result.at(-1);
    const above = rows[index - 1];
    if (last === undefined || above === undefined || isRuledApart(above, row, rules)) {
      result.push({ rows: [row], filled });
      return;
    }
    const size = row.phrases[0]!.size;
    const gap = row.top - last.rows.at(-1)!.bottom;
    const disjoint = [...filled].every((column) => !last.filled.has(column));
    const overlaps = gap < -0.3 * size;
    const isContinuation =
      columns.length > 2 &&
      gap < 0.12 * size &&
      gap < usual - 0.1 * size &&
      filled.size < last.filled.size &&
      filled.size <= columns.length / 2;
    const runsOn =
      row.phrases.length === 1 &&
      columns.length >= 2 &&
      last.rows.length < 6 &&
      gap < 0.2 * size &&
      filled.size < last.filled.size &&
      /^\p{Ll}/u.test(row.phrases[0]!.text);
    if (
      (overlaps && disjoint) ||
      (overlaps && last.rows.some((other) => other.phrases.length === 1)) ||
      isContinuation ||
      runsOn
    ) {
      last.rows.push(row);
      for (const column of filled) last.filled.add(column);
    } else {
      result.push({ rows: [row], filled });
    }
  });
  return result;
}

function isRuledApart(above: PhraseRow, row: PhraseRow, rules: readonly Rule[]): boolean {
  return rules.some(
    (rule) =>
      rule.orientation === "horizontal" &&
      rule.at > above.baseline - 1 &&
      rule.at < row.baseline - 0.5 * row.phrases[0]!.size,
  );
}

/** Builds a table from rows and columns. `rules` widen spanning heads and part rows. */
export function buildAlignedTable(
  rows: readonly PhraseRow[],
  columns: readonly Column[],
  rules: readonly Rule[],
  vocabulary: Vocabulary,
): TableData {
  const logical = logicalRows(rows, columns, rules);
  const headerRows = countHeaderRows(logical, columns);
  const drafts: CellDraft[] = [];
  logical.forEach(({ rows: textRows }, row) => {
    const cells = new Map<number, CellDraft>();
    for (const phrase of textRows.flatMap((textRow) => textRow.phrases)) {
      const place = spanOf(phrase, textRows, columns, rules, row < headerRows);
      const holder = [...cells.values()].find(
        (cell) => place.column < cell.column + cell.columnSpan && cell.column < place.column + place.columnSpan,
      );
      if (holder === undefined) {
        cells.set(place.column, {
          row,
          column: place.column,
          rowSpan: 1,
          columnSpan: place.columnSpan,
          phrases: [phrase],
        });
      } else {
        holder.phrases.push(phrase);
      }
    }
    drafts.push(...cells.values());
  });
  return buildTable(drafts, logical.length, columns.length, headerRows, vocabulary);
}

/** A head over several columns reaches as far as the rule under it, or over all value columns when it stands alone. */
function spanOf(
  phrase: Phrase,
  rows: readonly PhraseRow[],
  columns: readonly Column[],
  rules: readonly Rule[],
  inHeader: boolean,
): { column: number; columnSpan: number } {
  const own = columnSpanOf(phrase, columns);
  const alone = rows.length === 1 && rows[0]!.phrases.length === 1;
  const whole = { left: columns[0]!.left, right: columns.at(-1)!.right };
  const middle = (phrase.left + phrase.right) / 2;
  if (inHeader) {
    const under = rules.find(
      (rule) =>
        rule.orientation === "horizontal" &&
        rule.at > phrase.baseline - 1 &&
        rule.at < phrase.bottom + 0.6 * phrase.size &&
        rule.from < phrase.left + 2 &&
        rule.to > phrase.right - 2 &&
        rule.to - rule.from < 0.97 * (whole.right - whole.left),
    );
    if (under !== undefined) {
      const covered = columns
        .map((column, index) => ({ column, index }))
        .filter(
          ({ column }) => (column.left + column.right) / 2 > under.from && (column.left + column.right) / 2 < under.to,
        );
      if (covered.length > 1) return { column: covered[0]!.index, columnSpan: covered.length };
    }
    if (alone && columns.length > 2) {
      const values = { left: columns[1]!.left, right: whole.right };
      if (Math.abs(middle - (values.left + values.right) / 2) < 0.06 * (values.right - values.left))
        return { column: 1, columnSpan: columns.length - 1 };
    }
  }
  if (
    alone &&
    columns.length > 1 &&
    phrase.left > whole.left + 2 * phrase.size &&
    Math.abs(middle - (whole.left + whole.right) / 2) < 0.06 * (whole.right - whole.left)
  ) {
    return { column: 0, columnSpan: columns.length };
  }
  return own;
}

/** Rows at the top that name columns: no key in the first column, or no numbers over a body of numbers, or bold alone. */
export function countHeaderRows(rows: readonly LogicalRow[], columns: readonly Column[]): number {
  const phrasesOf = (row: LogicalRow): Phrase[] => row.rows.flatMap((textRow) => [...textRow.phrases]);
  const isValue = (phrase: Phrase): boolean => isNumeric(phrase.text) && !/^(?:19|20)\d\d$/.test(phrase.text);
  const bodyNumeric = rows.some((row) =>
    phrasesOf(row).some((phrase) => phrase.left > columns[0]!.right - 1 && isValue(phrase)),
  );
  let count = 0;
  for (const row of rows) {
    if (count >= Math.min(5, rows.length - 1)) break;
    const phrases = phrasesOf(row);
    const hasKey = row.filled.has(0);
    const values = phrases.filter(isValue).length;
    const isBold = phrases.every((phrase) => phrase.bold);
    const nextBold = rows[count + 1] !== undefined && phrasesOf(rows[count + 1]!).every((phrase) => phrase.bold);
    if (!hasKey && values <= phrases.length / 2) count++;
    else if (
      bodyNumeric &&
      values === 0 &&
      phrases.length > 1 &&
      !rows.slice(0, count).some((other) => other.filled.has(0))
    )
      count++;
    else if (isBold && !nextBold && phrases.length > 1 && count === 0) count++;
    else break;
  }
  return count === 0 && rows.length > 1 && !phrasesOf(rows[0]!).some(isValue) && phrasesOf(rows[0]!).length >= 2
    ? 1
    : count;
}
