import { Tokenizer } from "@huggingface/tokenizers";
import { WordTable } from "./word-table.ts";

/** Words longer than this are not remembered: they hardly ever come back, and they would make the cache's size unbounded. */
const CACHED_WORD_LENGTH = 256;
/** Words per generation; two generations live at once (about 10 MB together when both are full). */
const GENERATION_SIZE = 40_000;

/** FNV-1a. */
const HASH_SEED = 0x811c9dc5 | 0;
const HASH_FACTOR = 0x01000193;

const CLS = 101;
const SEP = 102;

/** Tokens that {@link WordPiece.encode} adds to each text. */
export const SPECIAL_TOKENS = 2;

/**
 * WordPiece with a memory of words. The normaliser and the pre-tokeniser never look across a blank, a tab or a line break,
 * so the ids of a text are the ids of its words, one after the other, and each word needs to be taken apart only once.
 */
export class WordPiece {
  readonly #tokenizer: Tokenizer;
  readonly #counts = new WordTable();
  #young = new Map<string, readonly number[]>();
  #old = new Map<string, readonly number[]>();

  constructor(tokenizerJson: string) {
    this.#tokenizer = new Tokenizer(JSON.parse(tokenizerJson) as object, {});
  }

  /** Number of tokens, special ones left out. */
  count(text: string): number {
    const length = text.length;
    let count = 0;
    let index = 0;
    while (index < length) {
      let code = text.charCodeAt(index);
      if (isBlank(code)) {
        index++;
        continue;
      }
      const start = index;
      let hash = HASH_SEED;
      while (code > 32 && code < 127) {
        hash = Math.imul(hash ^ code, HASH_FACTOR);
        if (++index === length) break;
        code = text.charCodeAt(index);
      }
      if (index === length || isBlank(code)) {
        const known = this.#counts.get(text, start, index, hash);
        count += known >= 0 ? known : this.#learn(text, start, index, hash);
        continue;
      }
      while (index < length && !isBlank(text.charCodeAt(index))) index++;
      count += this.#wordIds(text.slice(start, index)).length;
    }
    return count;
  }

  #learn(text: string, start: number, end: number, hash: number): number {
    const count = this.#wordIds(text.slice(start, end)).length;
    this.#counts.set(text, start, end, hash, count);
    return count;
  }

  /** Ids with the special tokens around them, cut to `maxTokens` in all. */
  encode(text: string, maxTokens: number): number[] {
    const ids = [CLS];
    this.#forEachWord(text, (word) => {
      for (let index = 0; index < word.length && ids.length < maxTokens - 1; index++) ids.push(word[index]!);
      return ids.length < maxTokens - 1;
    });
    ids.push(SEP);
    return ids;
  }

  #forEachWord(text: string, visit: (ids: readonly number[]) => boolean): void {
    const length = text.length;
    let start = 0;
    while (start < length) {
      while (start < length && isBlank(text.charCodeAt(start))) start++;
      let end = start;
      while (end < length && !isBlank(text.charCodeAt(end))) end++;
      if (end > start && !visit(this.#wordIds(text.slice(start, end)))) return;
      start = end;
    }
  }

  #wordIds(word: string): readonly number[] {
    const known = this.#young.get(word);
    if (known !== undefined) return known;
    const ids: readonly number[] =
      this.#old.get(word) ?? this.#tokenizer.encode(word, { add_special_tokens: false }).ids;
    if (word.length <= CACHED_WORD_LENGTH) {
      if (this.#young.size >= GENERATION_SIZE) {
        this.#old = this.#young;
        this.#young = new Map();
      }
      this.#young.set(word, ids);
    }
    return ids;
  }
}

/** Only blanks that the tokeniser itself takes for white space in every position (it drops form feeds, for example). */
function isBlank(code: number): boolean {
  return code === 32 || code === 10 || code === 9 || code === 13;
}
