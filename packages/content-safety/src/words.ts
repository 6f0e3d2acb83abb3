/** A word of a text: lower case, with its place. */
export interface Word {
  readonly text: string;
  /** UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
}

const WORD = /[\p{L}\p{M}]+(?:['’][\p{L}]+)*|\p{N}+/gu;

/** Words and numbers in order, apostrophes made straight. At most `limit` of them. */
export function wordsOf(text: string, limit = 160): Word[] {
  const words: Word[] = [];
  WORD.lastIndex = 0;
  for (let match = WORD.exec(text); match !== null && words.length < limit; match = WORD.exec(text))
    words.push({
      text: match[0].toLowerCase().replace("’", "'"),
      start: match.index,
      end: match.index + match[0].length,
    });
  return words;
}
