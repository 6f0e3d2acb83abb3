import { headerRowCount, type PlacedElement, type TableData, tableRows } from "@groundwork/contracts";
import { sentenceStarts } from "./sentences.ts";
import { CUT, type Grain, type Span } from "./span.ts";

/** UTF-16 units of one piece of a word that has to be cut; a piece that is still too long is cut at grapheme clusters. */
const PIECE_LENGTH = 16;

/**
 * Characters that count as one token at least: a vocabulary that maps a long unknown word to one token must not let a
 * chunk grow without limit.
 */
const CHARACTERS_PER_TOKEN = 16;

const words = new Intl.Segmenter("en", { granularity: "word" });
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

export type CountTokens = (text: string) => number;

/** Tokens that a stretch is booked with while packing. */
export function bookedTokens(count: CountTokens, text: string, start: number, end: number): number {
  return Math.max(count(text.slice(start, end)), Math.ceil((end - start) / CHARACTERS_PER_TOKEN));
}

/** Numbers of the table's rows in the order of the lines of its text: rows without any text have no line. */
export function rowsOfLines(table: TableData): number[] {
  return tableRows(table).flatMap((row, index) => (row.some((cell) => cell !== "") ? [index] : []));
}

/** Lines of a table's text that are its header. */
export function headerLineCount(table: TableData): number {
  const headerRows = headerRowCount(table);
  return rowsOfLines(table).filter((row) => row < headerRows).length;
}

/** Takes a span apart at the next finer grain; `[]` when it cannot be taken apart any more. */
export function splitSpan(text: string, span: Span, count: CountTokens): Span[] {
  for (let grain = finer(span.grain); grain !== undefined; grain = finer(grain)) {
    const spans = splitAt(text, span, grain, count);
    if (spans.length > 1) return spans;
  }
  return [];
}

/** Takes a span apart at one grain; the span again when it holds but one piece. */
export function splitAt(text: string, span: Span, grain: Grain, count: CountTokens): Span[] {
  const places = cutPlaces(text, span, grain);
  return places.length > 1 ? spansBetween(text, span, places, grain, count) : [{ ...span, grain }];
}

function finer(grain: Grain): Grain | undefined {
  return grain === "element" ? "sentence" : grain === "sentence" ? "word" : grain === "word" ? "character" : undefined;
}

interface Place {
  readonly at: number;
  readonly cut: number;
}

function spansBetween(text: string, span: Span, places: readonly Place[], grain: Grain, count: CountTokens): Span[] {
  return places.flatMap(({ at, cut }, index) => {
    const next = places[index + 1]?.at ?? span.end;
    let end = next;
    while (end > at && isSpace(text.charCodeAt(end - 1))) end--;
    if (end === at) return [];
    return { start: at, end, tokens: bookedTokens(count, text, at, end), cut, element: span.element, grain };
  });
}

export function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0x3000;
}

function cutPlaces(text: string, span: Span, grain: Grain): Place[] {
  const { start, end, cut } = span;
  if (grain === "sentence") {
    const starts = lineKinds.has(span.element.kind)
      ? linePlaces(text, span)
      : sentenceStarts(text, start, end).map((at) => ({ at, cut: CUT.sentence }));
    return starts.map((place, index) => (index === 0 ? { at: start, cut } : place));
  }
  const places: Place[] = [];
  const slice = text.slice(start, end);
  if (grain === "word") {
    let blank = true;
    for (const { segment, index } of words.segment(slice)) {
      // A word keeps the punctuation that follows it.
      const isBlank = isSpace(segment.charCodeAt(0));
      if (!isBlank && (blank || /^[\p{L}\p{N}]/u.test(segment)))
        places.push({ at: start + index, cut: index === 0 ? cut : CUT.glued });
      blank = isBlank;
    }
    if (places[0] !== undefined && places[0].at !== start) places[0] = { at: start, cut };
    return places;
  }
  const single = slice.length <= PIECE_LENGTH;
  let last = -PIECE_LENGTH;
  for (const { index } of graphemes.segment(slice)) {
    if (!single && index - last < PIECE_LENGTH) continue;
    places.push({ at: start + index, cut: index === 0 ? cut : CUT.glued });
    last = index;
  }
  if (places.length > 1) return places;
  return codePointPlaces(slice, start, cut);
}

/** Last resort for a cluster of more marks than a chunk holds. */
function codePointPlaces(slice: string, start: number, cut: number): Place[] {
  const places: Place[] = [];
  let offset = 0;
  for (const character of slice) {
    places.push({ at: start + offset, cut: offset === 0 ? cut : CUT.glued });
    offset += character.length;
  }
  return places;
}

const lineKinds: ReadonlySet<PlacedElement["kind"]> = new Set(["table", "code"]);

/** Rows of a table, lines of code. A header row is not parted from the first row of the body. */
function linePlaces(text: string, { start, end, element }: Span): Place[] {
  const headerLines = element.table === undefined ? 0 : headerLineCount(element.table);
  const places: Place[] = [];
  let line = 0;
  let blankBefore = false;
  for (let at = start; at < end; line++) {
    const lineEnd = text.indexOf("\n", at);
    const next = lineEnd === -1 || lineEnd >= end ? end : lineEnd + 1;
    const blank = text.slice(at, next).trim() === "";
    if (!blank) {
      const worth =
        element.kind === "table" ? (line <= headerLines ? CUT.glued : CUT.item) : blankBefore ? CUT.item : CUT.line;
      places.push({ at, cut: worth });
    }
    blankBefore = blank;
    at = next;
  }
  return places;
}
