/** A sentence, a line or a table cell: the unit that is judged. UTF-16 offsets of the element's text. */
export interface TextSegment {
  readonly start: number;
  readonly end: number;
  /** Stands in a row of cells. */
  readonly isCell: boolean;
  /** Is all of its line (cells are never). */
  readonly isLine: boolean;
}

/** UTF-16 units after which a sentence without an end is cut. */
export const LONGEST_SEGMENT = 600;

const LINE_FEED = 0x0a;
const TAB = 0x09;
const BAR = 0x7c;

function isBlank(code: number): boolean {
  return code <= 0x20 || code === 0xa0 || code === 0x3000 || (code >= 0x2000 && code <= 0x200a);
}

/** Ends of sentences; those of scripts without blanks end one wherever they stand. */
function sentenceEnd(code: number): "spaced" | "always" | undefined {
  switch (code) {
    case 0x2e:
    case 0x21:
    case 0x3f:
    case 0x2026:
      return "spaced";
    case 0x3002:
    case 0xff01:
    case 0xff1f:
    case 0x0964:
    case 0x061f:
    case 0x06d4:
      return "always";
    default:
      return undefined;
  }
}

function isClosing(code: number): boolean {
  return code === 0x22 || code === 0x27 || code === 0x29 || code === 0x5d || code === 0x201d || code === 0x2019;
}

function isLowerCase(text: string, at: number): boolean {
  const character = text[at]!;
  return character !== character.toUpperCase();
}

/** Whether a line goes on in the next one: no sentence ends here, and what follows begins small. */
function goesOn(text: string, lineFeed: number): boolean {
  let before = lineFeed - 1;
  while (before >= 0 && text.charCodeAt(before) === 0x20) before--;
  const last = text.charCodeAt(before);
  if (before < 0 || last === LINE_FEED || last === BAR || last === 0x3a || sentenceEnd(last) !== undefined)
    return false;
  let after = lineFeed + 1;
  while (after < text.length && text.charCodeAt(after) === 0x20) after++;
  return after < text.length && isLowerCase(text, after);
}

/** Abbreviations and initials before a full stop: no sentence ends there. */
function isAbbreviation(text: string, stop: number): boolean {
  let from = stop;
  while (from > 0 && stop - from < 4 && !isBlank(text.charCodeAt(from - 1)) && text.charCodeAt(from - 1) !== 0x28)
    from--;
  const word = text.slice(from, stop).toLowerCase();
  return (
    word.length === 1 ||
    word === "e.g" ||
    word === "i.e" ||
    word === "mr" ||
    word === "dr" ||
    word === "no" ||
    word === "vs"
  );
}

/** A bar between cells has a blank beside it or stands at the edge of its line. */
function isCellBar(text: string, at: number): boolean {
  const edge = (code: number): boolean => Number.isNaN(code) || isBlank(code) || code === BAR;
  return edge(text.charCodeAt(at - 1)) && edge(text.charCodeAt(at + 1));
}

/**
 * Cuts a text into sentences, lines and cells (parted by tabs or bars), in order, without blanks at their ends. Lines that were
 * wrapped inside a sentence are read as one. Linear in the text.
 */
export function textSegments(text: string): TextSegment[] {
  const segments: TextSegment[] = [];
  let from = 0;
  let lineStart = 0;
  let inRow = false;
  const close = (to: number, endsLine: boolean): void => {
    let start = from;
    let end = to;
    while (start < end && isBlank(text.charCodeAt(start))) start++;
    while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
    if (start < end) segments.push({ start, end, isCell: inRow, isLine: !inRow && endsLine && from === lineStart });
    from = to;
  };
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === LINE_FEED) {
      if (!inRow && goesOn(text, at)) {
        if (at - from < LONGEST_SEGMENT) continue;
      }
      close(at, true);
      from = at + 1;
      lineStart = from;
      inRow = false;
    } else if (code === TAB || (code === BAR && isCellBar(text, at))) {
      inRow = true;
      close(at, false);
      from = at + 1;
    } else if (at - from >= LONGEST_SEGMENT) {
      if (isBlank(code) || at - from >= LONGEST_SEGMENT + 64) close(at, false);
    } else if (!inRow || at - from > 40) {
      const kind = sentenceEnd(code);
      if (kind === undefined) continue;
      let end = at + 1;
      while (end < text.length && isClosing(text.charCodeAt(end))) end++;
      const isEnd = kind === "always" || end >= text.length || isBlank(text.charCodeAt(end));
      if (!isEnd || (code === 0x2e && isAbbreviation(text, at))) continue;
      let next = end;
      while (next < text.length && text.charCodeAt(next) !== LINE_FEED && isBlank(text.charCodeAt(next))) next++;
      if (next < text.length && text.charCodeAt(next) !== LINE_FEED && kind === "spaced" && isLowerCase(text, next))
        continue;
      const endsLine = next >= text.length || text.charCodeAt(next) === LINE_FEED;
      close(end, endsLine);
      at = end - 1;
    }
  }
  close(text.length, true);
  return segments;
}
