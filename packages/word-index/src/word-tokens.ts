import { COMMON_WORDS, LONGEST_WORD, stemOf, words } from "@groundwork/terms";

/** The first character of the private use area: no word has one. */
const FIRST_MARK = 0xe000;
/** Occurrences of a term that are told apart. */
export const MOST_OCCURRENCES = 6_000;

/**
 * The token that says a text has `term` at least `occurrence` times. How often a text has it is then the number of tokens
 * it has of it, and the index need keep neither positions nor counts: a third of its size, and lists of numbers are all
 * that a query reads.
 */
export function tokenOf(term: string, occurrence: number): string {
  return occurrence === 1 ? term : term + String.fromCharCode(FIRST_MARK + occurrence);
}

/** A term, how often the text under way has it, and its tokens with a blank after each. */
interface Term {
  readonly name: string;
  text: number;
  occurrences: number;
  readonly tokens: string[];
}

/** Places for words, a power of two, and the words that are remembered at most: some 20 MB. */
const PLACES = 262_144;
const MOST_WORDS = PLACES / 2;
/** Tokens of one term that are kept as strings. */
const KEPT_TOKENS = 16;

const NINE = 0x39;

/** Letters and digits of ASCII in lower case, by byte; 0 for what is between words. */
const CODES: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) =>
  code < 128 && /[a-zA-Z0-9]/.test(String.fromCharCode(code))
    ? String.fromCharCode(code).toLowerCase().charCodeAt(0)
    : 0,
);

/** Of U+0080 to U+00BF, those that are letters or digits, or become some when they are decomposed: ª ² ³ µ ¹ º ¼ ½ ¾. */
const LATIN_LETTERS: ReadonlySet<number> = new Set([0xaa, 0xb2, 0xb3, 0xb5, 0xb9, 0xba, 0xbc, 0xbd, 0xbe]);

/**
 * Whether the characters beyond ASCII stand between words: quotation marks, dashes, bullets and special blanks (U+2000 to U+203F),
 * signs of Latin 1, boxes (U+2500 to U+25FF). English texts are full of these and have few others.
 */
function isPlain(bytes: Uint8Array, end: number): boolean {
  for (let index = 0; index < end; index++) {
    const byte = bytes[index]!;
    if (byte < 0x80) continue;
    const next = bytes[++index]!;
    if (byte === 0xc2) {
      if (LATIN_LETTERS.has(next)) return false;
    } else if (byte === 0xe2 && (next === 0x80 || (next >= 0x94 && next <= 0x97))) index++;
    else return false;
  }
  return true;
}

/**
 * Terms by word. Words of ASCII texts, nearly all there are, are looked up by two hashes of 32 bits and their length, as they are
 * read: to make a string of each would take three times as long.
 */
class TermTable {
  readonly #first: Int32Array = new Int32Array(PLACES);
  readonly #second: Int32Array = new Int32Array(PLACES);
  readonly #lengths: Uint8Array = new Uint8Array(PLACES);
  readonly #terms: (Term | undefined)[] = new Array(PLACES).fill(undefined);
  readonly #byName = new Map<string, Term>();
  readonly #byWord = new Map<string, Term | undefined>();
  #bytes: Buffer = Buffer.allocUnsafe(16_384);
  #size = 0;

  /**
   * Gives each term of a text to `visit`, in order, and each number, of which there are too many to remember, to `visitNumber`.
   * `false`, and nothing given, when the text has other letters or digits than those of ASCII.
   */
  readAscii(text: string, visit: (term: Term) => void, visitNumber: (name: string) => void): boolean {
    // Bytes are read many times faster than the units of a string.
    const most = 3 * text.length;
    if (most > this.#bytes.length) this.#bytes = Buffer.allocUnsafe(2 * most);
    const bytes = this.#bytes;
    const end = bytes.write(text, "utf8");
    if (end !== text.length && !isPlain(bytes, end)) return false;
    let [first, second, length, digits] = [0x811c9dc5 | 0, 0, 0, 0];
    for (let index = 0; index <= end; index++) {
      const code = index < end ? CODES[bytes[index]!]! : 0;
      if (code !== 0) {
        first = Math.imul(first ^ code, 0x01000193);
        second = (Math.imul(second, 0x2c1b3c6d) + code) | 0;
        length++;
        if (code <= NINE) digits++;
        continue;
      }
      if (length === 0) continue;
      if (digits === length && length <= LONGEST_WORD) visitNumber(bytes.toString("latin1", index - length, index));
      else if (length <= LONGEST_WORD) {
        let place = (first ^ (first >>> 15)) & (PLACES - 1);
        while (
          this.#lengths[place] !== 0 &&
          (this.#first[place] !== first || this.#second[place] !== second || this.#lengths[place] !== length)
        )
          place = (place + 1) & (PLACES - 1);
        if (this.#lengths[place] === 0) {
          if (this.#size === MOST_WORDS) {
            this.#clear();
            place = (first ^ (first >>> 15)) & (PLACES - 1);
          }
          this.#size++;
          this.#first[place] = first;
          this.#second[place] = second;
          this.#lengths[place] = length;
          this.#terms[place] = this.#termOf(bytes.toString("latin1", index - length, index).toLowerCase());
        }
        const term = this.#terms[place];
        if (term !== undefined) visit(term);
      }
      [first, second, length, digits] = [0x811c9dc5 | 0, 0, 0, 0];
    }
    return true;
  }

  read(text: string, visit: (term: Term) => void): void {
    for (const word of words(text)) {
      let term = this.#byWord.get(word);
      if (term === undefined && !this.#byWord.has(word)) {
        if (this.#byWord.size >= MOST_WORDS) this.#clear();
        term = this.#termOf(word);
        this.#byWord.set(word, term);
      }
      if (term !== undefined) visit(term);
    }
  }

  #termOf(word: string): Term | undefined {
    if (COMMON_WORDS.has(word)) return undefined;
    const name = stemOf(word);
    let term = this.#byName.get(name);
    if (term === undefined) {
      term = { name, text: 0, occurrences: 0, tokens: [] };
      this.#byName.set(name, term);
    }
    return term;
  }

  #clear(): void {
    this.#lengths.fill(0);
    this.#terms.fill(undefined);
    this.#byName.clear();
    this.#byWord.clear();
    this.#size = 0;
  }
}

const table = new TermTable();
let texts = 0;

/** A text as the index takes it: tokens with blanks between them, and the number of its terms. */
export function tokensOf(text: string): { readonly tokens: string; readonly length: number } {
  texts++;
  const tokens: string[] = [];
  let length = 0;
  const add = (term: Term): void => {
    length++;
    if (term.text !== texts) {
      term.text = texts;
      term.occurrences = 0;
    }
    const occurrence = ++term.occurrences;
    if (occurrence > MOST_OCCURRENCES) return;
    const known = term.tokens[occurrence - 1];
    if (known !== undefined) tokens.push(known);
    else {
      const token = tokenOf(term.name, occurrence);
      if (occurrence <= KEPT_TOKENS) term.tokens[occurrence - 1] = token;
      tokens.push(token);
    }
  };
  const numbers = new Map<string, number>();
  const addNumber = (name: string): void => {
    length++;
    const occurrence = (numbers.get(name) ?? 0) + 1;
    numbers.set(name, occurrence);
    if (occurrence <= MOST_OCCURRENCES) tokens.push(tokenOf(name, occurrence));
  };
  if (!table.readAscii(text, add, addNumber)) table.read(text, add);
  return { tokens: tokens.join(" "), length };
}
