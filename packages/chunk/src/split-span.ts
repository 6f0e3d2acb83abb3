import type { PlacedElement } from "@groundwork/contracts";
import { sentenceStarts } from "./sentences.ts";
import { CUT, type Grain, type Span, type Stretch } from "./span.ts";
import { tableLayoutOf } from "./table-layout.ts";
import { partsTokens, type TextMeter } from "./text-meter.ts";
import { isSpace, wordStarts } from "./word-starts.ts";

/** UTF-16 units of one piece of a word that has to be cut; a piece that is still too long is cut at grapheme clusters. */
const PIECE_LENGTH = 16;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Takes a span apart at the next finer grain; `[]` when it cannot be taken apart any more. */
export function splitSpan(meter: TextMeter, span: Span): readonly Span[] {
  if (span.pieces !== undefined) return span.pieces;
  for (let grain = finer(span.grain); grain !== undefined; grain = finer(grain)) {
    const spans = splitAt(meter, span, grain);
    if (spans.length > 1) return spans;
  }
  return [];
}

/** Takes a stretch apart at one grain; the stretch again when it holds but one piece. */
export function splitAt(meter: TextMeter, stretch: Stretch, grain: Grain): Span[] {
  const places = cutPlaces(meter.text, stretch, grain);
  return places.length > 1 ? spansBetween(meter, stretch, places, grain) : [meter.measure({ ...stretch, grain })];
}

function finer(grain: Grain): Grain | undefined {
  return grain === "element" ? "sentence" : grain === "sentence" ? "word" : grain === "word" ? "character" : undefined;
}

interface Place {
  readonly at: number;
  readonly cut: number;
}

function spansBetween(meter: TextMeter, stretch: Stretch, places: readonly Place[], grain: Grain): Span[] {
  const { text } = meter;
  const { element } = stretch;
  const spans: Span[] = [];
  let last = stretch.start;
  for (let index = 0; index < places.length; index++) {
    const { at: start, cut } = places[index]!;
    let end = places[index + 1]?.at ?? stretch.end;
    while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
    if (end === start) continue;
    const isParted = spans.length === 0 ? stretch.isParted : partsTokens(text, last, start);
    spans.push(meter.measure({ start, end, isParted, cut, element, grain }));
    last = end;
  }
  return spans;
}

function cutPlaces(text: string, stretch: Stretch, grain: Grain): Place[] {
  const { start, end, cut } = stretch;
  if (grain === "sentence") {
    const starts = lineKinds.has(stretch.element.kind)
      ? linePlaces(text, stretch)
      : sentenceStarts(text, start, end).map((at) => ({ at, cut: CUT.sentence }));
    return starts.map((place, index) => (index === 0 ? { at: start, cut } : place));
  }
  const places: Place[] = [];
  const slice = text.slice(start, end);
  if (grain === "word")
    return wordStarts(slice).map((at, index) =>
      index === 0 ? { at: start, cut } : { at: start + at, cut: CUT.glued },
    );
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
function linePlaces(text: string, { start, end, element }: Stretch): Place[] {
  const headerLines = element.table === undefined ? 0 : tableLayoutOf(element, element.table).headerLines;
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
