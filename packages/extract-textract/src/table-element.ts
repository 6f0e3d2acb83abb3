import type { Block } from "@aws-sdk/client-textract";
import { type Box, type DocumentElement, renderTableText, type TableCell, type TableData } from "@groundwork/contracts";
import { confidenceOf, elementOf, placedText } from "./element-text.ts";
import type { PageGraph, Run, Word } from "./page-graph.ts";
import { boxOf, type Place } from "./place.ts";

/** A table with its title above and its footers below. */
export interface FoundTable {
  readonly before: readonly DocumentElement[];
  readonly table: DocumentElement;
  readonly after: readonly DocumentElement[];
  readonly upright: Place;
  /** Everything that it holds, titles and footers too. */
  readonly words: readonly Word[];
}

interface GridCell {
  readonly row: number;
  readonly column: number;
  readonly rowSpan: number;
  readonly columnSpan: number;
  readonly runs: readonly Run[];
  readonly entities: ReadonlySet<string>;
}

const SEPARATOR = " | ";
/** Of a table on one page; cells beyond it are a mistake of the answer. */
const MOST_ROWS = 2_000;
const MOST_COLUMNS = 500;
/** Old answers name them without the prefix. */
const TITLE: readonly string[] = ["TABLE_TITLE", "TITLE"];
const FOOTER: readonly string[] = ["TABLE_FOOTER", "FOOTER"];
const HEADER: readonly string[] = ["COLUMN_HEADER", "TABLE_SECTION_TITLE", "SECTION_TITLE"];

const isAny = (cell: GridCell, entities: readonly string[]): boolean =>
  entities.some((entity) => cell.entities.has(entity));

/** The cells with their spans; none covers the place of another. */
function gridOf(graph: PageGraph, table: Block): GridCell[] {
  const cells = graph.related(table, "CHILD").filter(({ BlockType }) => BlockType === "CELL");
  const merged = graph.related(table, "MERGED_CELL");
  const taken = new Map<string, GridCell>();
  const grid: GridCell[] = [];
  const place = (block: Block, words: readonly Word[], entities: readonly string[]): boolean => {
    const row = (block.RowIndex ?? 1) - 1;
    const column = (block.ColumnIndex ?? 1) - 1;
    const [rowSpan, columnSpan] = [Math.max(1, block.RowSpan ?? 1), Math.max(1, block.ColumnSpan ?? 1)];
    if (row < 0 || column < 0 || row + rowSpan > MOST_ROWS || column + columnSpan > MOST_COLUMNS) return false;
    const places: string[] = [];
    for (let y = row; y < row + rowSpan; y++)
      for (let x = column; x < column + columnSpan; x++) places.push(`${y},${x}`);
    if (places.some((one) => taken.has(one))) return false;
    const cell = { row, column, rowSpan, columnSpan, runs: graph.runsOf(words), entities: new Set(entities) };
    for (const one of places) taken.set(one, cell);
    grid.push(cell);
    return true;
  };
  const inMerged = new Set<string>();
  for (const block of merged) {
    const parts = graph.children(block);
    const entities = [block, ...parts].flatMap(({ EntityTypes = [] }) => EntityTypes ?? []);
    const placed = place(
      block,
      parts.flatMap((part) => graph.wordsOf(part)),
      entities,
    );
    if (placed) for (const { Id = "" } of parts) inMerged.add(Id);
  }
  for (const block of cells)
    if (!inMerged.has(block.Id ?? "")) {
      const words = graph.wordsOf(block);
      const isPlaced =
        place(block, words, block.EntityTypes ?? []) ||
        place({ ...block, RowSpan: 1, ColumnSpan: 1 }, words, block.EntityTypes ?? []);
      // A cell under a merged cell that does not name it: its words belong to that cell.
      if (!isPlaced && words.length > 0) {
        const owner = taken.get(`${(block.RowIndex ?? 1) - 1},${(block.ColumnIndex ?? 1) - 1}`);
        const index = owner === undefined ? -1 : grid.indexOf(owner);
        if (index >= 0) {
          const all = [...owner!.runs.flatMap((run) => run.words), ...words];
          grid[index] = { ...owner!, runs: graph.runsOf(all) };
          for (const [one, cell] of taken) if (cell === owner) taken.set(one, grid[index]);
        }
      }
    }
  return grid.sort((a, b) => a.row - b.row || a.column - b.column);
}

/** Rows at an end of the table that hold nothing but its title, or its footers, or nothing at all. */
function edgeRows(
  grid: readonly GridCell[],
  rows: number,
  most: number,
  entities: readonly string[],
  fromEnd: boolean,
): number {
  let count = 0;
  while (count < most) {
    const row = fromEnd ? rows - 1 - count : count;
    const cells = grid.filter((cell) => cell.row <= row && row < cell.row + cell.rowSpan);
    if (!cells.every((cell) => cell.runs.length === 0 || isAny(cell, entities))) break;
    count++;
  }
  return count;
}

/** Boxes of the lines in cells, with their offsets in the text of the table (`renderTableText`). */
function boxesOf(grid: readonly GridCell[], data: TableData, page: number): Box[] {
  const boxes: Box[] = [];
  let lineStart = 0;
  for (let row = 0; row < data.rows; row++) {
    const cells = grid.filter((cell) => cell.row === row && cell.runs.length > 0);
    if (cells.length === 0) continue;
    const texts = new Array<string>(Math.max(...cells.map(({ column }) => column)) + 1).fill("");
    for (const cell of cells) texts[cell.column] = cellText(cell);
    const line = texts.join(SEPARATOR);
    const starts: number[] = [];
    let at = lineStart - (line.length - line.trimStart().length);
    for (const text of texts) {
      starts.push(at);
      at += text.length + SEPARATOR.length;
    }
    for (const cell of cells) {
      let start = starts[cell.column]!;
      for (const run of cell.runs) {
        boxes.push(boxOf(run.place, page, start, start + run.text.length));
        start += run.text.length + 1;
      }
    }
    lineStart += line.trimStart().length + 1;
  }
  return boxes;
}

const cellText = ({ runs }: GridCell): string => runs.map(({ text }) => text).join(" ");

/** A table as the service found it; `undefined` where it has no text. */
export function tableElement(graph: PageGraph, block: Block, page: number): FoundTable | undefined {
  const whole = gridOf(graph, block);
  const allRows = Math.max(0, ...whole.map((cell) => cell.row + cell.rowSpan));
  const titleRows = edgeRows(whole, allRows, allRows - 1, TITLE, false);
  const footerRows = edgeRows(whole, allRows, allRows - titleRows - 1, FOOTER, true);
  const rows = allRows - titleRows - footerRows;
  const grid = whole
    .filter((cell) => cell.row >= titleRows && cell.row < titleRows + rows)
    .map((cell) => ({
      ...cell,
      row: cell.row - titleRows,
      rowSpan: Math.min(cell.rowSpan, titleRows + rows - cell.row),
    }));
  const columns = Math.max(0, ...grid.map((cell) => cell.column + cell.columnSpan));
  if (grid.every(({ runs }) => runs.length === 0)) return undefined;
  const cells = grid.flatMap((cell): TableCell[] => {
    const text = cellText(cell);
    if (text === "" && cell.rowSpan === 1 && cell.columnSpan === 1) return [];
    return [
      {
        row: cell.row,
        column: cell.column,
        ...(cell.rowSpan > 1 ? { rowSpan: cell.rowSpan } : {}),
        ...(cell.columnSpan > 1 ? { columnSpan: cell.columnSpan } : {}),
        text,
        ...(isAny(cell, HEADER) ? { header: true } : {}),
      },
    ];
  });
  const data: TableData = { rows, columns, cells };
  const inGrid = grid.flatMap(({ runs }) => runs.flatMap(({ words }) => words));
  const seen = new Set(inGrid.map(({ id }) => id));
  const words: Word[] = [...inGrid];
  /** Words that were not met before, as an element of their own. */
  const aside = (kind: "caption" | "footnote", role: string, found: readonly Word[]): DocumentElement[] => {
    const fresh = found.filter(({ id }) => !seen.has(id) && seen.add(id));
    if (fresh.length === 0) return [];
    words.push(...fresh);
    const runs = graph.runsOf(fresh);
    return [elementOf(kind, runs, placedText(runs, page), { attributes: { role } })];
  };
  const wordsIn = (from: number, to: number): Word[] =>
    whole.filter((cell) => cell.row >= from && cell.row < to).flatMap(({ runs }) => runs.flatMap((run) => run.words));
  const titles = graph.related(block, "TABLE_TITLE", "TITLE").flatMap((title) => graph.wordsOf(title));
  const before = aside("caption", "table_title", [...titles, ...wordsIn(0, titleRows)]);
  const after = [
    ...graph.related(block, "TABLE_FOOTER", "FOOTER").map((footer) => graph.wordsOf(footer)),
    wordsIn(titleRows + rows, allRows),
  ].flatMap((found) => aside("footnote", "table_footer", found));
  const kind = block.EntityTypes?.find((entity) => entity.includes("STRUCTURED"));
  return {
    before,
    after,
    words,
    upright: graph.uprightOf(block),
    table: {
      kind: "table",
      text: renderTableText(data),
      table: data,
      boxes: boxesOf(grid, data, page),
      confidence: confidenceOf(inGrid),
      ...(kind === undefined ? {} : { attributes: { tableType: kind.replace(/_TABLE$/, "").toLowerCase() } }),
    },
  };
}
