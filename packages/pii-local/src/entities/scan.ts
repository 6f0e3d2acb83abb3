import { fold } from "../lexicon/fold.ts";
import type { Lexicon } from "../lexicon/lexicon.ts";
import { WORD } from "../lexicon/word-kinds.ts";

export type TokenKind = "word" | "number" | "sign";
/** How a word begins: `lower`, `title` (one capital, or capitals inside), `upper` (capitals alone, two at least), `none` (no case). */
export type WordCase = "lower" | "title" | "upper" | "none";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
  /** Folded, without a possessive ending. */
  readonly key: string;
  readonly wordCase: WordCase;
  /** Bits of `word-kinds.ts`. */
  readonly kinds: number;
  /** Line ends between the token before and this one. */
  readonly linesBefore: number;
  /** Whether a blank or a line end stands before. */
  readonly blankBefore: boolean;
  /** Whether a sentence or a line begins here. */
  readonly opens: boolean;
}

/** What the model says of a token: probabilities 0..1. */
export interface TokenEvidence {
  readonly given: number;
  readonly surname: number;
  readonly building: number;
  readonly street: number;
  readonly secondary: number;
  readonly city: number;
  readonly state: number;
  readonly zip: number;
}

/** A text taken apart for the finders of names, organisations, places and addresses. */
export interface Scan {
  readonly text: string;
  readonly tokens: readonly Token[];
  /** One entry a token; `undefined` where the model was not asked. */
  readonly evidence: readonly (TokenEvidence | undefined)[];
  /** Whether the text has no capitals, or nothing else: then they say nothing. */
  readonly isCaseless: boolean;
  /** Whether most of its lower-case words are no English words: capitals may then be nouns. */
  readonly isForeign: boolean;
}

// A word may hold apostrophes and hyphens; its length is bounded, so that a run of letters without end is many words. Two mathematical
// signs stand for Greek capitals in texts that were converted.
const TOKEN =
  /\p{sc=Han}{1,8}|[\p{sc=Hira}\p{sc=Kana}ー]{1,32}|[\p{L}\p{M}\u2206\u2126]{1,64}(?:['’ʼ\-‐‑][\p{L}\p{M}]{1,64}){0,4}|\d{1,32}|[^\s\p{L}\p{M}\p{N}]|\p{N}/gu;
const POSSESSIVE = /(?:['’]s|(?<=s)['’])$/iu;
const SENTENCE_END = /[.!?:;"“”«»>*•…()[\]|]/;

function caseOf(word: string): WordCase {
  const first = word[0]!;
  const isUpper = first !== first.toLowerCase();
  if (!isUpper) return first === first.toUpperCase() ? "none" : "lower";
  return word.length > 1 && word === word.toUpperCase() ? "upper" : "title";
}

/** Lower-case words from which a language shows, and the share that is English in English texts at the least. */
const LEAST_LOWER = 4;
const ENGLISH_SHARE = 0.6;

/** Tokens of a text, without evidence. */
export function scanText(text: string, lexicon: Lexicon): Scan {
  const tokens: Token[] = [];
  let end = 0;
  let capitals = 0;
  let upper = 0;
  let words = 0;
  let lower = 0;
  let english = 0;
  for (const match of text.matchAll(TOKEN)) {
    const value = match[0];
    const { index } = match;
    const gap = text.slice(end, index);
    const first = value.codePointAt(0)!;
    const kind: TokenKind = first >= 0x30 && first <= 0x39 ? "number" : /[\p{L}\p{M}]/u.test(value) ? "word" : "sign";
    const previous = tokens[tokens.length - 1];
    let linesBefore = 0;
    if (gap.length > 0) for (let at = gap.indexOf("\n"); at >= 0; at = gap.indexOf("\n", at + 1)) linesBefore++;
    const opens =
      previous === undefined || linesBefore > 0 || (previous.kind === "sign" && SENTENCE_END.test(previous.text));
    let key = value;
    let wordCase: WordCase = "none";
    let kinds = 0;
    let length = value.length;
    if (kind === "word") {
      const possessive = POSSESSIVE.exec(value);
      if (possessive !== null && possessive.index > 0) length = possessive.index;
      const bare = value.slice(0, length);
      key = fold(bare);
      wordCase = caseOf(bare);
      kinds = lexicon.kindsOf(key);
      words++;
      if (wordCase === "lower") {
        lower++;
        if ((kinds & WORD) !== 0) english++;
      }
      if (wordCase === "title" || wordCase === "upper") capitals++;
      if (wordCase === "upper" || (wordCase === "title" && length === 1)) upper++;
    }
    tokens.push({
      kind,
      text: value.slice(0, length),
      start: index,
      end: index + length,
      key,
      wordCase,
      kinds,
      linesBefore,
      blankBefore: gap.length > 0 || index === 0,
      opens,
    });
    end = index + value.length;
  }
  return {
    text,
    tokens,
    evidence: new Array<TokenEvidence | undefined>(tokens.length).fill(undefined),
    isForeign: lower >= LEAST_LOWER && english < lower * ENGLISH_SHARE,
    isCaseless: words > 0 && (capitals === 0 || upper === words),
  };
}

export const isCapital = (token: Token | undefined): boolean =>
  token !== undefined && (token.wordCase === "title" || token.wordCase === "upper");

/** Whether `token` goes on with what `previous` began: same line, a blank or nothing between. */
export const follows = (token: Token | undefined): boolean => token !== undefined && token.linesBefore === 0;
