import { GroundworkError } from "@groundwork/contracts";
import type { Position } from "./ruleset.ts";

export type TokenKind = "word" | "constant" | "number" | "string" | "symbol" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** Of a string the characters it stands for, of anything else what is written. */
  readonly text: string;
  /** UTF-16 offsets in the ruleset. */
  readonly start: number;
  readonly end: number;
}

/** UTF-16 units. A ruleset is written by hand; what is longer is no ruleset. */
const LONGEST_RULESET = 1_000_000;

const BLANK = /[\s\u200b\ufeff]/;
const WORD = /[A-Za-z_][A-Za-z0-9_.]*/y;
const NUMBER = /(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const CONSTANT = /\$[A-Za-z_][A-Za-z0-9_]*/y;
const SYMBOL = /<=|>=|!=|<>|==|[[\](),=<>+\-*/]/y;
/** What an error message shows of a ruleset, in UTF-16 units. */
const SHOWN = 40;

/** Line and column of an offset, both from 1. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

/** The error of a ruleset that cannot be read. Its message shows a piece of the ruleset, which is configuration, never data. */
export function syntaxError(text: string, offset: number, expected: string, found: string): GroundworkError {
  const { line, column } = positionAt(text, offset);
  return new GroundworkError(
    "INVALID_CONFIGURATION",
    `Line ${line}, column ${column} of the ruleset: expected ${expected}, found ${found}.`,
  );
}

/** How a token is named in a message. */
export function describeToken({ kind, text }: Token): string {
  if (kind === "end") return "the end of the text";
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return kind === "string" ? `the string "${shown}"` : `"${shown}"`;
}

/**
 * Cuts a ruleset into tokens; the last one is the end. Comments run from `#` or `//` to the end of the line. In a string `\"` is a
 * quotation mark and `\\` a backslash; any other backslash stands for itself, so that `"\d+"` is a pattern.
 *
 * @throws GroundworkError `INVALID_CONFIGURATION` with line and column.
 */
export function tokensOf(text: string): Token[] {
  if (text.length > LONGEST_RULESET)
    throw new GroundworkError(
      "INVALID_CONFIGURATION",
      `Expected a ruleset of at most ${LONGEST_RULESET} characters, found ${text.length}.`,
    );
  const tokens: Token[] = [];
  const take = (pattern: RegExp, kind: TokenKind, start: number): boolean => {
    pattern.lastIndex = start;
    const [found] = pattern.exec(text) ?? [];
    if (found === undefined) return false;
    tokens.push({ kind, text: found, start, end: start + found.length });
    return true;
  };
  let at = 0;
  while (at < text.length) {
    const character = text[at]!;
    if (BLANK.test(character)) at++;
    else if (character === "#" || (character === "/" && text[at + 1] === "/")) {
      const end = text.indexOf("\n", at);
      at = end === -1 ? text.length : end;
    } else {
      if (character === '"') tokens.push(stringAt(text, at));
      else if (
        !take(WORD, "word", at) &&
        !take(NUMBER, "number", at) &&
        !take(CONSTANT, "constant", at) &&
        !take(SYMBOL, "symbol", at)
      )
        throw syntaxError(text, at, "a word, a number, a string or a sign of the language", `"${character}"`);
      at = tokens[tokens.length - 1]!.end;
    }
  }
  tokens.push({ kind: "end", text: "", start: text.length, end: text.length });
  return tokens;
}

function stringAt(text: string, start: number): Token {
  const parts: string[] = [];
  let from = start + 1;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      parts.push(text.slice(from, at));
      return { kind: "string", text: parts.join(""), start, end: at + 1 };
    }
    if (character === "\\" && (text[at + 1] === '"' || text[at + 1] === "\\")) {
      parts.push(text.slice(from, at), text[at + 1]!);
      at++;
      from = at + 1;
    }
  }
  throw syntaxError(text, start, "a string that ends in a quotation mark", "the end of the text");
}
