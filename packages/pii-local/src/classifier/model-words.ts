/** A word as the model's pre-tokeniser sees it: a run of letters and digits, one punctuation sign or one ideograph. */
export interface ModelWord {
  /** UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
}

const IDEOGRAPH = "\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff";
const PUNCTUATION = "\\p{P}\\u0021-\\u002F\\u003A-\\u0040\\u005B-\\u0060\\u007B-\\u007E";
const WORD = new RegExp(`[^\\s${PUNCTUATION}${IDEOGRAPH}]+|[${PUNCTUATION}]|[${IDEOGRAPH}]`, "gu");

/** Longer runs are data, not words: the model's vocabulary calls them unknown anyway. */
const LONGEST_WORD = 100;

/** Words of `text.slice(from, to)` with offsets in `text`, as BERT parts them (Devlin et al. 2018). */
export function modelWords(text: string, from = 0, to: number = text.length): ModelWord[] {
  const words: ModelWord[] = [];
  for (const match of text.slice(from, to).matchAll(WORD)) {
    const start = from + match.index;
    words.push({ start, end: Math.min(start + match[0].length, start + LONGEST_WORD) });
  }
  return words;
}
