import { indexedTerms } from "@groundwork/terms";

/** `smallint` holds no more; a term that a text has more often counts as often. */
const MOST_OCCURRENCES = 32_767;

/** Terms of one text as they are searched, each once, and how often it has each. */
export interface RowWords {
  readonly terms: readonly string[];
  readonly counts: readonly number[];
  /** All terms, repetitions too. */
  readonly total: number;
}

export function wordsOfRow(context: string, text: string): RowWords {
  const counts = new Map<string, number>();
  let total = 0;
  for (const term of indexedTerms(`${context}\n${text}`)) {
    total++;
    counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  return {
    terms: [...counts.keys()],
    counts: Array.from(counts.values(), (count) => Math.min(count, MOST_OCCURRENCES)),
    total,
  };
}
