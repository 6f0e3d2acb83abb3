import { bertWords } from "./bert-words.ts";
import {
  ALPHANUMERIC_BITS,
  BLANK,
  type BRACKET,
  CharacterClasses,
  type LAST_ALPHANUMERIC,
  type OTHER,
  type SINGLE,
} from "./character-classes.ts";
import { CodeUnits } from "./code-units.ts";
import { RunCounts } from "./run-counts.ts";
import { Vocabulary } from "./vocabulary.ts";

/** Words longer than this are not remembered: they hardly ever come back, and they would make the cache's size unbounded. */
const CACHED_WORD_LENGTH = 256;
/** Words per generation; two generations live at once (about 10 MB together when both are full). */
const GENERATION_SIZE = 40_000;

const CLS = 101;
const SEP = 102;
const ADDED_TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

/** Tokens that {@link WordPiece.encode} adds to each text. */
export const SPECIAL_TOKENS = 2;

/** Units of a text that are looked at together; a text goes on to the end of its word. */
const WINDOW = 1 << 16;

/** Units of the longest text that is kept between calls: 8 MB. */
const MOST_HELD = 1 << 22;

/** Units of a run that fit into two integers, and into three and most of a fourth. */
const SHORT_RUN = 10;
const LONG_RUN = 19;
const UNITS_PER_INTEGER = 5;

/**
 * The uncased WordPiece tokeniser of BERT, token for token that of the published `tokenizer.json`.
 *
 * The normaliser and the pre-tokeniser never look across a blank, so the ids of a text are the ids of its words, one after the
 * other, and each word is taken apart once. Counting goes further: in words of ASCII and common punctuation each run of letters
 * and digits is packed into integers while it is read and looked up by them, without making a string.
 */
export class WordPiece {
  readonly #vocabulary: Vocabulary;
  readonly #classes = new CharacterClasses();
  readonly #runs = new RunCounts();
  readonly #units = new CodeUnits();
  readonly #heldSource = new CodeUnits();
  #heldUnits: Uint16Array = new Uint16Array(0);
  #heldText = "";
  #young = new Map<string, readonly number[]>();
  #old = new Map<string, readonly number[]>();

  constructor(tokenizerJson: string) {
    const { model } = JSON.parse(tokenizerJson) as { model: { vocab: Record<string, number> } };
    this.#vocabulary = new Vocabulary(model.vocab);
  }

  /** Number of tokens, special ones left out. */
  count(text: string): number {
    let count = 0;
    let from = 0;
    while (text.length - from > WINDOW) {
      const end = this.#wordEnd(text, from + WINDOW, text.length);
      count += this.#countWhole(text.slice(from, end));
      from = end;
    }
    return count + this.#countWhole(from === 0 ? text : text.slice(from));
  }

  #countWhole(text: string): number {
    return this.#countUnits(text, this.#units.of(text), 0, text.length);
  }

  /** The count of `text.slice(start, end)`. The text and its units are kept for the next call. */
  countRange(text: string, start: number, end: number): number {
    if (text.length > MOST_HELD) return this.count(text.slice(start, end));
    if (text !== this.#heldText) {
      this.#heldUnits = this.#heldSource.of(text);
      this.#heldText = text;
    }
    return this.#countUnits(text, this.#heldUnits, start, end);
  }

  #countUnits(text: string, units: Uint16Array, from: number, to: number): number {
    // Written out, and checked against their sources by type: what a module holds is looked up at each use, a fifth of the time.
    const blank: typeof BLANK = 37;
    const single: typeof SINGLE = 38;
    const bracket: typeof BRACKET = 39;
    const other: typeof OTHER = 40;
    const lastAlphanumeric: typeof LAST_ALPHANUMERIC = 36;
    const bits: typeof ALPHANUMERIC_BITS = 6;
    const unitsPerInteger: typeof UNITS_PER_INTEGER = 5;
    const carry = bits * (unitsPerInteger - 1);
    const mask = (1 << (bits * unitsPerInteger)) - 1;
    const shortRun: typeof SHORT_RUN = 10;
    const longRun: typeof LONG_RUN = 19;
    const classes = this.#classes.table;
    const runs = this.#runs;
    let count = 0;
    let index = from;
    /** Where the word began that is being read, and the count before it. */
    let wordStart = from;
    let before = 0;
    while (index < to) {
      const code = units[index]!;
      let kind = classes[code]!;
      if (kind === blank) {
        wordStart = ++index;
        before = count;
      } else if (kind === single) {
        index++;
        count++;
      } else if (kind === 0) {
        this.#classes.classify(code);
      } else if (kind === bracket) {
        count++;
        index += addedTokenLength(text, index, to);
      } else if (kind === other) {
        const end = this.#wordEnd(text, index, to);
        count = before + this.#wordIds(text.slice(wordStart, end)).length;
        index = end;
      } else {
        const start = index;
        let first = 0;
        let second = 0;
        do {
          second = (second << bits) | (first >>> carry);
          first = ((first << bits) | kind) & mask;
          kind = ++index < to ? classes[units[index]!]! : blank;
        } while ((kind - 1) >>> 0 < lastAlphanumeric);
        const size = index - start;
        if (size <= shortRun) {
          const known = runs.short(first, second);
          count += known > 0 ? known : this.#learnRun(units, start, index, first, second, 0, 0);
        } else if (size <= longRun) count += this.#longRunCount(units, start, index);
        else count += this.#wordIds(text.slice(start, index)).length;
      }
    }
    return count;
  }

  /** Ids with the special tokens around them, cut to `maxTokens` in all. */
  encode(text: string, maxTokens: number): number[] {
    const ids = [CLS];
    const { length } = text;
    for (let start = 0; start < length && ids.length < maxTokens - 1; ) {
      const end = this.#wordEnd(text, start, length);
      if (end > start) for (const id of this.#wordIds(text.slice(start, end))) ids.push(id);
      start = end + 1;
    }
    if (ids.length > maxTokens - 1) ids.length = maxTokens - 1;
    ids.push(SEP);
    return ids;
  }

  #longRunCount(units: Uint16Array, start: number, end: number): number {
    const first = this.#pack(units, start, start + UNITS_PER_INTEGER);
    const second = this.#pack(units, start + UNITS_PER_INTEGER, start + SHORT_RUN);
    const rest = start + SHORT_RUN + UNITS_PER_INTEGER;
    const third = this.#pack(units, start + SHORT_RUN, Math.min(rest, end));
    const fourth = this.#pack(units, rest, end);
    const known = this.#runs.long(first, second, third, fourth);
    return known > 0 ? known : this.#learnRun(units, start, end, first, second, third, fourth);
  }

  #pack(units: Uint16Array, start: number, end: number): number {
    const classes = this.#classes.table;
    let packed = 0;
    for (let index = start; index < end; index++) packed = (packed << ALPHANUMERIC_BITS) | classes[units[index]!]!;
    return packed;
  }

  #learnRun(
    units: Uint16Array,
    start: number,
    end: number,
    first: number,
    second: number,
    third: number,
    fourth: number,
  ): number {
    const count = this.#vocabulary.countRun(units, start, end);
    this.#runs.set(first, second, third, fourth, count);
    return count;
  }

  /** Where the word that is at `index` ends: at the next blank, or at `last`. */
  #wordEnd(text: string, index: number, last: number): number {
    let end = index;
    while (end < last && this.#classes.classify(text.charCodeAt(end)) !== BLANK) end++;
    return end;
  }

  #wordIds(word: string): readonly number[] {
    const known = this.#young.get(word);
    if (known !== undefined) return known;
    const ids = this.#old.get(word) ?? this.#idsOf(word);
    if (word.length <= CACHED_WORD_LENGTH) {
      if (this.#young.size >= GENERATION_SIZE) {
        this.#old = this.#young;
        this.#young = new Map();
      }
      this.#young.set(word, ids);
    }
    return ids;
  }

  #idsOf(word: string): number[] {
    const ids: number[] = [];
    for (const part of bertWords(word)) this.#vocabulary.appendPieces(part, ids);
    return ids;
  }
}

/** Units of the added token that stands at `index`, or the 1 of the bracket alone. A function of its own: a closure over the index
 * would keep it out of the registers. */
function addedTokenLength(text: string, index: number, end: number): number {
  const found = ADDED_TOKENS.find((token) => text.startsWith(token, index));
  return found !== undefined && index + found.length <= end ? found.length : 1;
}
