import type { TokenCounter } from "@groundwork/contracts";
import { readTokenizer } from "./model-files.ts";
import { SPECIAL_TOKENS, WordPiece } from "./word-piece.ts";

export interface TokenCounterOptions {
  /** Folder that holds `tokenizer.json`. @default the folder of `@groundwork/model-minilm-l6-v2` */
  readonly modelFolder?: string;
}

/**
 * Counts tokens exactly as {@link localEmbedder} does, synchronously and without the weights or the runtime: for chunkers
 * in other threads. Counts of texts that a blank parts add up. The vocabulary (0.5 MB) is read at the first count; a file that is missing or damaged is
 * `MODEL_NOT_FOUND`.
 */
export function createTokenCounter(options: TokenCounterOptions = {}): TokenCounter {
  let wordPiece: WordPiece | undefined;
  const open = (): WordPiece => {
    wordPiece ??= new WordPiece(readTokenizer(options.modelFolder));
    return wordPiece;
  };
  return {
    id: "wordpiece:all-MiniLM-L6-v2",
    reference: { module: import.meta.url, name: "createTokenCounter", options },
    specialTokens: SPECIAL_TOKENS,
    isAdditive: true,
    count: (text) => open().count(text),
    countRange: (text, start, end) => open().countRange(text, start, end),
  };
}
