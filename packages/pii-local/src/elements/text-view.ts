import { type DocumentElement, tableRows } from "@groundwork/contracts";

/** Characters of a view that are characters of an element. */
export interface ViewSegment {
  /** Offset in the view. */
  readonly start: number;
  readonly length: number;
  /** Running number of the element, and the offset in its text. */
  readonly element: number;
  readonly offset: number;
}

/** A text that is made for a detector: parts of elements, and words between that only give context. */
export interface TextView {
  readonly text: string;
  readonly segments: readonly ViewSegment[];
  /** Set when the view is made for what goes over the place where two parts meet: nothing else counts in it. */
  readonly isJoint?: boolean;
}

/** Characters on each side of the place where two elements meet: more than half of the longest number with its gaps. */
const REACH = 48;
const LONGEST_LABEL = 40;
const CELL_GAP = " | ";

/** An element's own text. */
export function wholeView(element: DocumentElement, index: number): TextView {
  return {
    text: element.text,
    segments: [{ start: 0, length: element.text.length, element: index, offset: 0 }],
  };
}

/**
 * Rows of a table: each cell behind the heading of its column, so that "Phone" counts for a number twenty rows below, and cells whose
 * edges hold digits joined by one blank, so that a number over two cells is one.
 */
export function tableViews(element: DocumentElement, index: number): TextView[] {
  const { table, text } = element;
  if (table === undefined) return [];
  const lines = text.split("\n");
  const rows = tableRows(table).filter((row) => row.some((cell) => cell !== ""));
  const labels = table.continuedHeader?.[0] ?? (hasHeader(element) ? rows[0]! : []);
  const views: TextView[] = [];
  let offset = 0;
  for (const [number, line] of lines.entries()) {
    const cells = cellsOf(line, rows[number], offset);
    if (cells.length > 0 && !(number === 0 && table.continuedHeader === undefined && labels.length > 0)) {
      if (labels.length > 0) views.push(labelledRow(cells, labels, index));
      for (const run of numberRuns(cells))
        views.push(
          joined(
            run.map((cell) => ({ ...cell, element: index })),
            " ",
          ),
        );
    }
    offset += line.length + 1;
  }
  return views;
}

const hasHeader = ({ table }: DocumentElement): boolean =>
  table!.rows > 1 && table!.cells.some((cell) => cell.row === 0 && cell.header === true);

interface Cell {
  readonly text: string;
  readonly offset: number;
  readonly column: number;
}

/** Places of the cells in a line of the canonical text; nothing where the line is not that row. */
function cellsOf(line: string, row: readonly string[] | undefined, offset: number): Cell[] {
  const cells: Cell[] = [];
  let at = 0;
  for (const [column, text] of (row ?? []).entries()) {
    if (text !== "") {
      const found = line.indexOf(text, at);
      if (found < 0) return [];
      cells.push({ text, offset: offset + found, column });
      at = found + text.length;
    }
    if (line.startsWith(CELL_GAP, at)) at += CELL_GAP.length;
  }
  return cells;
}

const NUMBER_CELL = /^(?=.{1,24}$)[A-Z]{0,2}\d[\dA-Z]*(?:[ -][\dA-Z]+)*-?$/;

/** Neighbouring cells that hold nothing but digits and a few capitals. */
function numberRuns(cells: readonly Cell[]): Cell[][] {
  const runs: Cell[][] = [];
  let run: Cell[] = [];
  for (const cell of cells) {
    if (NUMBER_CELL.test(cell.text)) run.push(cell);
    else {
      if (run.length > 1) runs.push(run);
      run = [];
    }
  }
  return run.length > 1 ? [...runs, run] : runs;
}

function labelledRow(cells: readonly Cell[], labels: readonly string[], element: number): TextView {
  let text = "";
  const segments: ViewSegment[] = [];
  for (const cell of cells) {
    const label = (labels[cell.column] ?? "").slice(0, LONGEST_LABEL);
    text += `${text === "" ? "" : "\n"}${label === "" ? "" : `${label}: `}`;
    segments.push({ start: text.length, length: cell.text.length, element, offset: cell.offset });
    text += cell.text;
  }
  return { text, segments };
}

function joined(parts: readonly { text: string; offset: number; element: number }[], gap: string): TextView {
  let text = "";
  const segments: ViewSegment[] = [];
  for (const part of parts) {
    if (text !== "") text += gap;
    segments.push({ start: text.length, length: part.text.length, element: part.element, offset: part.offset });
    text += part.text;
  }
  return { text, segments, isJoint: true };
}

const endsInNumber = (text: string): boolean => /\d[A-Z]{0,4}[ -]?$/.test(text.slice(-8));
const beginsWithNumber = (text: string): boolean => /^[ -]?[A-Z]{0,4}\d/.test(text);

/** The end of one element and the beginning of the next, where a number may go on. */
export function bridgeView(before: DocumentElement, after: DocumentElement, index: number): TextView | undefined {
  if (!endsInNumber(before.text) || !beginsWithNumber(after.text)) return undefined;
  const from = Math.max(0, before.text.length - REACH);
  const line = after.text.slice(0, REACH);
  return joined(
    [
      { text: before.text.slice(from), offset: from, element: index },
      { text: line, offset: 0, element: index + 1 },
    ],
    "\n",
  );
}
