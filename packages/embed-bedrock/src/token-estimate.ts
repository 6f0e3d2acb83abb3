import type { TokenCounter } from "@groundwork/contracts";

/** Lower bound of a token's length in a word of Latin letters, where real ones have four to five on average; in long words it is less. */
const LETTERS_OF_A_TOKEN = 3;
const LETTERS_IN_LONG_WORDS = 2;
const LONG_WORD = 12;
const LONGEST_LATIN = 0x24f;
const FIRST_THREE_BYTES = 0x800;
const FIRST_FOUR_BYTES = 0x10000;
const FOUR_BYTES = 4;

const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 0xa0;
const isAsciiLetter = (code: number): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

/**
 * Counts code points of a text from the start as an embedding model's tokenizer might, until `most` is passed. Gives the
 * tokens and where the code point begins that would have been one too many.
 */
function estimate(
  text: string,
  from: number,
  to: number,
  most: number,
): { readonly tokens: number; readonly end: number } {
  let tokens = 0;
  let letters = 0;
  let index = from;
  while (index < to) {
    // What is behind the end is not looked at: half a pair is a character of its own.
    const code = index + 1 < to ? text.codePointAt(index)! : text.charCodeAt(index);
    const before = tokens;
    if (isAsciiLetter(code)) {
      if (letters % (letters < LONG_WORD ? LETTERS_OF_A_TOKEN : LETTERS_IN_LONG_WORDS) === 0) tokens++;
      letters++;
    } else {
      letters = 0;
      if (isBlank(code)) {
        // A blank belongs to the token behind it.
      } else if (code <= LONGEST_LATIN) tokens++;
      else if (code < FIRST_THREE_BYTES) tokens++;
      else if (code < FIRST_FOUR_BYTES) tokens += 2;
      else tokens += FOUR_BYTES;
    }
    if (tokens > most) return { tokens: before, end: index };
    index += code > 0xffff ? 2 : 1;
  }
  return { tokens, end: to };
}

/** Tokens that models put around a text. */
export const SPECIAL_TOKENS = 2;

/**
 * An estimate on the high side of what the tokenizers of Titan and Cohere make of a text; Titan's is not public: one token for each begun three
 * Latin letters of a word, for each two beyond the twelfth, one for each digit, sign and letter with an accent, of Greek, Cyrillic, Hebrew or Arabic, two for each
 * character of other scripts, four beyond the basic plane. Common text has a third to a half less.
 */
export function bedrockTokenCounter(): TokenCounter {
  return {
    id: "estimate:bedrock-1",
    specialTokens: SPECIAL_TOKENS,
    // A blank ends a run of letters and is no token.
    isAdditive: true,
    reference: { module: import.meta.url, name: "bedrockTokenCounter" },
    count: (text) => estimate(text, 0, text.length, Number.POSITIVE_INFINITY).tokens,
    countRange: (text, start, end) => estimate(text, start, end, Number.POSITIVE_INFINITY).tokens,
  };
}

/** The beginning of a text with at most so many tokens and characters; a surrogate pair is never cut. */
export function cutText(text: string, limits: { readonly tokens: number; readonly characters: number }): string {
  let end = text.length;
  if (end > limits.characters) {
    end = limits.characters;
    const last = text.charCodeAt(end - 1);
    if (last >= 0xd800 && last <= 0xdbff) end--;
  }
  return text.slice(0, estimate(text, 0, end, limits.tokens).end);
}
