import { hash } from "node:crypto";
import { indexedTerms, queryTerms } from "@groundwork/terms";

/** `smallint` holds no more; a term that a text has more often counts as often. */
const MOST_OCCURRENCES = 32_767;
/** Terms whose numbers are remembered: about 15 MB when full. */
const REMEMBERED = 100_000;

const numbers = new Map<string, Uint8Array>();

/**
 * The number of a term as the eight bytes of a `bigint`: the first 64 bits of its SHA-256. Lists of numbers are smaller and searched
 * several times faster than lists of words; among a million terms two have one number with a probability of three in a hundred million.
 */
export function termBytes(term: string): Uint8Array {
  let number = numbers.get(term);
  if (number === undefined) {
    number = hash("sha256", term, "buffer").subarray(0, 8);
    if (numbers.size >= REMEMBERED) numbers.clear();
    numbers.set(term, number);
  }
  return number;
}

export function termNumber(term: string): bigint {
  const bytes = termBytes(term);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readBigInt64BE();
}

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
  // Apart, because a text of ASCII alone is read several times faster.
  for (const part of [context, text])
    for (const term of indexedTerms(part)) {
      total++;
      counts.set(term, (counts.get(term) ?? 0) + 1);
    }
  return {
    terms: [...counts.keys()],
    counts: Array.from(counts.values(), (count) => Math.min(count, MOST_OCCURRENCES)),
    total,
  };
}

/** Numbers of the terms of a query, each once. */
export function termNumbers(query: string): bigint[] {
  return [...new Set(queryTerms(query))].sort().map(termNumber);
}
