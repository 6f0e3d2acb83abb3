/** A stretch of a text that is sent by itself. */
export interface Piece {
  /** Offsets of what is sent. */
  readonly start: number;
  readonly end: number;
  /** The stretch that this piece answers for; what is sent beyond it is context. */
  readonly ownStart: number;
  readonly ownEnd: number;
}

/** Context on both sides of a cut, UTF-16 units: longer than any value with its label. */
export const OVERLAP = 512;
/** Where a cut may move back to find the end of a line, a sentence or a word, UTF-16 units. */
const SLACK = 1_024;
/** UTF-8 takes three bytes at most for one UTF-16 unit. */
const BYTES_PER_UNIT = 3;

/** Room that overlap takes from a piece, bytes. A limit must leave as much again for the text itself. */
export const SMALLEST_PIECE_BYTES: number = 2 * (2 * OVERLAP + SLACK) * BYTES_PER_UNIT;

/** Bytes of a well-formed text in UTF-8, at most: stops counting behind `limit`. */
export function fitsInto(text: string, limit: number): boolean {
  if (text.length * BYTES_PER_UNIT <= limit) return true;
  if (text.length > limit) return false;
  return Buffer.byteLength(text) <= limit;
}

/**
 * Cuts a text into pieces of at most `maxBytes` bytes of UTF-8: at line ends, else behind sentences, else at blanks, else between
 * characters. A text that fits is one piece.
 */
export function* piecesOf(text: string, maxBytes: number): Generator<Piece> {
  if (fitsInto(text, maxBytes)) {
    yield { start: 0, end: text.length, ownStart: 0, ownEnd: text.length };
    return;
  }
  const ownBytes = maxBytes - 2 * OVERLAP * BYTES_PER_UNIT;
  for (let ownStart = 0; ownStart < text.length; ) {
    const furthest = unitsWithin(text, ownStart, ownBytes);
    const ownEnd = furthest === text.length ? furthest : cutBefore(text, ownStart, furthest);
    yield {
      start: ownStart === 0 ? 0 : between(text, Math.max(0, ownStart - OVERLAP)),
      end: between(text, Math.min(text.length, ownEnd + OVERLAP)),
      ownStart,
      ownEnd,
    };
    ownStart = ownEnd;
  }
}

/** The offset up to which the text from `start` takes at most so many bytes. */
function unitsWithin(text: string, start: number, bytes: number): number {
  let used = 0;
  for (let index = start; index < text.length; ) {
    const point = text.codePointAt(index)!;
    used += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (used > bytes) return index;
    index += point > 0xffff ? 2 : 1;
  }
  return text.length;
}

function cutBefore(text: string, ownStart: number, at: number): number {
  const from = Math.max(ownStart + 1, at - SLACK);
  // Within the slack alone: a text without line ends would be searched to its start for each cut.
  const line = text.slice(from, at).lastIndexOf("\n");
  if (line >= 0) return from + line + 1;
  let blank = -1;
  for (let index = at - 1; index >= from; index--) {
    if (text.charCodeAt(index) !== 0x20) continue;
    if (/[.!?。！？]/.test(text.charAt(index - 1))) return index + 1;
    if (blank < 0) blank = index + 1;
  }
  return blank >= 0 ? blank : between(text, at);
}

/** Never between the halves of a surrogate pair. */
function between(text: string, at: number): number {
  const isLow = (text.charCodeAt(at) & 0xfc00) === 0xdc00;
  const isHigh = (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
  return isLow && isHigh ? at - 1 : at;
}
