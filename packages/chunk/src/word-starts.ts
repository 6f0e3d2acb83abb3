const segmenter = new Intl.Segmenter("en", { granularity: "word" });

/**
 * Texts of Latin letters, common signs and blanks. None of these joins what stands on the other side of a blank (as combining
 * marks and formats do), so such a text is taken apart word by word, and most words need no segmenter.
 */
const SIMPLE_TEXT = /^[\t-~\u00a0-\u00ac\u00ae-\u024f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf]*$/;
const LETTER_OR_DIGIT = /^[\p{L}\p{N}]/u;

/** Words that were taken apart, with where their parts begin. Forgotten when there are too many. */
const known = new Map<string, readonly number[]>();
const MOST_KNOWN = 20_000;
const LONGEST_KNOWN = 64;

const UNDERSCORE = 95;

/** Space, tab to carriage return, no-break space, ideographic space. */
export function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0x3000;
}

function isAlphanumeric(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57);
}

/**
 * Where the words of a text begin that a cut may stand before, by the word boundaries of Unicode (UAX #29): those after a blank,
 * and those that begin with a letter or a digit. A word keeps the punctuation that follows it.
 */
export function wordStarts(text: string): number[] {
  if (!SIMPLE_TEXT.test(text)) return segmentStarts(text);
  const starts: number[] = [];
  const { length } = text;
  let index = 0;
  while (index < length) {
    let code = text.charCodeAt(index);
    if (isSpace(code)) {
      index++;
      continue;
    }
    // Signs, then letters and digits, then signs: any other order is for the segmenter.
    const start = index;
    let letters = -1;
    let isEnded = false;
    let isPlain = true;
    do {
      if (isAlphanumeric(code)) {
        if (letters === -1) letters = index;
        else if (isEnded) isPlain = false;
      } else {
        if (code === UNDERSCORE || code > 126) isPlain = false;
        isEnded = letters !== -1;
      }
      code = ++index < length ? text.charCodeAt(index) : 32;
    } while (!isSpace(code));
    if (isPlain) {
      starts.push(start);
      if (letters > start) starts.push(letters);
    } else for (const offset of partsOf(text.slice(start, index))) starts.push(start + offset);
  }
  return starts;
}

function partsOf(word: string): readonly number[] {
  let parts = known.get(word);
  if (parts === undefined) {
    parts = segmentStarts(word);
    if (word.length <= LONGEST_KNOWN) {
      if (known.size >= MOST_KNOWN) known.clear();
      known.set(word, parts);
    }
  }
  return parts;
}

function segmentStarts(text: string): number[] {
  const starts: number[] = [];
  let blank = true;
  for (const { segment, index } of segmenter.segment(text)) {
    const isBlank = isSpace(segment.charCodeAt(0));
    if (!isBlank && (blank || LETTER_OR_DIGIT.test(segment))) starts.push(index);
    blank = isBlank;
  }
  return starts;
}
