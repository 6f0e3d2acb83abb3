/** Share of common pairs of letters (Dice) above which two lines are the same running line. */
const LIKENESS = 0.85;
/** Shorter signatures are the same only when they are equal. */
const MIN_LENGTH = 6;

/** What a running line has in common on all pages: page and section numbers differ, so digits are all alike. */
export class LineSignature {
  readonly text: string;
  #pairs: Uint32Array | undefined;

  constructor(text: string) {
    this.text = text
      .toLowerCase()
      .replace(/\d+/g, "0")
      .replace(/[^\p{L}\d]+/gu, " ")
      .trim();
  }

  isLike(other: LineSignature): boolean {
    const own = this.text.length;
    const others = other.text.length;
    if (own < MIN_LENGTH || others < MIN_LENGTH) return this.text === other.text;
    const least = (LIKENESS * (own + others - 2)) / 2;
    // The shorter one cannot have more in common than it has pairs.
    return Math.min(own, others) - 1 > least && commonPairs(this.#sorted(), other.#sorted()) > least;
  }

  #sorted(): Uint32Array {
    if (this.#pairs === undefined) {
      const { text } = this;
      const pairs = new Uint32Array(text.length - 1);
      for (let index = 1; index < text.length; index++)
        pairs[index - 1] = text.charCodeAt(index - 1) * 0x10000 + text.charCodeAt(index);
      this.#pairs = pairs.sort();
    }
    return this.#pairs;
  }
}

function commonPairs(a: Uint32Array, b: Uint32Array): number {
  let common = 0;
  for (let first = 0, second = 0; first < a.length && second < b.length; ) {
    const difference = a[first]! - b[second]!;
    if (difference === 0) common++;
    if (difference <= 0) first++;
    if (difference >= 0) second++;
  }
  return common;
}
