import type { Box, ElementLocation, PlacedElement, TextRevision } from "@groundwork/contracts";

/** Where a stretch of the canonical text stands in the document. */
export interface QuotePlace {
  readonly page?: number;
  readonly pages: readonly number[];
  readonly boxes: readonly Box[];
  readonly startMs?: number;
  readonly endMs?: number;
  readonly location?: ElementLocation;
  readonly sectionPath: readonly string[];
  readonly extractor: string;
}

/** Elements that a stretch touches. They are in order, so the first is found by halving. */
export function elementsIn(elements: readonly PlacedElement[], start: number, end: number): readonly PlacedElement[] {
  let low = 0;
  let high = elements.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (elements[middle]!.charEnd <= start) low = middle + 1;
    else high = middle;
  }
  let last = low;
  while (last < elements.length && elements[last]!.charStart < end) last++;
  return elements.slice(low, last);
}

const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;

/** The part of a line's box that some of its characters take, by their share of the line: no extractor tells each one's width. */
function narrowed(box: Box, text: string, from: number, to: number): Pick<Box, "left" | "right"> {
  const { left, right, top, bottom, start = 0, end = text.length } = box;
  const length = end - start;
  const runsAcross = right - left >= bottom - top;
  if (length <= 1 || !runsAcross || (from <= start && to >= end)) return { left, right };
  const [first, last] = [(from - start) / length, (to - start) / length];
  const width = right - left;
  return RIGHT_TO_LEFT.test(text.slice(start, end))
    ? { left: right - width * last, right: right - width * first }
    : { left: left + width * first, right: left + width * last };
}

function boxesOf(element: PlacedElement, start: number, end: number): Box[] {
  const { boxes = [], text, charStart } = element;
  return boxes.flatMap((box) => {
    const { start: runStart, end: runEnd, ...rest } = box;
    // A box without offsets covers the element as a whole.
    if (runStart === undefined || runEnd === undefined) return [rest];
    const from = Math.max(runStart, start - charStart);
    const to = Math.min(runEnd, end - charStart);
    if (from >= to || text.slice(from, to).trim() === "") return [];
    return [
      {
        ...rest,
        ...narrowed(box, text, from, to),
        start: charStart + from - start,
        end: charStart + to - start,
      },
    ];
  });
}

function timesOf(
  elements: readonly PlacedElement[],
  start: number,
  end: number,
): Pick<QuotePlace, "startMs" | "endMs"> {
  const starts: number[] = [];
  const ends: number[] = [];
  for (const element of elements) {
    const spoken = (element.times ?? []).filter(
      (run) => element.charStart + run.start < end && element.charStart + run.end > start,
    );
    for (const run of spoken) {
      starts.push(run.startMs);
      ends.push(run.endMs);
    }
    if (spoken.length > 0) continue;
    if (element.startMs !== undefined) starts.push(element.startMs);
    if (element.endMs !== undefined) ends.push(element.endMs);
  }
  return {
    ...(starts.length === 0 ? {} : { startMs: Math.min(...starts) }),
    ...(ends.length === 0 ? {} : { endMs: Math.max(...ends) }),
  };
}

/** The section that holds all of them; headings count only where there is nothing else. */
function commonPath(elements: readonly PlacedElement[]): readonly string[] {
  const body = elements.filter(({ kind }) => kind !== "heading" && kind !== "title");
  const [first, ...others] = body.length > 0 ? body : elements;
  let path = first?.sectionPath ?? [];
  for (const { sectionPath } of others) {
    let length = 0;
    while (length < path.length && path[length] === sectionPath[length]) length++;
    path = path.slice(0, length);
  }
  return path;
}

/**
 * Pages, boxes, times and section of `text.slice(start, end)`. Boxes are those of the quoted words: a line that is quoted in part
 * gives its part. `start` and `end` of a box count from the start of the quote.
 */
export function placeOf(revision: TextRevision, start: number, end: number): QuotePlace {
  const touched = elementsIn(revision.elements, start, end);
  const boxes = touched.flatMap((element) => boxesOf(element, start, end));
  const pages = [...new Set(boxes.map((box) => box.page))].sort((a, b) => a - b);
  const page = boxes[0]?.page;
  const location = touched.find((element) => element.location !== undefined)?.location;
  return {
    pages,
    boxes,
    sectionPath: commonPath(touched),
    extractor: touched[0]?.extractor ?? "",
    ...timesOf(touched, start, end),
    ...(page === undefined ? {} : { page }),
    ...(location === undefined ? {} : { location }),
  };
}
