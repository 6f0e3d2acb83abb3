import type { PiiFinding } from "@groundwork/contracts";

/** Values of one document that are looked for everywhere in it, at most: about 10 MB. */
const MOST_VALUES = 50_000;
const SHORTEST = 5;
const WORD = /[\p{L}\p{N}]+/gu;
/** Types whose values stand for themselves wherever they come; a place or a date does not. */
const NOT_SPREAD: ReadonlySet<string> = new Set([
  "DATE_TIME",
  "AGE",
  "LOCATION",
  "ORGANIZATION",
  "URL",
  "PIN",
  "CREDIT_DEBIT_CVV",
]);

interface KnownValue {
  readonly value: string;
  readonly type: string;
  readonly score: number;
  readonly detector: string;
}

function isWordCharacter(text: string, index: number): boolean {
  return /[\p{L}\p{N}]/u.test(text[index] ?? " ");
}

/**
 * Values that were found somewhere in a document. A detector needs a context to know a name or a number, and a heading, a table or
 * a footer gives none: what was recognised once is found wherever it stands.
 */
export class KnownValues {
  readonly #byFirstWord = new Map<string, Map<string, KnownValue>>();
  #size = 0;

  add(text: string, findings: readonly PiiFinding[]): void {
    for (const { start, end, type, score, detector } of findings) {
      const value = text.slice(start, end);
      if (value.length < SHORTEST || NOT_SPREAD.has(type) || this.#size >= MOST_VALUES) continue;
      // One word without a digit may be a word of the language, too.
      if (!/\p{N}/u.test(value) && !/[\s@]/.test(value)) continue;
      const first = value.match(WORD)?.[0];
      if (first === undefined || !value.startsWith(first)) continue;
      const known = this.#byFirstWord.get(first) ?? new Map<string, KnownValue>();
      if (known.has(value)) continue;
      known.set(value, { value, type, score, detector });
      this.#byFirstWord.set(first, known);
      this.#size++;
    }
  }

  /** Every known value in a text. Linear in the text, but for values that begin with the same word. */
  find(text: string): PiiFinding[] {
    if (this.#size === 0) return [];
    const found: PiiFinding[] = [];
    for (const { 0: word, index } of text.matchAll(WORD)) {
      const known = this.#byFirstWord.get(word);
      if (known === undefined) continue;
      for (const { value, type, score, detector } of known.values()) {
        const end = index + value.length;
        if (text.startsWith(value, index) && !isWordCharacter(text, end))
          found.push({ start: index, end, type, score, detector });
      }
    }
    return found;
  }
}
