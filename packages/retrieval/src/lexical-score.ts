import { queryTerms, terms } from "@groundwork/terms";

/** Okapi BM25, at the settings of the stores. */
const K1 = 1.2;
const B = 0.75;

export interface LexicalCandidate {
  /** Names the text: equal keys have equal texts. */
  readonly key: string;
  readonly text: string;
}

interface Weighted {
  readonly weight: number;
  /** Occurrences by candidate; candidates without any are left out. */
  readonly counts: ReadonlyMap<number, number>;
}

/** Terms of candidates, remembered from one question to the next; the least recently used go first. */
export class TermCache {
  readonly #terms = new Map<string, readonly string[]>();
  readonly #capacity: number;
  #size = 0;

  /** @param capacity Terms kept; one costs about 8 bytes. */
  constructor(capacity = 2_000_000) {
    this.#capacity = capacity;
  }

  of({ key, text }: LexicalCandidate): readonly string[] {
    let found = this.#terms.get(key);
    if (found === undefined) {
      found = terms(text);
      this.#size += found.length;
    } else this.#terms.delete(key);
    this.#terms.set(key, found);
    while (this.#size > this.#capacity && this.#terms.size > 1) {
      const [oldest, dropped] = this.#terms.entries().next().value!;
      this.#terms.delete(oldest);
      this.#size -= dropped.length;
    }
    return found;
  }
}

/** Inverse document frequency that is never negative (Robertson and Zaragoza 2009). */
function rarity(frequency: number, total: number): number {
  return Math.log(1 + (total - frequency + 0.5) / (frequency + 0.5));
}

/** Each distinct term of a question with its rarity among the candidates. */
export function termRarities(
  query: string,
  candidates: readonly LexicalCandidate[],
  cache: TermCache,
): ReadonlyMap<string, number> {
  const frequencies = new Map(queryTerms(query).map((term) => [term, 0]));
  for (const candidate of candidates) {
    for (const term of new Set(cache.of(candidate))) {
      const frequency = frequencies.get(term);
      if (frequency !== undefined) frequencies.set(term, frequency + 1);
    }
  }
  return new Map([...frequencies].map(([term, frequency]) => [term, rarity(frequency, candidates.length)]));
}

/**
 * Lexical scores of candidates with statistics of the candidates alone: how well each tells itself from the others that came
 * this far. BM25 of single terms (a term that the question repeats counts by the square root) plus `pairWeight` times BM25 of
 * pairs of terms that stand side by side in the question. Not comparable from one question to the next.
 */
export function lexicalScores(
  query: string,
  candidates: readonly LexicalCandidate[],
  options: { readonly pairWeight: number; readonly cache?: TermCache },
): number[] {
  const { pairWeight, cache = new TermCache() } = options;
  const texts = candidates.map((candidate) => cache.of(candidate));
  const asked = queryTerms(query);
  const repeats = new Map<string, number>();
  for (const term of asked) repeats.set(term, (repeats.get(term) ?? 0) + 1);
  const pairs = new Set<string>();
  for (let index = 1; index < asked.length; index++) pairs.add(`${asked[index - 1]} ${asked[index]}`);

  const termCounts = new Map([...repeats.keys()].map((term) => [term, new Map<number, number>()]));
  const pairCounts = new Map([...pairs].map((pair) => [pair, new Map<number, number>()]));
  const add = (counts: Map<number, number>, index: number): void => {
    counts.set(index, (counts.get(index) ?? 0) + 1);
  };
  let total = 0;
  for (const [index, text] of texts.entries()) {
    total += text.length;
    let before: string | undefined;
    for (const term of text) {
      const counts = termCounts.get(term);
      if (counts === undefined) {
        before = undefined;
        continue;
      }
      add(counts, index);
      const pair = before === undefined ? undefined : pairCounts.get(`${before} ${term}`);
      if (pair !== undefined) add(pair, index);
      before = term;
    }
  }
  const average = Math.max(total / Math.max(texts.length, 1), 1);
  const idf = (frequency: number): number => rarity(frequency, texts.length);
  const weighted: Weighted[] = [
    ...[...termCounts].map(([term, counts]) => ({ counts, weight: Math.sqrt(repeats.get(term)!) * idf(counts.size) })),
    ...[...pairCounts.values()].map((counts) => ({ counts, weight: pairWeight * idf(counts.size) })),
  ];
  const scores = new Array<number>(texts.length).fill(0);
  for (const { weight, counts } of weighted) {
    for (const [index, count] of counts) {
      const length = texts[index]!.length;
      scores[index]! += (weight * count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / average));
    }
  }
  return scores;
}
