import type { TableData } from "@groundwork/contracts";
import { columnGroups } from "./column-groups.ts";
import { type Line, lineOf } from "./lines.ts";
import type { Area, Rule } from "./page-content.ts";
import type { PageLines } from "./page-lines.ts";
import type { Vocabulary } from "./repair.ts";
import { ruleBands } from "./rules.ts";
import { type PhraseRow, phraseRows, phraseRowsOf } from "./table-phrases.ts";
import { findRuns, isTabular } from "./table-regions.ts";
import {
  buildAlignedTable,
  type Column,
  columnSpanOf,
  columnsOf,
  countHeaderRows,
  logicalRows,
} from "./tables-aligned.ts";
import { buildRuledTable, fillCells, findGrids, gridCells, type RuledGrid } from "./tables-ruled.ts";
import type { Word } from "./words.ts";

/** A table with the lines it took from the page. */
export interface FoundTable extends Area {
  readonly table: TableData;
  readonly lines: readonly Line[];
  /** Of its type, points. */
  readonly size: number;
  /** Where its columns stand. */
  readonly places: readonly Column[];
}

/** A table that ended the page before: its columns and head, by which its next slice is known. */
export interface OpenTable {
  readonly places: readonly Column[];
  readonly header: readonly (readonly string[])[];
}

/** Words of one cell from which on a grid is the frame of a page's layout, not a table. */
const MAX_CELL_WORDS = 250;

/**
 * Finds the tables of a page, surest first: grids of rules; text between rules of equal extent; rows whose phrases line
 * up in columns. Gives back the lines that belong to none.
 */
export function findTables(
  page: PageLines,
  lines: readonly Line[],
  vocabulary: Vocabulary,
  open?: OpenTable,
): { tables: FoundTable[]; rest: Line[] } {
  const search = new TableSearch(page, lines, vocabulary);
  search.ruled();
  search.banded();
  if (open !== undefined) search.continued(open);
  search.aligned();
  return { tables: search.tables, rest: search.rest };
}

class TableSearch {
  readonly tables: FoundTable[] = [];
  rest: Line[];
  readonly #page: PageLines;
  readonly #rules: readonly Rule[];
  readonly #vocabulary: Vocabulary;

  constructor(page: PageLines, lines: readonly Line[], vocabulary: Vocabulary) {
    this.#page = page;
    this.#rules = page.rules;
    this.#vocabulary = vocabulary;
    this.rest = [...lines];
  }

  /** Takes grids of rules. */
  ruled(): void {
    const grids = findGrids(this.#rules).sort((a, b) => areaSize(a) - areaSize(b));
    for (const grid of grids) {
      const words = this.#wordsIn(grid);
      if (words.length < 2 || this.#hasTextBeside(grid, grid.rules)) continue;
      const table = this.#fromGrid(grid, words);
      if (table !== undefined) this.#take(table, words, grid, placesOf(grid));
    }
  }

  /** Rows that run on beyond an open side of a grid: it frames but a part of the table (cell borders under figures). */
  #hasTextBeside({ left, right, top, bottom }: Area, rules: readonly Rule[] = []): boolean {
    const isDrawn = (at: number): boolean => {
      let length = 0;
      for (const rule of rules)
        if (rule.orientation === "vertical" && Math.abs(rule.at - at) < 4) length += rule.to - rule.from;
      return length > 0.6 * (bottom - top);
    };
    const isBetween = (line: Line): boolean => line.baseline > top && line.baseline < bottom + 1;
    const groups = columnGroups(this.rest, this.#page.main.width);
    const own = groups.filter((group) =>
      group.some((line) => isBetween(line) && line.right > left && line.left < right),
    );
    const beside = own.flat().filter(isBetween);
    if (!isDrawn(left) && beside.some((line) => line.right <= left + 2)) return true;
    return !isDrawn(right) && beside.some((line) => line.left >= right - 2);
  }

  #fromGrid(grid: RuledGrid, words: readonly Word[]): TableData | undefined {
    const cells = gridCells(grid);
    fillCells(grid, cells, words);
    const filled = cells.filter((cell) => cell.phrases.length > 0);
    const countWords = (phrases: readonly { words: readonly Word[] }[]): number =>
      phrases.reduce((sum, phrase) => sum + phrase.words.length, 0);
    if (filled.length < 2) return undefined;
    if (filled.some((cell) => countWords(cell.phrases) > MAX_CELL_WORDS)) return undefined;
    const usedColumns = new Set(filled.map((cell) => cell.column)).size;
    const usedRows = new Set(filled.map((cell) => cell.row)).size;
    if (usedRows <= 2 || usedColumns === 1) {
      // Rules only around the rows, or only between the columns: the text says what they leave out.
      const rows = phraseRowsOf(words);
      const columns = columnsOf(rows);
      const lacksRows = usedColumns >= 2 && logicalRows(rows, columns, this.#rules).length >= usedRows + 3;
      if (lacksRows || (usedColumns === 1 && columns.length >= 2)) {
        const given = lacksRows
          ? grid.xs.slice(1).map((right, index) => ({ left: grid.xs[index]! + 1, right: right - 1 }))
          : columns;
        return isTabular(rows, columns, "ruled")
          ? buildAlignedTable(rows, given, this.#rules, this.#vocabulary)
          : undefined;
      }
      if (usedColumns < 2) return undefined;
    }
    return buildRuledTable(cells, grid, this.#gridHeaderRows(grid, filled), this.#vocabulary);
  }

  /** Head rows of a grid: shaded differently from what follows, bold alone, or without figures over a body of figures. */
  #gridHeaderRows(grid: RuledGrid, filled: readonly ReturnType<typeof gridCells>[number][]): number {
    const columns = grid.xs.slice(1).map((right, index) => ({ left: grid.xs[index]!, right }));
    const byRow = new Map<number, (typeof filled)[number][]>();
    for (const cell of filled) {
      const members = byRow.get(cell.row);
      if (members === undefined) byRow.set(cell.row, [cell]);
      else members.push(cell);
    }
    const rowNumbers = [...byRow.keys()].sort((a, b) => a - b);
    const rows = rowNumbers.map((row) => {
      const members = byRow.get(row)!;
      const phrases = members.flatMap((cell) => cell.phrases);
      return {
        rows: [{ phrases, baseline: phrases[0]!.baseline, top: 0, bottom: 0 }],
        filled: new Set(members.map((cell) => cell.column)),
      };
    });
    const count = countHeaderRows(rows, columns);
    return count === 0 ? 0 : rowNumbers[count - 1]! + 1;
  }

  /** Takes text between horizontal rules of equal extent. */
  banded(): void {
    for (const rules of ruleBands(this.#rules, 0.12 * this.#page.main.width)) {
      let from = 0;
      while (from < rules.length - 1) {
        let to = from;
        while (to + 1 < rules.length && this.#isTableStretch(rules[to]!, rules[to + 1]!)) to++;
        const stretch = this.#stretch(rules[from]!, rules[to]!).area;
        if (to > from && !this.#hasTextBeside(stretch)) this.#takeStretch(rules[from]!, rules[to]!);
        from = Math.max(to, from + 1);
      }
    }
  }

  #stretch(top: Rule, bottom: Rule): { area: Area; words: Word[] } {
    const area = { left: top.from - 6, right: top.to + 6, top: top.at - 1, bottom: bottom.at + 1 };
    return { area, words: this.#wordsIn(area) };
  }

  #isTableStretch(top: Rule, bottom: Rule): boolean {
    const { words } = this.#stretch(top, bottom);
    if (words.length < 2) return false;
    const rows = phraseRowsOf(words);
    if (rows.length === 1) return rows[0]!.phrases.length >= 2;
    return isTabular(rows, columnsOf(rows), "ruled");
  }

  #takeStretch(top: Rule, bottom: Rule): void {
    const { area, words } = this.#stretch(top, bottom);
    const rows = phraseRowsOf(words);
    const columns = columnsOf(rows);
    if (rows.length < 2 || !isTabular(rows, columns, "ruled")) return;
    this.#take(buildAlignedTable(rows, columns, this.#rules, this.#vocabulary), words, area, columns);
  }

  /** Takes rows at the head of the page that stand in the columns of the table that ended the page before. */
  continued({ places }: OpenTable): void {
    const top = Math.min(...this.tables.map((table) => table.top), Number.POSITIVE_INFINITY);
    const rows: PhraseRow[] = [];
    for (const row of phraseRows(this.rest)) {
      const spans = row.phrases.map((phrase) => columnSpanOf(phrase, places));
      const fits = row.phrases.every(
        (phrase, index) => spans[index]!.columnSpan === 1 && fitsColumn(phrase, places[spans[index]!.column]!),
      );
      if (
        row.top > top ||
        row.phrases.length < 2 ||
        !fits ||
        new Set(spans.map((span) => span.column)).size < row.phrases.length
      )
        break;
      rows.push(row);
    }
    if (rows.length === 0) return;
    const words = rows.flatMap((row) => row.phrases.flatMap((phrase) => [...phrase.words]));
    const table = buildAlignedTable(rows, places, this.#rules, this.#vocabulary);
    const cells = table.cells.map(({ header: _header, ...cell }) => cell);
    this.#take({ ...table, cells }, words, areaOfRows(rows), places);
  }

  /** Takes rows that line up without any rule. */
  aligned(): void {
    const groups = columnGroups(this.rest, this.#page.main.width);
    for (const rows of groups.flatMap(findRuns)) {
      const words = rows.flatMap((row) => row.phrases.flatMap((phrase) => [...phrase.words]));
      const columns = columnsOf(rows);
      if (columns.length < 2) continue;
      this.#take(buildAlignedTable(rows, columns, this.#rules, this.#vocabulary), words, areaOfRows(rows), columns);
    }
  }

  #wordsIn({ left, top, right, bottom }: Area): Word[] {
    const words: Word[] = [];
    for (const line of this.rest) {
      if (line.right < left || line.left > right || line.bottom < top || line.top > bottom) continue;
      for (const word of line.words) {
        const x = (word.left + word.right) / 2;
        const y = word.baseline - 0.3 * word.style.size;
        if (x >= left && x <= right && y >= top && y <= bottom) words.push(word);
      }
    }
    return words;
  }

  #take(table: TableData, words: readonly Word[], area: Area, places: readonly Column[]): void {
    if (table.columns < 2 || table.cells.length < 2) return;
    const used = new Set(words);
    const taken: Line[] = [];
    const rest: Line[] = [];
    for (const line of this.rest) {
      const inside = line.words.filter((word) => used.has(word));
      if (inside.length === 0) {
        rest.push(line);
        continue;
      }
      taken.push(inside.length === line.words.length ? line : lineOf(inside));
      const outside = line.words.filter((word) => !used.has(word));
      if (outside.length > 0) rest.push(lineOf(outside));
    }
    if (taken.length === 0) return;
    this.rest = rest;
    const sizes = taken.map((line) => line.style.size).sort((a, b) => a - b);
    this.tables.push({
      left: Math.min(area.left, ...taken.map((line) => line.left)),
      right: Math.max(area.right, ...taken.map((line) => line.right)),
      top: Math.min(...taken.map((line) => line.top)),
      bottom: Math.max(...taken.map((line) => line.bottom)),
      table,
      lines: taken,
      places,
      size: sizes[sizes.length >> 1]!,
    });
  }
}

function fitsColumn(phrase: Area & { readonly size: number }, column: Column): boolean {
  return phrase.left > column.left - 2 * phrase.size && phrase.right < column.right + 2 * phrase.size;
}

/** Whether a table stands in the columns of the one before it. */
export function continuesTable(table: FoundTable, { places }: OpenTable): boolean {
  if (table.places.length !== places.length) return false;
  const near = table.places.filter((place, index) => {
    const other = places[index]!;
    return (
      Math.min(place.right, other.right) - Math.max(place.left, other.left) >
      0.5 * Math.min(place.right - place.left, other.right - other.left)
    );
  });
  return near.length === places.length;
}

/** The head rows of a table as text, one list per row. */
export function headerOf(table: TableData): string[][] {
  const rows = new Set(table.cells.filter((cell) => cell.header === true).map((cell) => cell.row));
  return [...rows]
    .sort((a, b) => a - b)
    .map((row) => {
      const texts = Array.from({ length: table.columns }, () => "");
      for (const cell of table.cells) if (cell.row === row) texts[cell.column] = cell.text;
      return texts;
    });
}

function areaSize({ left, right, top, bottom }: Area): number {
  return (right - left) * (bottom - top);
}

function placesOf({ xs }: RuledGrid): Column[] {
  return xs.slice(1).map((right, index) => ({ left: xs[index]!, right }));
}

function areaOfRows(rows: readonly PhraseRow[]): Area {
  const phrases = rows.flatMap((row) => row.phrases);
  return {
    left: Math.min(...phrases.map((phrase) => phrase.left)),
    right: Math.max(...phrases.map((phrase) => phrase.right)),
    top: Math.min(...rows.map((row) => row.top)),
    bottom: Math.max(...rows.map((row) => row.bottom)),
  };
}
