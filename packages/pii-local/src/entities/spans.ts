import type { Scan, Token } from "./scan.ts";

/** Tokens `from` to `to` (inclusive) as one thing. */
export interface TokenSpan {
  readonly type: string;
  readonly from: number;
  readonly to: number;
  readonly score: number;
}

/** Whether the tokens up to the one at `index` end with a phrase of folded words. */
export function endsWith(tokens: readonly Token[], index: number, ...words: readonly string[]): boolean {
  for (let offset = 0; offset < words.length; offset++)
    if (tokens[index - offset]?.key !== words[words.length - 1 - offset]) return false;
  return true;
}

/** The word before a token, over commas, quotes and dots of abbreviations; `undefined` at the beginning and behind a line end. */
export function wordBefore({ tokens }: Scan, index: number): Token | undefined {
  for (let at = index - 1, steps = 0; at >= 0 && steps < 3; at--, steps++) {
    if (tokens[at + 1]!.linesBefore > 0) return undefined;
    if (tokens[at]!.kind === "word") return tokens[at];
    if (!/^[.:,"'“”‘’(>*-]$/.test(tokens[at]!.text)) return undefined;
  }
  return undefined;
}

/** Probability that at least one of independent witnesses is right. */
export const either = (...probabilities: readonly number[]): number =>
  1 - probabilities.reduce((rest, probability) => rest * (1 - probability), 1);
