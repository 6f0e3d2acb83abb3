export { COMMON_WORDS } from "./common-words.ts";
export { STOP_WORDS } from "./stop-words.ts";
export { contentWords, indexedTerms, LONGEST_WORD, queryTerms, stemOf, terms, words } from "./terms.ts";
