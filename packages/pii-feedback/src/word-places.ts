import type { PiiKey } from "@groundwork/pii-policy";

export interface Word {
  readonly start: number;
  readonly end: number;
}

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
/** Words before and after a value that make its place. */
const CONTEXT = 3;
/** Hashes of words that are kept, so that a common word is hashed once. */
const MOST_WORDS = 100_000;

export function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(WORD), ({ 0: word, index }) => ({ start: index, end: index + word.length }));
}

/** The words that a stretch touches: `[first, last)`. Empty when it touches none. */
export function wordsWithin(words: readonly Word[], start: number, end: number): readonly [number, number] {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (words[middle]!.end <= start) low = middle + 1;
    else high = middle;
  }
  let last = low;
  while (last < words.length && words[last]!.start < end) last++;
  return [low, last];
}

/**
 * Keyed names of values and of the places where they stand: a value by its words, a place by the words of the value and three on
 * either side. Blanks, punctuation and, of places, case do not matter. Without the key nothing can be told from them.
 */
export class WordPlaces {
  readonly #first: (type: string, value: string) => Buffer;
  readonly #value: (type: string, value: string) => Buffer;
  readonly #place: (type: string, value: string) => Buffer;
  readonly #firstWords = new Map<string, number>();

  constructor(key: PiiKey, scope: string) {
    this.#first = key.hasher(scope, "feedback first word");
    this.#value = key.hasher(scope, "feedback value");
    this.#place = key.hasher(scope, "feedback place");
  }

  #words(text: string, words: readonly Word[], from: number, to: number): string {
    let joined = "";
    for (let index = from; index < to; index++) {
      const word = words[index];
      joined += word === undefined ? " |" : ` ${text.slice(word.start, word.end)}`;
    }
    return joined.normalize("NFKC");
  }

  /** A cheap sieve: 32 bits of the hash of the word in lower case. */
  firstWord(text: string, { start, end }: Word): number {
    const word = text.slice(start, end).toLowerCase();
    const known = this.#firstWords.get(word);
    if (known !== undefined) return known;
    if (this.#firstWords.size >= MOST_WORDS) this.#firstWords.clear();
    const hash = this.#first("", word.normalize("NFKC")).readUInt32BE(0);
    this.#firstWords.set(word, hash);
    return hash;
  }

  /** The words `[from, to)` as they are written: `May` is not `may`. */
  value(text: string, words: readonly Word[], from: number, to: number): string {
    return this.#value("", this.#words(text, words, from, to)).toString("hex", 0, 16);
  }

  place(text: string, words: readonly Word[], from: number, to: number): string {
    const before = this.#words(text, words, from - CONTEXT, from);
    const inside = this.#words(text, words, from, to);
    const after = this.#words(text, words, to, to + CONTEXT);
    return this.#place("", `${before} >${inside} <${after}`.toLowerCase()).toString("hex", 0, 16);
  }

  /** Whether the place is known whole: where a text was cut, the words around are missing. */
  isWhole(words: readonly Word[], from: number, to: number, cut: { before: boolean; after: boolean }): boolean {
    return !(cut.before && from < CONTEXT) && !(cut.after && to + CONTEXT > words.length);
  }
}
