import {
  type Box,
  type CallOptions,
  type DocumentElement,
  type Extractor,
  GroundworkError,
  type PageImage,
  throwIfAborted,
} from "@groundwork/contracts";
import { labelledCells } from "./labelled-cells.ts";
import type { LabelledStretch, PageReading } from "./page-reading.ts";
import { policyViolation } from "./policy-violation.ts";

/**
 * Growth of a box on each side, along and across its line, as a share of the height of the element's lines: a recogniser places the
 * ends of words by the mean width of their letters, and finds the height of lines well.
 */
const MARGIN_ALONG = 0.2;
const MARGIN_ACROSS = 0.04;
/** Runs nearer than this many line heights stand side by side on a line. */
const NEAR = 1.2;
/** Two boxes become one when it is at most this much thicker than they are: those of askew lines stay apart. */
const THICKER = 1.2;

type Size = Pick<PageImage, "page" | "width" | "height">;

/** A box in pixels, and the stretch of the page's text that it shows. */
interface Place {
  readonly start: number;
  readonly end: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Whether its line runs across the page, not up or down. */
  readonly isUpright: boolean;
}

const SEPARATOR = "\n";

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** The places of an element whose text, with the marker of a list item before it, begins at `base`. */
function placesOf({ text, boxes = [] }: DocumentElement, prefix: number, base: number, size: Size): Place[] {
  const sized = boxes.map((box) => ({
    box,
    left: box.left * size.width,
    top: box.top * size.height,
    right: box.right * size.width,
    bottom: box.bottom * size.height,
  }));
  const thickness = median(sized.map(({ left, top, right, bottom }) => Math.min(right - left, bottom - top)));
  const sum = (sides: readonly number[]): number => sides.reduce((total, side) => total + side, 0);
  const isUpright =
    sum(sized.map(({ left, right }) => right - left)) >= sum(sized.map(({ top, bottom }) => bottom - top));
  const across = thickness * (isUpright ? MARGIN_ALONG : MARGIN_ACROSS);
  const along = thickness * (isUpright ? MARGIN_ACROSS : MARGIN_ALONG);
  const all = { start: base, end: base + prefix + text.length };
  return sized.map(({ box: { start, end }, left, top, right, bottom }) => {
    const grown = { left: left - across, top: top - along, right: right + across, bottom: bottom + along, isUpright };
    if (start === undefined || end === undefined) return { ...all, ...grown };
    // A run without a text of its own is the marker of the item; without one nobody knows what it shows.
    if (start >= end)
      return prefix > 0 && start === 0 ? { start: base, end: base + prefix, ...grown } : { ...all, ...grown };
    // A line's run begins with the marker, too.
    return { start: start === 0 ? base : base + prefix + start, end: base + prefix + end, ...grown };
  });
}

function union(a: Place, b: Place): Place {
  return {
    start: Math.min(a.start, b.start),
    end: Math.max(a.end, b.end),
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
    isUpright: a.isUpright,
  };
}

/** Boxes of words that stand beside each other on a line as one. */
function joined(places: readonly Place[]): Place[] {
  const lines: Place[] = [];
  const length = ({ left, top, right, bottom, isUpright }: Place): number => (isUpright ? right - left : bottom - top);
  const thickness = ({ left, top, right, bottom, isUpright }: Place): number =>
    isUpright ? bottom - top : right - left;
  for (const place of places) {
    const last = lines.at(-1);
    if (last !== undefined && last.isUpright === place.isUpright) {
      const both = union(last, place);
      const most = Math.max(thickness(last), thickness(place));
      if (thickness(both) <= THICKER * most && length(both) - length(last) - length(place) < NEAR * most) {
        lines[lines.length - 1] = both;
        continue;
      }
    }
    lines.push(place);
  }
  return lines;
}

/**
 * The elements of a recognised picture as one text, with the places of everything in it. Boxes that name what they show (a word,
 * a line) stand for that, boxes that do not for their whole element.
 */
export function recognizedReading(elements: readonly DocumentElement[], size: Size): PageReading {
  let text = "";
  const places: Place[] = [];
  const labelled: LabelledStretch[] = [];
  const blind: { readonly start: number; readonly end: number }[] = [];
  for (const element of elements) {
    if (text !== "") text += SEPARATOR;
    const base = text.length;
    const marker = element.kind === "list_item" ? element.attributes?.marker : undefined;
    const prefix = marker === undefined ? "" : `${marker} `;
    text += prefix + element.text;
    for (const { label, start, end } of element.table === undefined ? [] : labelledCells(element.table))
      labelled.push({ label, start: base + start, end: base + end });
    const own = placesOf(element, prefix.length, base, size);
    if (own.length === 0) blind.push({ start: base, end: text.length });
    places.push(...own);
  }
  const within = (value: number, most: number): number => Math.min(1, Math.max(0, value / most));
  return {
    page: size.page,
    text,
    labelled,
    boxesOf(start, end) {
      const touches = (place: { readonly start: number; readonly end: number }): boolean =>
        place.start < end && place.end > start;
      const found = places.filter(touches);
      if (found.length === 0 || blind.some(touches))
        throw policyViolation(`the recognizer does not tell where a value on page ${size.page} stands.`);
      return joined(found).map(
        ({ left, top, right, bottom }): Box => ({
          page: size.page,
          left: within(left, size.width),
          top: within(top, size.height),
          right: within(right, size.width),
          bottom: within(bottom, size.height),
        }),
      );
    },
  };
}

/** Reads a picture of a page. What the recogniser throws is passed on typed. */
export async function recognizePicture(
  recognizer: Extractor,
  image: PageImage,
  { signal }: CallOptions,
): Promise<PageReading> {
  throwIfAborted(signal, { stage: "redact" });
  if (recognizer.recognizePage === undefined)
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      "Expected a recognizer with recognizePage, such as imageExtractor(), found an extractor that reads no pictures.",
      { stage: "redact" },
    );
  try {
    return recognizedReading(await recognizer.recognizePage(image, signal === undefined ? {} : { signal }), image);
  } catch (error) {
    throwIfAborted(signal, { stage: "redact" });
    throw GroundworkError.from(error, "CORRUPT_DOCUMENT", `The picture of page ${image.page} could not be read.`, {
      stage: "redact",
    });
  }
}
