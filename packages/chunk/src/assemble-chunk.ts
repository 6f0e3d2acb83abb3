import {
  type Box,
  type Chunk,
  chunkIdOf,
  contentHashOf,
  type ElementLocation,
  type PlacedElement,
  type TextRevision,
} from "@groundwork/contracts";
import { rangeOfSlice } from "./sheet-range.ts";
import { isHeading } from "./span.ts";

export interface ChunkPlan {
  readonly start: number;
  readonly end: number;
  readonly context: string;
  /** Tokens as embedded. */
  readonly tokens: number;
  readonly role?: "parent";
  readonly parentChunk?: string;
}

/** Makes chunks of one revision, in order. */
export function createAssembler(revision: TextRevision, fingerprint: string): (plan: ChunkPlan) => Chunk {
  let ordinal = 0;
  return ({ start, end, context, tokens, role, parentChunk }) => {
    const elements = elementsOf(revision.elements, start, end);
    const text = revision.text.slice(start, end);
    const chunkId = chunkIdOf(revision.revisionId, fingerprint, ordinal);
    const sectionPath = commonPath(elements);
    const boxes = boxesOf(elements, start, end);
    const times = timesOf(elements, start, end);
    const location = locationOf(elements, start, end);
    const chunk = {
      chunkId,
      ordinal: ordinal++,
      text,
      charStart: start,
      charEnd: end,
      context,
      tokens,
      sectionPath,
      boxes,
    };
    const contentHash = contentHashOf(context, text);
    if (times === undefined && location === undefined && role === undefined && parentChunk === undefined)
      return { ...chunk, contentHash };
    return {
      ...chunk,
      ...times,
      ...(location === undefined ? {} : { location }),
      ...(role === undefined ? {} : { role }),
      ...(parentChunk === undefined ? {} : { parentChunk }),
      contentHash,
    };
  };
}

/** Elements that overlap the slice; they are in order, so both ends are found by halving. */
function elementsOf(elements: readonly PlacedElement[], start: number, end: number): PlacedElement[] {
  let low = 0;
  let high = elements.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (elements[middle]!.charEnd <= start) low = middle + 1;
    else high = middle;
  }
  const found: PlacedElement[] = [];
  for (let index = low; index < elements.length && elements[index]!.charStart < end; index++)
    found.push(elements[index]!);
  return found;
}

/** The section that holds all of the slice. Headings count only where there is nothing else. */
function commonPath(elements: readonly PlacedElement[]): readonly string[] {
  const hasBody = elements.some((element) => !isHeading(element));
  let path: readonly string[] | undefined;
  for (const element of elements) {
    if (hasBody && isHeading(element)) continue;
    const { sectionPath } = element;
    path ??= sectionPath;
    let length = 0;
    while (length < path.length && path[length] === sectionPath[length]) length++;
    if (length < path.length) path = path.slice(0, length);
  }
  return path ?? [];
}

function boxesOf(elements: readonly PlacedElement[], start: number, end: number): Box[] {
  const found: Box[] = [];
  for (const { boxes, charStart } of elements) {
    for (const box of boxes ?? []) {
      if (box.start === undefined || box.end === undefined) {
        found.push(box);
        continue;
      }
      const from = Math.max(charStart + box.start, start);
      const to = Math.min(charStart + box.end, end);
      if (from < to) found.push({ ...box, start: from - start, end: to - start });
    }
  }
  return found;
}

function timesOf(
  elements: readonly PlacedElement[],
  start: number,
  end: number,
): { readonly startMs?: number; readonly endMs?: number } | undefined {
  let startMs = Number.POSITIVE_INFINITY;
  let endMs = Number.NEGATIVE_INFINITY;
  for (const element of elements) {
    let hasRuns = false;
    for (const run of element.times ?? []) {
      if (element.charStart + run.start >= end || element.charStart + run.end <= start) continue;
      hasRuns = true;
      startMs = Math.min(startMs, run.startMs);
      endMs = Math.max(endMs, run.endMs);
    }
    if (hasRuns) continue;
    if (element.startMs !== undefined) startMs = Math.min(startMs, element.startMs);
    if (element.endMs !== undefined) endMs = Math.max(endMs, element.endMs);
  }
  if (startMs === Number.POSITIVE_INFINITY && endMs === Number.NEGATIVE_INFINITY) return undefined;
  return {
    ...(Number.isFinite(startMs) ? { startMs } : {}),
    ...(Number.isFinite(endMs) ? { endMs } : {}),
  };
}

/** The place of the first element, with the range of all of them. */
function locationOf(elements: readonly PlacedElement[], start: number, end: number): ElementLocation | undefined {
  const location = elements.find((element) => element.location !== undefined)?.location;
  if (location === undefined) return undefined;
  const range = rangeOfSlice(elements, start, end);
  return { ...location, ...(range === undefined ? {} : { range }) };
}
