import { distance } from "fastest-levenshtein";

/** 1 - Levenshtein distance / length of the longer. */
export function levenshteinSimilarity(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  return longest === 0 ? 1 : 1 - distance(a, b) / longest;
}

/** Longest common subsequence by bit-parallel rows (Hyyrö 2004), 30 characters a word. */
class Pattern {
  readonly length: number;
  readonly #words: number;
  readonly #masks = new Map<number, Int32Array>();
  static readonly #BITS = 30;

  constructor(text: string) {
    this.length = text.length;
    this.#words = Math.ceil(text.length / Pattern.#BITS) || 1;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      let mask = this.#masks.get(code);
      if (mask === undefined) {
        mask = new Int32Array(this.#words);
        this.#masks.set(code, mask);
      }
      mask[Math.floor(index / Pattern.#BITS)]! |= 1 << (index % Pattern.#BITS);
    }
  }

  /** Whether the pattern has a character of this code. */
  has(code: number): boolean {
    return this.#masks.has(code);
  }

  commonLength(text: string, from: number, to: number): number {
    const full = 2 ** Pattern.#BITS - 1;
    const state = new Int32Array(this.#words).fill(full);
    for (let index = from; index < to; index++) {
      const mask = this.#masks.get(text.charCodeAt(index));
      if (mask === undefined) continue;
      let carry = 0;
      for (let word = 0; word < this.#words; word++) {
        const value = state[word]!;
        const matched = value & mask[word]!;
        const sum = value + matched + carry;
        carry = sum > full ? 1 : 0;
        state[word] = ((sum & full) | (value & ~mask[word]!)) & full;
      }
    }
    let zeros = 0;
    for (let word = 0; word < this.#words; word++) {
      const bits = Math.min(Pattern.#BITS, this.length - word * Pattern.#BITS);
      for (let bit = 0; bit < bits; bit++) if ((state[word]! & (1 << bit)) === 0) zeros++;
    }
    return zeros;
  }
}

/** Indel similarity: 2 * LCS / (length of both). 0..1. */
export function indelRatio(a: string, b: string): number {
  if (a.length + b.length === 0) return 1;
  return (2 * new Pattern(a).commonLength(b, 0, b.length)) / (a.length + b.length);
}

/** Best {@link indelRatio} of the shorter text against any stretch of the longer that is no longer than it. 0..1. */
export function partialRatio(a: string, b: string): number {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length === 0) return long.length === 0 ? 1 : 0;
  if (long.includes(short)) return 1;
  const pattern = new Pattern(short);
  const { length } = short;
  let best = 0;
  const look = (from: number, to: number): void => {
    const ratio = (2 * pattern.commonLength(long, from, to)) / (length + to - from);
    if (ratio > best) best = ratio;
  };
  for (let end = 1; end < length; end++) if (pattern.has(long.charCodeAt(end - 1))) look(0, end);
  for (let start = 0; start + length <= long.length; start++)
    if (pattern.has(long.charCodeAt(start + length - 1))) look(start, start + length);
  for (let start = Math.max(0, long.length - length + 1); start < long.length; start++)
    if (pattern.has(long.charCodeAt(start))) look(start, long.length);
  return best;
}

/** Start offsets of matches of `pattern` in `text` within `k` edits (Sellers' algorithm, starts carried along). */
export function nearStarts(pattern: string, text: string, k: number): number[] {
  const m = pattern.length;
  let previous = Array.from({ length: m + 1 }, (_, index) => index);
  let starts = new Array<number>(m + 1).fill(0);
  const found: number[] = [];
  for (let j = 1; j <= text.length; j++) {
    const current = new Array<number>(m + 1).fill(0);
    const currentStarts = new Array<number>(m + 1).fill(j);
    for (let i = 1; i <= m; i++) {
      const options: [number, number][] = [
        [previous[i - 1]! + (pattern[i - 1] === text[j - 1] ? 0 : 1), starts[i - 1]!],
        [previous[i]! + 1, starts[i]!],
        [current[i - 1]! + 1, currentStarts[i - 1]!],
      ];
      const [cost, start] = options.reduce((best, option) =>
        option[0] < best[0] || (option[0] === best[0] && option[1] < best[1]) ? option : best,
      );
      current[i] = cost;
      currentStarts[i] = start;
    }
    if (current[m]! <= k) found.push(currentStarts[m]!);
    previous = current;
    starts = currentStarts;
  }
  return found;
}
