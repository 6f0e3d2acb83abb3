import type { GroundworkError } from "@groundwork/contracts";
import type { Position } from "./ruleset.ts";
import { describeToken, positionAt, syntaxError, type Token, tokensOf } from "./tokens.ts";

/** Walks over the tokens of a ruleset. Words of the language are known in any case, as the service knows `and` and `AND`. */
export class TokenReader {
  readonly text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.text = text;
    this.#tokens = tokensOf(text);
  }

  /** The token `ahead` of the next one. */
  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.#at++;
    return token;
  }

  /** Offset of the end of the token before the next one. */
  get previousEnd(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0;
  }

  isWord(word: string, ahead = 0): boolean {
    const { kind, text } = this.peek(ahead);
    return kind === "word" && text.toLowerCase() === word;
  }

  isSymbol(symbol: string, ahead = 0): boolean {
    const { kind, text } = this.peek(ahead);
    return kind === "symbol" && text === symbol;
  }

  takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.next();
    return true;
  }

  takeSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.next();
    return true;
  }

  expectSymbol(symbol: string, where: string): void {
    if (!this.takeSymbol(symbol)) throw this.unexpected(`"${symbol}" ${where}`);
  }

  expectWord(word: string, where: string): void {
    if (!this.takeWord(word)) throw this.unexpected(`"${word}" ${where}`);
  }

  expectString(what: string): string {
    if (this.peek().kind !== "string") throw this.unexpected(what);
    return this.next().text;
  }

  /** The error for a next token that is not `expected`. */
  unexpected(expected: string): GroundworkError {
    const token = this.peek();
    return syntaxError(this.text, token.start, expected, describeToken(token));
  }

  /** An error about what was read at an offset. */
  errorAt(offset: number, expected: string, found: string): GroundworkError {
    return syntaxError(this.text, offset, expected, found);
  }

  positionAt(offset: number): Position {
    return positionAt(this.text, offset);
  }
}
