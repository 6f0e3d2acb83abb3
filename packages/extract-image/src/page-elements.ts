import { type Box, type DocumentElement, type ElementKind, renderTableText } from "@groundwork/contracts";
import { median } from "./geometry.ts";
import { readingOrder } from "./reading-order.ts";
import type { RecognizedPage } from "./recognize-page.ts";
import { type Row, rowsOf } from "./rows.ts";
import { heightOf, type Segment, shownBox, straightSegments } from "./segment.ts";
import { tableAt } from "./tables.ts";

/**
 * Print this much larger than the page's usual print is a heading, and this much a heading of the first level. Size is told by the
 * height of lines and the width of characters together: either alone depends on which letters a line has.
 */
const HEADING_RATIO = 1.3;
const TOP_HEADING_RATIO = 1.7;
const HEADING_HEIGHT_RATIO = 1.15;
const HEADING_LINES = 3;
const HEADING_CHARACTERS = 160;
/** Lines further apart than this many line heights (or this much more than the block's own leading) part paragraphs. */
const PARAGRAPH_GAP = 0.9;

const BULLET = /^[•●○■□▪◦·∙►▶✓✔➢❖*–—-](?:\s+|(?=[\p{L}\d]))/u;
const COUNTER = /^(?:\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)])\s+/u;

export interface PageElementsOptions {
  /** A box a word instead of a box a line. */
  readonly wordBoxes: boolean;
}

/** The elements of a page that was read. */
export function pageElements(
  page: RecognizedPage,
  pageNumber: number,
  options: PageElementsOptions,
): DocumentElement[] {
  const segments = straightSegments(page);
  const body = usualPrint(segments);
  const elements: DocumentElement[] = [];
  const boxesOf = (lines: readonly PlacedLine[]): Box[] =>
    lines.flatMap(({ segment, start }) => {
      const whole = [{ start: 0, end: 1, offset: 0, length: segment.text.length }];
      const runs = options.wordBoxes ? segment.words.map((word) => ({ ...word, length: word.text.length })) : whole;
      return runs.map((run) => ({
        page: pageNumber,
        ...shownBox(segment.rectangle, page, run.start, run.end),
        start: start + run.offset,
        end: start + run.offset + run.length,
      }));
    });
  for (const block of readingOrder(segments)) {
    const rows = rowsOf(block);
    let group: Row[] = [];
    const flush = (): void => {
      for (const paragraph of paragraphsOf(group, rows)) elements.push(elementOf(paragraph, body, boxesOf));
      group = [];
    };
    for (let index = 0; index < rows.length; ) {
      const found = tableAt(rows, index);
      if (found === undefined) {
        group.push(rows[index++]!);
        continue;
      }
      flush();
      const { table, lines } = found;
      elements.push({
        kind: "table",
        text: renderTableText(table),
        table,
        boxes: boxesOf(lines),
        confidence: confidenceOf(lines.map(({ segment }) => segment)),
      });
      index = found.end;
    }
    flush();
  }
  return elements;
}

interface PlacedLine {
  readonly segment: Segment;
  /** Offset of the segment's text in the element's text. */
  readonly start: number;
}

interface Print {
  readonly height: number;
  /** Width of a character. */
  readonly pitch: number;
}

/** Medians by character, so that prose outweighs the cells of tables. */
function usualPrint(segments: readonly Segment[]): Print {
  const weighted = (measure: (segment: Segment) => number): number => {
    const sorted = [...segments].sort((a, b) => measure(a) - measure(b));
    const half = sorted.reduce((sum, { text }) => sum + text.length, 0) / 2;
    let sum = 0;
    for (const segment of sorted) {
      sum += segment.text.length;
      if (sum >= half) return measure(segment);
    }
    return 1;
  };
  return {
    height: weighted(heightOf),
    pitch: weighted(({ left, right, text }) => (right - left) / text.length),
  };
}

function confidenceOf(segments: readonly Segment[]): number {
  const weight = segments.reduce((sum, { text }) => sum + text.length, 0);
  return segments.reduce((sum, { text, confidence }) => sum + confidence * text.length, 0) / Math.max(1, weight);
}

const firstText = (row: Row): string => row.cells[0]![0]!.text;
const rowText = (row: Row): string => row.cells.map((cell) => cell.map(({ text }) => text).join(" ")).join(" ");
const isItem = (row: Row): boolean => BULLET.test(firstText(row)) || COUNTER.test(firstText(row));

/** Rows that belong together, told by leading, size, indent, list markers and short last lines. */
function paragraphsOf(rows: readonly Row[], block: readonly Row[]): Row[][] {
  const gaps = rows.slice(1).map((row, index) => row.top - rows[index]!.bottom);
  const leading = median(gaps.filter((gap, index) => gap < PARAGRAPH_GAP * heightOf(rows[index]!)));
  const right = Math.max(...block.map((one) => one.right));
  const left = Math.min(...block.map((one) => one.left));
  const paragraphs: Row[][] = [];
  rows.forEach((row, index) => {
    const above = rows[index - 1];
    const current = paragraphs.at(-1);
    if (above === undefined || current === undefined) {
      paragraphs.push([row]);
      return;
    }
    const height = Math.min(heightOf(row), heightOf(above));
    const gap = gaps[index - 1]!;
    const ratio = heightOf(row) / heightOf(above);
    const aboveText = rowText(above);
    const ended = /[.!?:;]["'\u201D\u2019)]?$/.test(aboveText);
    const short = above.right < right - 0.2 * (right - left);
    const veryShort = above.right < left + 0.5 * (right - left) && row.right - row.left < 0.5 * (right - left);
    const inItem = isItem(current[0]!);
    const indented = row.left > current.at(-1)!.left + 0.8 * height && !(inItem && current.length === 1);
    const parts =
      gap > PARAGRAPH_GAP * height ||
      gap > leading + 0.35 * height ||
      ratio > 1.35 ||
      ratio < 0.74 ||
      isItem(row) ||
      (short && ended) ||
      veryShort ||
      (indented && (ended || short)) ||
      (inItem && row.left < current[0]!.left + 0.3 * height && ended);
    if (parts) paragraphs.push([row]);
    else current.push(row);
  });
  return paragraphs;
}

/** Joins the lines of a paragraph; a hyphen that broke a word at a line's end goes, if the rest is lower case. */
function joinLines(rows: readonly Row[]): { text: string; lines: PlacedLine[] } {
  let text = "";
  const lines: PlacedLine[] = [];
  for (const segment of rows.flatMap((row) => row.cells.flat())) {
    if (text !== "") {
      const broken = /\p{Ll}-$/u.test(text) && /^\p{Ll}/u.test(segment.text);
      if (broken) text = text.slice(0, -1);
      else text += " ";
    }
    lines.push({ segment, start: text.length });
    text += segment.text;
  }
  // A line that lost its hyphen ends one character earlier.
  return { text, lines };
}

function elementOf(
  rows: readonly Row[],
  body: Print,
  boxesOf: (lines: readonly PlacedLine[]) => Box[],
): DocumentElement {
  const { text, lines } = joinLines(rows);
  const boxes = boxesOf(lines);
  const confidence = confidenceOf(lines.map(({ segment }) => segment));
  const print = usualPrint(lines.map(({ segment }) => segment));
  const higher = print.height / body.height;
  const larger = Math.sqrt(higher * (print.pitch / body.pitch));
  const marker = (BULLET.exec(text) ?? COUNTER.exec(text))?.[0];
  const isHeading =
    larger > HEADING_RATIO &&
    higher > HEADING_HEIGHT_RATIO &&
    rows.length <= HEADING_LINES &&
    text.length <= HEADING_CHARACTERS &&
    /\p{L}{2}/u.test(text) &&
    !/[.;,]$/.test(text);
  if (isHeading) {
    return { kind: "heading", level: larger > TOP_HEADING_RATIO ? 1 : 2, text, boxes, confidence };
  }
  if (marker !== undefined && text.length > marker.length) {
    const shift = marker.length;
    return {
      kind: "list_item",
      level: 0,
      text: text.slice(shift),
      boxes: boxes.map((box) => shiftBox(box, shift, text.length - shift)),
      confidence,
      attributes: { marker: marker.trim() },
    };
  }
  const kind: ElementKind = "paragraph";
  return { kind, text, boxes: boxes.map((box) => shiftBox(box, 0, text.length)), confidence };
}

function shiftBox(box: Box, shift: number, length: number): Box {
  const within = (offset: number): number => Math.min(length, Math.max(0, offset - shift));
  return { ...box, start: within(box.start!), end: within(box.end!) };
}
