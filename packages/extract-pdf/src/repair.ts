/** Latin ligatures as one character: taken apart. Other compatibility characters carry meaning (², ½, ™) and stay. */
const LIGATURES = /[\ufb00-\ufb06\u0132\u0133]/g;

/** Private-use codes by which Symbol and Wingdings fonts reach the text layer: the glyphs that lists are made of. */
const SYMBOL_FONT_MARKS: ReadonlyMap<number, string> = new Map([
  [0xf0b7, "•"],
  [0xf06c, "●"],
  [0xf06e, "■"],
  [0xf06f, "□"],
  [0xf071, "❑"],
  [0xf072, "❒"],
  [0xf075, "◆"],
  [0xf076, "❖"],
  [0xf0a7, "▪"],
  [0xf0a8, "◻"],
  [0xf0d8, "➢"],
  [0xf0e0, "→"],
  [0xf0e8, "➔"],
  [0xf0fc, "✓"],
  [0xf0fe, "☑"],
  [0xf0ae, "→"],
  [0xf0b0, "°"],
  [0xf0b1, "±"],
  [0xf0b4, "×"],
  [0xf0a3, "≤"],
  [0xf0b3, "≥"],
  [0xf02d, "-"],
]);

/** The text of one character: ligatures apart, symbol fonts mapped, soft hyphens as hyphens (they show only at line ends). */
export function repairCharacter(text: string): string {
  const code = text.codePointAt(0)!;
  if (code < 0xad) return text;
  if (code === 0xad) return "-";
  const mark = SYMBOL_FONT_MARKS.get(code);
  if (mark !== undefined) return mark;
  return text.replace(LIGATURES, (ligature) => ligature.normalize("NFKC"));
}

const COMBINING: Readonly<Record<string, string>> = {
  "´": "\u0301",
  "`": "\u0300",
  "¨": "\u0308",
  ˆ: "\u0302",
  "^": "\u0302",
  "˜": "\u0303",
  "~": "\u0303",
  "¸": "\u0327",
  "˚": "\u030a",
  ˇ: "\u030c",
  "˘": "\u0306",
  "¯": "\u0304",
  "˙": "\u0307",
  "˝": "\u030b",
};

/** The combining mark of a free-standing accent, which TeX prints over or under the letter beside it. */
export function combiningOf(accent: string): string | undefined {
  return COMBINING[accent];
}

/** Prefixes whose hyphen belongs to the word wherever the line breaks. */
const HYPHENATED_PREFIX =
  /(?:^|[^\p{L}])(?:self|well|all|cross|half|ill|so|ex|vice|e|x|full|high|low|long|short|large|small|real|open|one|two|three|four|five|six|ten|co)$/iu;

/** Letters of a word at most, its hyphen included. */
const MAX_WORD = 100;

/** Words that a document was seen to use, by which a hyphen at a line's end is told from one inside a word. */
export interface Vocabulary {
  has(word: string): boolean;
}

export const NO_VOCABULARY: Vocabulary = { has: () => false };

/**
 * How two lines join: the text of the first without a hyphen that only broke the word, and what stands between them.
 * `first` ends at a line's end and `second` begins the next line.
 */
export function joinLines(first: string, second: string, vocabulary: Vocabulary): { keep: number; separator: string } {
  if (!mayJoinTightly(first.charCodeAt(first.length - 1))) return { keep: first.length, separator: " " };
  // Only the end of the first text matters, and it may be a long paragraph.
  const hyphen = /(\p{L}+)[-\u2010\u00ad]$/u.exec(first.slice(-MAX_WORD));
  const next = /^(\p{L}+)/u.exec(second);
  if (hyphen !== null && next !== null) {
    const left = hyphen[1]!;
    const right = next[1]!;
    const compound = first.length > left.length + 1 && /[-\u2010]/.test(first[first.length - left.length - 2] ?? "");
    if (!/^\p{Ll}/u.test(right) || compound) return { keep: first.length, separator: "" };
    const joined = (left + right).toLowerCase();
    if (vocabulary.has(joined)) return { keep: first.length - 1, separator: "" };
    if (vocabulary.has(`${left}-${right}`.toLowerCase())) return { keep: first.length, separator: "" };
    const isPrefix = left.length === 1 || HYPHENATED_PREFIX.test(` ${left}`);
    const bothAreWords =
      left.length > 3 && right.length > 3 && vocabulary.has(left.toLowerCase()) && vocabulary.has(right.toLowerCase());
    return { keep: isPrefix || bothAreWords ? first.length : first.length - 1, separator: "" };
  }
  const end = first.slice(-3);
  if (/[\p{L}\p{N}][-\u2010/\u2013\u2014]$/u.test(end) && /^[\p{L}\p{N}]/u.test(second))
    return { keep: first.length, separator: "" };
  const ideographs =
    /[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]$/u.test(end) &&
    /^[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]/u.test(second);
  return { keep: first.length, separator: ideographs ? "" : " " };
}

/** Hyphens, dashes, slashes and ideographs: after every other character lines join by a space. */
function mayJoinTightly(code: number): boolean {
  return (
    code === 0x2d ||
    code === 0x2f ||
    code === 0xad ||
    code === 0x2010 ||
    code === 0x2013 ||
    code === 0x2014 ||
    code >= 0x3000
  );
}

/** Some producers map the ligature "ff" to the sign of the return key: between letters it can be nothing else. */
export function repairWord(text: string): string {
  if (!/[↵‘’`']/.test(text)) return text;
  return repairQuotes(text.replace(/(?<=\p{L})↵(?=\p{L}|-)/gu, "ff").replace(/^↵(?=\p{Ll})/u, "ff"));
}

/** Quotation marks typed as two single ones, as TeX and old typesetters do. */
function repairQuotes(text: string): string {
  return text.replace(/‘‘|``/g, "“").replace(/’’|(?<=\p{L}|\p{P})''/gu, "”");
}
