import type { Box, DocumentElement, ElementKind } from "@groundwork/contracts";
import { elementOf, type PlacedText, placedText } from "./element-text.ts";
import { listMarker } from "./list-marker.ts";
import { type Run, rowsOf } from "./page-graph.ts";
import { heightOf, median, onOneRow, union } from "./place.ts";

/** Print this much higher than most of the page is a heading, and this much one of the first level. */
const HEADING_RATIO = 1.3;
const TOP_HEADING_RATIO = 1.7;
const HEADING_CHARACTERS = 160;
/** Lines further apart than this many line heights part paragraphs. */
const PARAGRAPH_GAP = 0.9;
/** A page number stands this near to an edge of the page. */
const MARGIN = 0.08;
const PAGE_NUMBER = /^(?:page\s+|seite\s+|p\.\s*)?[-–]?\s*\d{1,4}\s*[-–]?(?:\s*(?:\/|of|von)\s*\d{1,4})?$/i;

/** Lines as they stand: side by side with a blank, one below the other with a line break. */
export function asRows(runs: readonly Run[], page: number, kind: ElementKind): DocumentElement {
  const ordered = rowsOf(runs).flat();
  const placed = placedText(ordered, page, (before, run) => (onOneRow(before.upright, run.upright) ? " " : "\n"));
  return elementOf(kind, ordered, placed);
}

/** Lines that run on. */
export function asProse(
  runs: readonly Run[],
  page: number,
  kind: ElementKind,
  more: Partial<DocumentElement> = {},
): DocumentElement {
  return elementOf(kind, runs, placedText(runs, page, undefined, { isProse: true }), more);
}

function withoutStart({ text, boxes }: PlacedText, length: number): PlacedText {
  const move = (offset: number): number => Math.max(0, offset - length);
  const moved = boxes.map((box): Box => ({ ...box, start: move(box.start!), end: move(box.end!) }));
  return { text: text.slice(length), boxes: moved };
}

/** An item of a list; its marker becomes an attribute. */
export function asListItem(runs: readonly Run[], page: number): DocumentElement {
  const placed = placedText(runs, page, undefined, { isProse: true });
  const marker = listMarker(placed.text);
  if (marker === "") return elementOf("list_item", runs, placed, { level: 0 });
  return elementOf("list_item", runs, withoutStart(placed, marker.length), {
    level: 0,
    attributes: { marker: marker.trim() },
  });
}

/** Level of a heading by its number ("2.1" is 2), 1 without one. */
export function headingLevel(text: string): number {
  const number = /^(?:\d{1,3}\.)*\d{1,3}(?=[.)]?\s)/.exec(text)?.[0];
  return number === undefined ? 1 : Math.min(6, number.split(".").length);
}

/** Height of most of the print, by characters. */
export function usualHeight(runs: readonly Run[]): number {
  return median(
    runs.flatMap(({ upright, text }) => new Array<number>(Math.min(200, text.length)).fill(heightOf(upright))),
  );
}

/** Elements of lines of which nothing but the place is known, with their lines: one stretch of `readingOrder`. */
export function textElements(
  runs: readonly Run[],
  usual: number,
  page: number,
): { readonly element: DocumentElement; readonly runs: readonly Run[] }[] {
  return paragraphsOf(rowsOf(runs)).map((rows) => {
    const all = rows.flat();
    return { element: textElement(rows, all, usual, page), runs: all };
  });
}

function textElement(rows: readonly Run[][], all: readonly Run[], usual: number, page: number): DocumentElement {
  if (rows.some((row) => row.length > 1)) return asRows(all, page, "paragraph");
  const first = all[0]!;
  const text = all.map((run) => run.text).join(" ");
  const { top, bottom } = union(all.map(({ upright }) => upright));
  if (all.length === 1 && PAGE_NUMBER.test(first.text) && (bottom < MARGIN || top > 1 - MARGIN))
    return asProse(all, page, "page_number");
  const ratio = usual === 0 ? 1 : median(all.map(({ upright }) => heightOf(upright))) / usual;
  const isHeading =
    ratio > HEADING_RATIO && text.length <= HEADING_CHARACTERS && /\p{L}{2}/u.test(text) && !/[.;,]$/.test(text);
  if (isHeading) return asProse(all, page, "heading", { level: ratio > TOP_HEADING_RATIO ? 1 : 2 });
  return listMarker(first.text) === "" ? asProse(all, page, "paragraph") : asListItem(all, page);
}

/** Rows that belong together, told by leading, size, indent, markers and short last lines. */
function paragraphsOf(rows: readonly Run[][]): Run[][][] {
  const placed = rows.map((row) => ({ row, ...union(row.map(({ upright }) => upright)) }));
  if (placed.length === 0) return [];
  const left = Math.min(...placed.map((row) => row.left));
  const right = Math.max(...placed.map((row) => row.right));
  const leading = median(placed.slice(1).map((row, index) => row.top - placed[index]!.bottom));
  const paragraphs: (typeof placed)[] = [];
  for (const row of placed) {
    const current = paragraphs.at(-1);
    const above = current?.at(-1);
    if (current === undefined || above === undefined) {
      paragraphs.push([row]);
      continue;
    }
    const height = Math.min(heightOf(row), heightOf(above));
    const ratio = heightOf(row) / Math.max(1e-6, heightOf(above));
    const gap = row.top - above.bottom;
    const aboveText = above.row.map(({ text }) => text).join(" ");
    const ended = /[.!?:;]["'\u201D\u2019)]?$/.test(aboveText);
    const short = above.right < right - 0.2 * (right - left);
    const isItem = listMarker(row.row[0]!.text) !== "";
    const rowLike = row.row.length > 1 || above.row.length > 1;
    const parts =
      gap > PARAGRAPH_GAP * height ||
      gap > leading + 0.5 * height ||
      ratio > 1.35 ||
      ratio < 0.74 ||
      isItem ||
      row.row.length > 1 !== above.row.length > 1 ||
      (!rowLike && ((short && ended) || above.right < left + 0.4 * (right - left)));
    if (parts) paragraphs.push([row]);
    else current.push(row);
  }
  return paragraphs.map((paragraph) => paragraph.map(({ row }) => row));
}
