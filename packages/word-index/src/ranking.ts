/** A text that matches, by its number in the index. */
export interface RankedNumber {
  readonly number: number;
  readonly score: number;
}

/** BM25 scores of all texts that have a word of the query. */
export class Ranking {
  /** By number; 0 where no word matches. */
  readonly #scores: Float64Array;
  readonly #matching: Int32Array;

  constructor(scores: Float64Array, matching: Int32Array) {
    this.#scores = scores;
    this.#matching = matching;
  }

  /** Texts that match. */
  get size(): number {
    return this.#matching.length;
  }

  scoreOf(number: number): number {
    return this.#scores[number] ?? 0;
  }

  /** At least `count` of the best, or all: whoever ties with the last one is among them. In no order. */
  best(count: number): RankedNumber[] {
    let least = 0;
    if (count < this.#matching.length) {
      const scores = Float64Array.from(this.#matching, (number) => this.#scores[number]!).sort();
      least = scores[scores.length - Math.max(count, 1)]!;
    }
    const found: RankedNumber[] = [];
    for (const number of this.#matching) {
      const score = this.#scores[number]!;
      if (score >= least) found.push({ number, score });
    }
    return found;
  }
}
