/** A text with its time in the recording, where that is known. */
export interface TimedText {
  readonly text: string;
  readonly startMs?: number;
  readonly endMs?: number;
}

/** A word of a transcript, normalised. */
export type TimedWord = TimedText;

const ONES =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS = "  twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  mr: "mister",
  mrs: "missus",
  ms: "miss",
  dr: "doctor",
  "&": "and",
  "%": "percent",
  okay: "ok",
};

function numberWords(value: number): string {
  if (value < 20) return ONES[value]!;
  if (value < 100) return TENS[Math.floor(value / 10)]! + (value % 10 > 0 ? ` ${ONES[value % 10]}` : "");
  if (value < 1_000) {
    return `${ONES[Math.floor(value / 100)]} hundred${value % 100 > 0 ? ` ${numberWords(value % 100)}` : ""}`;
  }
  return `${numberWords(Math.floor(value / 1_000))} thousand${value % 1_000 > 0 ? ` ${numberWords(value % 1_000)}` : ""}`;
}

/** Words as they are compared: lower case, no punctuation, numbers as words, titles and contractions written out. */
export function normalizedWords(text: string): string[] {
  return text
    .toLowerCase()
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/<[^>]*>|\[[^\]]*\]/g, " ")
    .replace(/(\d),(?=\d{3})/g, "$1")
    .replace(/\d+/g, (digits) => (digits.length <= 6 ? ` ${numberWords(Number(digits))} ` : digits.split("").join(" ")))
    .replace(/\bcan't\b/g, "can not")
    .replace(/\bwon't\b/g, "will not")
    .replace(/n't\b/g, " not")
    .replace(/'(re|ve|ll|m)\b/g, (_match, end: string) => ` ${{ re: "are", ve: "have", ll: "will", m: "am" }[end]}`)
    .replace(/'/g, "")
    .replace(/[^\p{L}\p{N}&%]+/gu, " ")
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => ABBREVIATIONS[word] ?? word);
}

/** The words of texts: of those a spoken word is written out as, the first has its start and the last its end. */
export function timedWords(texts: readonly TimedText[]): TimedWord[] {
  return texts.flatMap(({ text, startMs, endMs }) =>
    normalizedWords(text).map((word, index, all) => ({
      text: word,
      ...(index === 0 && startMs !== undefined ? { startMs } : {}),
      ...(index === all.length - 1 && endMs !== undefined ? { endMs } : {}),
    })),
  );
}

export interface Alignment {
  /** Substitutions, insertions and deletions. */
  readonly errors: number;
  readonly pairs: readonly (readonly [TimedWord, TimedWord])[];
}

/** Least edits from a reference to what was heard, with the words that agree. */
export function align(reference: readonly TimedWord[], heard: readonly TimedWord[]): Alignment {
  const width = heard.length + 1;
  const costs = new Uint32Array((reference.length + 1) * width);
  for (let column = 0; column < width; column++) costs[column] = column;
  for (let row = 1; row <= reference.length; row++) {
    costs[row * width] = row;
    for (let column = 1; column < width; column++) {
      const same = reference[row - 1]!.text === heard[column - 1]!.text ? 0 : 1;
      costs[row * width + column] = Math.min(
        costs[(row - 1) * width + column - 1]! + same,
        costs[(row - 1) * width + column]! + 1,
        costs[row * width + column - 1]! + 1,
      );
    }
  }
  const pairs: [TimedWord, TimedWord][] = [];
  let row = reference.length;
  let column = heard.length;
  while (row > 0 && column > 0) {
    const here = costs[row * width + column]!;
    const same = reference[row - 1]!.text === heard[column - 1]!.text;
    if (here === costs[(row - 1) * width + column - 1]! + (same ? 0 : 1)) {
      if (same) pairs.push([reference[row - 1]!, heard[column - 1]!]);
      row--;
      column--;
    } else if (here === costs[(row - 1) * width + column]! + 1) row--;
    else column--;
  }
  return { errors: costs[costs.length - 1]!, pairs };
}

/** Value that a share of the values do not exceed (0..1), between neighbours in proportion. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
}
