/** English words that no index keeps: the 33 that engines of the Lucene family leave out of English texts. */
export const COMMON_WORDS: ReadonlySet<string> = new Set(
  (
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was " +
    "will with"
  ).split(" "),
);
