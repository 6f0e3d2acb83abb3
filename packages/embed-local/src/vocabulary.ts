import { CodeUnits } from "./code-units.ts";
import { PieceTable } from "./piece-table.ts";

const UNKNOWN = "[UNK]";
const CONTINUING_PREFIX = "##";
/** Code points; a longer word is one unknown token. */
const LONGEST_WORD = 100;

/** The pieces of WordPiece: those that begin a word, and those that go on with it. */
export class Vocabulary {
  readonly #initial: PieceTable;
  readonly #continuing: PieceTable;
  readonly #unknown: number;
  readonly #units = new CodeUnits();
  readonly #run = new Uint16Array(LONGEST_WORD);

  /** `tokens` maps pieces to ids; those that go on with a word begin with `##`. */
  constructor(tokens: Readonly<Record<string, number>>) {
    const pieces = Object.keys(tokens);
    const isContinuing = (piece: string): boolean =>
      piece.length > CONTINUING_PREFIX.length && piece.startsWith(CONTINUING_PREFIX);
    const idOf = (piece: string): number => tokens[piece]!;
    const initial = pieces.filter((piece) => !isContinuing(piece));
    const continuing = pieces.filter(isContinuing);
    this.#initial = new PieceTable(initial, initial.map(idOf));
    this.#continuing = new PieceTable(
      continuing.map((piece) => piece.slice(CONTINUING_PREFIX.length)),
      continuing.map(idOf),
    );
    this.#unknown = idOf(UNKNOWN);
  }

  /**
   * Appends the ids of a word's pieces: from the left the longest that fits each time, or the unknown token alone when none
   * fits. The word is normalised; punctuation is a word of its own.
   */
  appendPieces(word: string, ids: number[]): void {
    const { length } = word;
    const before = ids.length;
    const fits = length <= LONGEST_WORD || [...word].length <= LONGEST_WORD;
    if (fits && this.#takeApart(this.#units.of(word), length, ids) > 0) return;
    ids.length = before;
    ids.push(this.#unknown);
  }

  /** Number of tokens of a word of ASCII letters and digits, in upper or lower case. */
  countRun(units: Uint16Array, start: number, end: number): number {
    const length = end - start;
    if (length > LONGEST_WORD) return 1;
    const run = this.#run;
    for (let index = 0; index < length; index++) {
      const code = units[start + index]!;
      run[index] = code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
    }
    return Math.max(1, this.#takeApart(run, length));
  }

  /** Number of pieces; 0 when the word cannot be taken apart (`ids` may have grown). */
  #takeApart(units: Uint16Array, length: number, ids?: number[]): number {
    let count = 0;
    let table = this.#initial;
    for (let start = 0; start < length; count++) {
      const entry = table.longestAt(units, start, length);
      if (entry < 0) return 0;
      ids?.push(table.idOf(entry));
      start += table.lengthOf(entry);
      table = this.#continuing;
    }
    return count;
  }
}
