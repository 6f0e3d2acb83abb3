const segmenter = new Intl.Segmenter("en", { granularity: "word" });

const LETTER_OR_DIGIT = /^[\p{L}\p{N}]/u;

/** Words that were taken apart, with where their parts begin. Forgotten when there are too many. */
const known = new Map<string, readonly number[]>();
const MOST_KNOWN = 20_000;
const LONGEST_KNOWN = 64;

/** Signs that join letters or digits on both sides of them, or may. */
const JOINING: ReadonlySet<number> = new Set([..."_.':,;\""].map((sign) => sign.charCodeAt(0)));
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
 *
 * No boundary depends on what lies beyond a blank, so the text is taken apart word by word, and the plain ones need no segmenter.
 */
export function wordStarts(text: string): number[] {
  const starts: number[] = [];
  const { length } = text;
  let index = 0;
  while (index < length) {
    let code = text.charCodeAt(index);
    if (isSpace(code)) {
      index++;
      continue;
    }
    const start = index;
    const before = starts.length;
    starts.push(start);
    /** Whether the unit before is a letter or digit, and whether a sign that joins came after the last one. */
    let isInRun = false;
    let isJoined = false;
    let isPlain = true;
    do {
      if (isAlphanumeric(code)) {
        if (!isInRun && index > start) {
          if (isJoined) isPlain = false;
          starts.push(index);
        }
        isInRun = true;
        isJoined = false;
      } else {
        if (code === UNDERSCORE || code > 126 || code < 32) isPlain = false;
        if (JOINING.has(code)) isJoined = true;
        isInRun = false;
      }
      code = ++index < length ? text.charCodeAt(index) : 32;
    } while (!isSpace(code));
    if (isPlain) continue;
    starts.length = before;
    // With the blank before it: a mark or a format at the word's start belongs to that.
    const from = start === 0 ? 0 : start - 1;
    for (const offset of partsOf(text.slice(from, index))) starts.push(from + offset);
  }
  return starts;
}

function partsOf(word: string): readonly number[] {
  if (word.length > LONGEST_KNOWN) return segmentStarts(word);
  let parts = known.get(word);
  if (parts === undefined) {
    parts = segmentStarts(word);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(word, parts);
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
