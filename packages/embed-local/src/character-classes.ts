import { bertWords } from "./bert-words.ts";

/**
 * What a UTF-16 unit means for counting. 1 to 36 are the ASCII letters (case does not count) and digits, 0 is a unit that was
 * not looked at yet.
 */
export const LAST_ALPHANUMERIC = 36;
/** Parts words and is no token. */
export const BLANK = 37;
/** A token of its own, whatever stands beside it: punctuation, an ideograph. */
export const SINGLE = 38;
/** A token of its own unless one of the added tokens begins with it. */
export const BRACKET = 39;
/** Anything else: what it does to its word takes the whole normaliser to know. */
export const OTHER = 40;

/** Bits that hold a class from 1 to 36. */
export const ALPHANUMERIC_BITS = 6;

const SELF_PARTING = /[\p{P}\u0021-\u007e\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/u;
/** Without form feeds and the like: the tokeniser drops those. */
const PARTING_BLANK = /[\t\n\r\p{Zs}\p{Zl}\p{Zp}]/u;

/** Classes of all UTF-16 units, found out when they first occur. */
export class CharacterClasses {
  /** By code; 0 where {@link classify} was not asked yet. */
  readonly table: Uint8Array = new Uint8Array(0x10000);

  constructor() {
    for (let letter = 0; letter < 26; letter++) {
      this.table[0x41 + letter] = 1 + letter;
      this.table[0x61 + letter] = 1 + letter;
    }
    for (let digit = 0; digit < 10; digit++) this.table[0x30 + digit] = 27 + digit;
  }

  /** The class of a unit, from now on in the table as well. */
  classify(code: number): number {
    if (this.table[code] === 0) this.table[code] = classOf(String.fromCharCode(code));
    return this.table[code]!;
  }
}

function classOf(character: string): number {
  if (PARTING_BLANK.test(character)) return BLANK;
  if (character === "[") return BRACKET;
  const words = SELF_PARTING.test(character) ? bertWords(character) : [];
  return words.length === 1 && [...words[0]!].length === 1 ? SINGLE : OTHER;
}
