import { stem } from "porter2";
import { COMMON_WORDS } from "./common-words.ts";
import { STOP_WORDS } from "./stop-words.ts";

const WORD = /[\p{L}\p{N}]+/gu;
const ASCII_WORD = /[a-z0-9]+/g;
const MARKS = /\p{M}/gu;
const NOT_ASCII = /[^\x20-\x7e\s]/;
/** Longer runs of letters and digits are identifiers or noise that no question repeats. */
export const LONGEST_WORD = 40;
/** Words remembered with their stems: about 10 MB when full. */
const STEM_CACHE_SIZE = 100_000;

const stems = new Map<string, string>();

/** The stem of a lower-case word (Snowball English). */
export function stemOf(word: string): string {
  let stemmed = stems.get(word);
  if (stemmed === undefined) {
    stemmed = stem(word);
    if (stems.size >= STEM_CACHE_SIZE) stems.clear();
    stems.set(word, stemmed);
  }
  return stemmed;
}

/** Lower-case words without accents. */
export function words(text: string): string[] {
  const lower = text.toLowerCase();
  const found = NOT_ASCII.test(lower)
    ? lower.normalize("NFKD").replace(MARKS, "").match(WORD)
    : lower.match(ASCII_WORD);
  return (found ?? []).filter((word) => word.length <= LONGEST_WORD);
}

/** Stems of the words that are no stop words (Snowball English), in order. */
export function terms(text: string): string[] {
  const result: string[] = [];
  for (const word of words(text)) if (!STOP_WORDS.has(word)) result.push(stemOf(word));
  return result;
}

/** Stems of the words that an index keeps: all but the most common. */
export function indexedTerms(text: string): string[] {
  const result: string[] = [];
  for (const word of words(text)) if (!COMMON_WORDS.has(word)) result.push(stemOf(word));
  return result;
}

/** Terms of a question; when it holds nothing but stop words, the stems of those. */
export function queryTerms(query: string): string[] {
  const found = terms(query);
  return found.length > 0 ? found : words(query).map(stemOf);
}

/** The question without its stop words, for a store's word search; the question itself when nothing else is in it. */
export function contentWords(query: string): string {
  const kept = words(query).filter((word) => !STOP_WORDS.has(word));
  return kept.length > 0 ? kept.join(" ") : query;
}
