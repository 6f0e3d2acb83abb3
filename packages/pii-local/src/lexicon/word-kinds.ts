/** What a word or phrase can be, as bits; one word can be several. */
export const GIVEN_NAME = 1;
export const SURNAME = 2;
/** A town of at least 1,000 people. */
export const TOWN = 4;
/** A country, a state, a province. */
export const REGION = 8;
/** An everyday English word in lower case. */
export const WORD = 16;
/** A less common English word. */
export const RARE_WORD = 32;
/** First words of a longer place name. */
export const PLACE_BEGINS = 64;
/** A town of at least 100,000 people. */
export const CITY = 128;
