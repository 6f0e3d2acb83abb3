import type { TextMark, TextMarkKind } from "./element.ts";

/** White space, controls and the characters nobody sees: what tidying a text may change. By UTF-16 code unit. */
function isVisible(code: number): boolean {
  if (code < 0x7f) return code > 0x20;
  if (code <= 0xa0 || code === 0xad) return false;
  if (code < 0x1680) return true;
  if (code >= 0x2000 && code <= 0x200b) return false;
  switch (code) {
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202f:
    case 0x205f:
    case 0x2060:
    case 0x3000:
    case 0xfeff:
    case 0xfffc:
      return false;
    default:
      return true;
  }
}

const inOrder = (a: TextMark, b: TextMark): number => a.start - b.start || b.end - a.end;

function hasVisible(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (isVisible(text.charCodeAt(at))) return true;
  return false;
}

/** A mark without blanks at its ends, or `undefined` when nothing is left of it. */
function trimmed(text: string, mark: TextMark, from: number): TextMark | undefined {
  let start = Math.max(0, from, mark.start);
  let end = Math.min(text.length, mark.end);
  while (start < end && !isVisible(text.charCodeAt(start))) start++;
  while (start < end && !isVisible(text.charCodeAt(end - 1))) end--;
  if (start >= end || (mark.kind === "link" && !mark.href)) return undefined;
  return start === mark.start && end === mark.end ? mark : { ...mark, start, end };
}

function isInOrder(marks: readonly TextMark[]): boolean {
  for (let at = 1; at < marks.length; at++) if (inOrder(marks[at - 1]!, marks[at]!) > 0) return false;
  return true;
}

/**
 * Marks as the contract wants them: in order, without blanks at their ends; those of one kind (and address) with nothing
 * visible between them are joined. Empty ones are dropped, as are links without an address.
 */
export function tidyMarks(text: string, marks: readonly TextMark[]): TextMark[] {
  if (marks.length === 0) return [];
  const tidy: TextMark[] = [];
  /** Place in `tidy` of the last mark of a kind. */
  const last: Record<TextMarkKind, number> = {
    strong: -1,
    emphasis: -1,
    code: -1,
    strikethrough: -1,
    link: -1,
    superscript: -1,
    subscript: -1,
  };
  for (const given of isInOrder(marks) ? marks : marks.toSorted(inOrder)) {
    const place = last[given.kind];
    const before = tidy[place];
    let mark = trimmed(text, given, 0);
    if (mark === undefined) continue;
    if (before !== undefined && before.href === mark.href && !hasVisible(text, before.end, mark.start)) {
      if (mark.end > before.end) tidy[place] = { ...before, end: mark.end };
      continue;
    }
    // A link cannot stand in a link: what is left of the later one follows the earlier.
    if (before !== undefined) mark = trimmed(text, mark, before.end);
    if (mark !== undefined) last[mark.kind] = tidy.push(mark) - 1;
  }
  return isInOrder(tidy) ? tidy : tidy.sort(inOrder);
}

/** The marks of `text.slice(start, end)`, cut to it; tidy them against that text. */
export function sliceMarks(marks: readonly TextMark[], start: number, end: number): TextMark[] {
  return marks
    .filter((mark) => mark.end > start && mark.start < end)
    .map((mark) => ({ ...mark, start: Math.max(mark.start, start) - start, end: Math.min(mark.end, end) - start }));
}

/** The marks after `offset` characters were put before their text. */
export function shiftMarks(marks: readonly TextMark[], offset: number): TextMark[] {
  return marks.map((mark) => ({ ...mark, start: mark.start + offset, end: mark.end + offset }));
}

/**
 * Carries the marks of a text over to its tidied form. The two may differ in white space, invisible characters and
 * Unicode normalisation only: a place is found again by the visible characters before it.
 */
export function alignMarks(source: string, marks: readonly TextMark[], text: string): TextMark[] {
  if (marks.length === 0) return [];
  // Compared in one piece: `startsWith` goes character by character.
  if (source.slice(0, text.length) === text) return tidyMarks(text, marks);
  const places = [...new Set(marks.flatMap((mark) => [mark.start, mark.end]))].sort((a, b) => a - b);
  const isComposed = source.normalize("NFC") === source;
  const visibleBefore = new Map<number, number>();
  let visible = 0;
  let from = 0;
  for (const place of places) {
    const piece = source.slice(from, place);
    const counted = isComposed ? piece : piece.normalize("NFC");
    for (let at = 0; at < counted.length; at++) if (isVisible(counted.charCodeAt(at))) visible++;
    visibleBefore.set(place, visible);
    from = place;
  }
  /** Where the n-th visible character of the tidied text stands. */
  const positions: number[] = [];
  for (let at = 0; at < text.length && positions.length <= visible; at++) {
    if (isVisible(text.charCodeAt(at))) positions.push(at);
  }
  const aligned = marks.flatMap((mark) => {
    const first = visibleBefore.get(mark.start)!;
    const count = visibleBefore.get(mark.end)! - first;
    const start = positions[first];
    const end = positions[first + count - 1];
    return count <= 0 || start === undefined || end === undefined ? [] : [{ ...mark, start, end: end + 1 }];
  });
  return tidyMarks(text, aligned);
}
