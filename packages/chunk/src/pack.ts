import type { Span } from "./span.ts";
import { splitSpan } from "./split-span.ts";
import type { TextMeter } from "./text-meter.ts";

/** A chunk may end once it holds this share of its room. */
const LEAST_FILL = 0.5;

/** Characters after a place that decide between places of equal worth. */
const HASHED_LENGTH = 16;

export interface Room {
  /** Tokens that the text of a chunk may take. */
  readonly tokens: number;
  /** Offset where the chunk must end at the latest. */
  readonly until?: number;
}

export interface PackOptions {
  readonly meter: TextMeter;
  /** Room of a chunk that begins with this span. */
  readonly room: (first: Span) => Room;
  /** Exact check of what the sum of the spans' tokens estimates. */
  readonly fits: (spans: readonly Span[]) => boolean;
}

/**
 * Packs spans into chunks. Of the places where a chunk could end, the one of most worth is taken. Among equals the content
 * decides (the smallest hash of what follows), not the distance from the start: so the cuts after an edited sentence fall
 * where they fell before, and only the chunk around it changes.
 */
export function* pack(spans: readonly Span[], options: PackOptions): Generator<readonly Span[]> {
  const { meter, fits } = options;
  const { text, gap } = meter;
  const pending = spans.toReversed();
  /** Puts finer spans in the place of one; false when it cannot be taken apart. */
  const replace = (span: Span): boolean => {
    const pieces = splitSpan(meter, span);
    if (pieces.length < 2) return false;
    pushReversed(pending, pieces);
    return true;
  };
  let held: Span[] = [];
  let tokens = 0;
  let room: Room = { tokens: 0 };
  while (held.length > 0 || pending.length > 0) {
    const next = pending.pop();
    let length = held.length;
    if (next !== undefined) {
      if (held.length === 0) room = options.room(next);
      const past = held.length > 0 && room.until !== undefined && next.end > room.until;
      const last = held[held.length - 1];
      const cost = next.tokens + (last === undefined || last.element === next.element ? 0 : gap);
      if (!past && tokens + cost <= room.tokens) {
        held.push(next);
        tokens += cost;
        continue;
      }
      if (!past) {
        length = chooseEnd(text, held, next, room, options);
        if (length === 0 && replace(next)) continue;
        if (length === 0 && held.length === 0) held.push(next);
        else pending.push(next);
        if (length === 0) length = strongest(held, next, CUT_ANYWHERE);
      } else pending.push(next);
    }
    let taken = held.slice(0, length);
    while (taken.length > 1 && !fits(taken)) taken = taken.slice(0, -1);
    pushReversed(pending, held.slice(taken.length));
    held = [];
    tokens = 0;
    const first = taken[0]!;
    if (taken.length === 1 && !fits(taken) && replace(first)) continue;
    yield taken;
  }
}

const CUT_ANYWHERE = 0;
const CUT_WITH_WORTH = 1;

function pushReversed(pending: Span[], spans: readonly Span[]): void {
  for (let index = spans.length - 1; index >= 0; index--) pending.push(spans[index]!);
}

/** How many of the held spans go into the chunk; 0 when `next` should be taken apart instead. */
function chooseEnd(text: string, held: readonly Span[], next: Span, room: Room, options: PackOptions): number {
  const forced = next.grain === "word" || next.grain === "character";
  let tokens = 0;
  let best = 0;
  let bestCut = forced ? -1 : 0;
  let bestHash = 0;
  for (let length = 1; length <= held.length; length++) {
    tokens += held[length - 1]!.tokens;
    if (tokens < room.tokens * LEAST_FILL) continue;
    const following = held[length] ?? next;
    if (following.cut < bestCut || (following.cut === 0 && !forced)) continue;
    const hash = following.cut === 0 ? -length : hashAt(text, following.start);
    if (following.cut > bestCut || hash < bestHash) {
      best = length;
      bestCut = following.cut;
      bestHash = hash;
    }
  }
  if (best > 0) return best;
  // Rather a short chunk than a table, a sentence or a word in two, if it will be whole in the next one.
  const splitsBadly = next.grain !== "element" || next.element.kind === "table" || next.element.kind === "code";
  if (held.length > 0 && splitsBadly && next.tokens <= options.room(next).tokens)
    return strongest(held, next, CUT_WITH_WORTH);
  return 0;
}

/** The last of the places with the most worth, wherever it is; 0 when none has the least. */
function strongest(held: readonly Span[], next: Span, least: number): number {
  let best = 0;
  let bestCut = least;
  for (let length = 1; length <= held.length; length++) {
    const { cut } = held[length] ?? next;
    if (cut >= bestCut) {
      best = length;
      bestCut = cut;
    }
  }
  return best;
}

/** FNV-1a. */
function hashAt(text: string, start: number): number {
  let hash = 0x811c9dc5;
  const end = Math.min(start + HASHED_LENGTH, text.length);
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
