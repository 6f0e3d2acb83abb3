interface Token {
  readonly start: number;
  readonly end: number;
}

const PIECE = /[\p{L}\p{N}\p{M}]+|[^\s\p{L}\p{N}\p{M}]/gu;
const LETTERS_OF_A_TOKEN = 4;

/** The tokens of the fake's models: four letters of a word, or one sign. Theirs are not public. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const { 0: piece, index } of text.matchAll(PIECE)) {
    let start = index;
    let letters = 0;
    let end = index;
    for (const letter of piece) {
      end += letter.length;
      if (++letters % LETTERS_OF_A_TOKEN === 0) {
        tokens.push({ start, end });
        start = end;
      }
    }
    if (start < end) tokens.push({ start, end });
  }
  return tokens;
}

export function countModelTokens(text: string): number {
  return tokensOf(text).length;
}

/** What is left of a text that is cut to so many tokens, at its start or its end. */
export function cutToTokens(text: string, most: number, dropped: "start" | "end"): string {
  const tokens = tokensOf(text);
  if (tokens.length <= most) return text;
  return dropped === "end" ? text.slice(0, tokens[most - 1]!.end) : text.slice(tokens[tokens.length - most]!.start);
}
