import { stemmer } from "stemmer";

/** The 33 words that search engines of the Lucene family leave out of English text. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this " +
    "to was will with"
  ).split(" "),
);

const WORD = /[\p{L}\p{N}]+/gu;
const MARKS = /\p{M}/gu;

/** Words of an English text as they are indexed: folded, lower case, without stop words, stemmed. Anything else is a separator. */
export function lexicalTerms(text: string): string[] {
  const terms: string[] = [];
  for (const [word] of text.normalize("NFKD").replace(MARKS, "").toLowerCase().matchAll(WORD))
    if (!STOP_WORDS.has(word)) terms.push(stemmer(word));
  return terms;
}

const K1 = 1.2;
const B = 0.75;

/**
 * Okapi BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework", with the idf that is never negative)
 * over texts that come and go. Statistics are of all texts, so a score does not depend on a filter.
 */
export class Bm25Index {
  readonly #texts = new Map<string, { readonly length: number; readonly counts: ReadonlyMap<string, number> }>();
  readonly #frequency = new Map<string, number>();
  #length = 0;

  set(id: string, text: string): void {
    this.delete(id);
    const terms = lexicalTerms(text);
    const counts = new Map<string, number>();
    for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
    for (const term of counts.keys()) this.#frequency.set(term, (this.#frequency.get(term) ?? 0) + 1);
    this.#length += terms.length;
    this.#texts.set(id, { length: terms.length, counts });
  }

  delete(id: string): void {
    const text = this.#texts.get(id);
    if (text === undefined) return;
    this.#texts.delete(id);
    this.#length -= text.length;
    for (const term of text.counts.keys()) {
      const left = this.#frequency.get(term)! - 1;
      if (left === 0) this.#frequency.delete(term);
      else this.#frequency.set(term, left);
    }
  }

  /** Score of each id that is indexed; 0 where no word of the query occurs. */
  score(query: string, ids: Iterable<string>): Map<string, number> {
    const terms = new Set(lexicalTerms(query));
    const total = this.#texts.size;
    const average = this.#length / Math.max(total, 1) || 1;
    const weights = new Map<string, number>();
    for (const term of terms) {
      const frequency = this.#frequency.get(term);
      if (frequency !== undefined) weights.set(term, Math.log(1 + (total - frequency + 0.5) / (frequency + 0.5)));
    }
    const scores = new Map<string, number>();
    for (const id of ids) {
      const text = this.#texts.get(id);
      if (text === undefined) continue;
      let score = 0;
      for (const [term, weight] of weights) {
        const count = text.counts.get(term);
        if (count !== undefined)
          score += (weight * count * (K1 + 1)) / (count + K1 * (1 - B + (B * text.length) / average));
      }
      scores.set(id, score);
    }
    return scores;
  }
}
