import type { TextMark } from "./element.ts";

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

/**
 * Marks as the contract wants them: in order, without blanks at their ends; those of one kind (and address) with nothing
 * visible between them are joined. Empty ones are dropped, as are links without an address.
 */
export function tidyMarks(text: string, marks: readonly TextMark[]): TextMark[] {
  if (marks.length === 0) return [];
  const tidy: TextMark[] = [];
  /** Place in `tidy` of the last mark of a kind. */
  const last = new Map<string, number>();
  for (const mark of [...marks].sort(inOrder)) {
    let start = Math.max(0, mark.start);
    let end = Math.min(text.length, mark.end);
    while (start < end && !isVisible(text.charCodeAt(start))) start++;
    while (start < end && !isVisible(text.charCodeAt(end - 1))) end--;
    if (start >= end || (mark.kind === "link" && !mark.href)) continue;
    const place = last.get(mark.kind);
    const before = place === undefined ? undefined : tidy[place]!;
    if (before !== undefined && before.href === mark.href && !hasVisible(text, before.end, start)) {
      if (end > before.end) tidy[place!] = { ...before, end };
      continue;
    }
    // A link cannot stand in a link: what is left of the later one follows the earlier.
    while (start < end && (start < (before?.end ?? 0) || !isVisible(text.charCodeAt(start)))) start++;
    if (start < end) last.set(mark.kind, tidy.push({ ...mark, start, end }) - 1);
  }
  return tidy.sort(inOrder);
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
  if (source.startsWith(text)) return tidyMarks(text, marks);
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
