/** A stretch of a long text that is looked at by itself. */
export interface Block {
  /** Offsets of what recognisers see. */
  readonly start: number;
  readonly end: number;
  /** Spans that begin from here (inclusive) to there (exclusive) belong to this block; the rest is seen for its context. */
  readonly ownStart: number;
  readonly ownEnd: number;
}

/** Characters that a block owns at most: words of a block are held as objects, a few hundred bytes each. */
const BLOCK_LENGTH = 16_384;
/** Context on both sides: more than the longest value with its label, save URLs, which are cut there. */
const OVERLAP = 512;
/** Where a cut may move to find a line end or a blank. */
const SLACK = 1_024;

/** Cuts a text at line ends, else at blanks, else between characters. Short texts are one block. */
export function* blocksOf(text: string): Generator<Block> {
  let ownStart = 0;
  do {
    const ownEnd =
      text.length - ownStart <= BLOCK_LENGTH + SLACK ? text.length : cutBefore(text, ownStart + BLOCK_LENGTH);
    const start = ownStart === 0 ? 0 : between(text, Math.max(0, ownStart - OVERLAP));
    const end = ownEnd === text.length ? ownEnd : between(text, Math.min(text.length, ownEnd + OVERLAP));
    yield { start, end, ownStart, ownEnd };
    ownStart = ownEnd;
  } while (ownStart < text.length);
}

function cutBefore(text: string, at: number): number {
  const line = text.lastIndexOf("\n", at);
  if (line > at - SLACK) return line + 1;
  for (let index = at; index > at - SLACK; index--) if (text.charCodeAt(index) === 0x20) return index + 1;
  return between(text, at);
}

/** Never between the halves of a surrogate pair. */
function between(text: string, at: number): number {
  const isLow = (text.charCodeAt(at) & 0xfc00) === 0xdc00;
  const isHigh = (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
  return isLow && isHigh ? at - 1 : at;
}
