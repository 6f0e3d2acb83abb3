import { GroundworkError } from "@groundwork/contracts";
import type { Recognizer } from "./recognizer.ts";
import { applyRule } from "./rules/pattern-rule.ts";

/** A recogniser of one's own as plain data: it goes to worker threads with the options. */
export interface PatternRecognizerOptions {
  /** Upper case with underscores, for example `EMPLOYEE_NUMBER`. */
  readonly type: string;
  /** Source of a regular expression; it must take linear time. */
  readonly pattern: string;
  /** @default "u" */
  readonly flags?: string;
  /** Capturing group that is the value. @default 0 */
  readonly group?: number;
  /** Words near the value that speak for it. */
  readonly context?: readonly string[];
  /** Without those words, 0..1. @default 0.85, or 0.4 where `context` is given */
  readonly score?: number;
  /** With them. @default 0.95 */
  readonly contextScore?: number;
}

export interface WordListRecognizerOptions {
  readonly type: string;
  /** Words or phrases; blanks between words match any blanks. */
  readonly words: readonly string[];
  /** @default false: case does not count */
  readonly caseSensitive?: boolean;
  /** @default 0.9 */
  readonly score?: number;
}

export type OwnRecognizer = PatternRecognizerOptions | WordListRecognizerOptions | Recognizer;

const TYPE = /^[A-Z][A-Z0-9_]{0,63}$/;

function refuse(what: string): never {
  throw new GroundworkError("INVALID_ARGUMENT", what, { driver: "pii-local" });
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
const listed = (words: readonly string[]): string =>
  words.map((word) => escaped(word.trim()).replace(/\s+/g, "\\s+")).join("|");

/** Errors: `INVALID_ARGUMENT` when a type, a pattern or a score is none. */
export function recognizerOf(own: OwnRecognizer, index: number): Recognizer {
  if ("find" in own) {
    for (const type of own.types) checkType(type);
    return own;
  }
  checkType(own.type);
  for (const score of [own.score, "contextScore" in own ? own.contextScore : undefined])
    if (score !== undefined && !(score >= 0 && score <= 1))
      refuse(`Expected a score from 0 to 1 for ${own.type}, found ${score}.`);
  const name = `own-${index + 1}`;
  if ("words" in own) return wordListRecognizer(name, own);
  const {
    type,
    pattern,
    flags = "u",
    group = 0,
    context,
    score = context === undefined ? 0.85 : 0.4,
    contextScore = 0.95,
  } = own;
  let compiled: RegExp;
  try {
    compiled = new RegExp(pattern, [...new Set(`${flags}g`)].join(""));
  } catch (cause) {
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      `Expected a regular expression for ${type}, found one that does not compile.`,
      {
        driver: "pii-local",
        cause,
      },
    );
  }
  const rule = {
    type,
    pattern: compiled,
    group,
    score,
    ...(context === undefined || context.length === 0
      ? {}
      : { context: new RegExp(`(?<![\\p{L}\\p{N}])(?:${listed(context)})(?![\\p{L}\\p{N}])`, "iu"), contextScore }),
  };
  return { name, types: [type], find: (text) => applyRule(text, rule) };
}

function checkType(type: string): void {
  if (!TYPE.test(type)) refuse(`Expected a type in upper case such as EMPLOYEE_NUMBER, found "${type}".`);
}

/** Words are looked up in a set, so a list of a hundred thousand costs no more time than one of ten. */
function wordListRecognizer(
  name: string,
  { type, words, caseSensitive = false, score = 0.9 }: WordListRecognizerOptions,
): Recognizer {
  const keyOf = (text: string): string => {
    const plain = text.normalize("NFC").replace(/\s+/g, " ");
    return caseSensitive ? plain : plain.toLowerCase();
  };
  const known = new Set<string>();
  const begins = new Set<string>();
  let longest = 1;
  for (const phrase of words) {
    const parts = keyOf(phrase.trim()).match(WORD_OF_LIST) ?? [];
    if (parts.length === 0) continue;
    longest = Math.max(longest, parts.length);
    known.add(parts.join(" "));
    for (let count = 1; count < parts.length; count++) begins.add(parts.slice(0, count).join(" "));
  }
  return {
    name,
    types: [type],
    *find(text) {
      const found = [...text.matchAll(WORD_OF_LIST)];
      for (let index = 0; index < found.length; index++) {
        let key = "";
        let last = -1;
        for (let at = index; at < found.length && at - index < longest; at++) {
          key = at === index ? keyOf(found[at]![0]) : `${key} ${keyOf(found[at]![0])}`;
          if (known.has(key)) last = at;
          if (!begins.has(key)) break;
        }
        if (last < 0) continue;
        const start = found[index]!.index;
        yield { type, start, end: found[last]!.index + found[last]![0].length, score };
        index = last;
      }
    },
  };
}

const WORD_OF_LIST = /[\p{L}\p{M}\p{N}]{1,256}|[^\s\p{L}\p{M}\p{N}]/gu;
