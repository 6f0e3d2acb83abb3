import type { RecognizedSpan } from "../recognizer.ts";

/**
 * A pattern with what makes a match believable. The pattern must be global and take linear time: no nested or adjacent
 * repetitions over the same characters, every repetition of groups bounded.
 */
export interface PatternRule {
  readonly type: string;
  readonly pattern: RegExp;
  /** Capturing group that is the value. @default 0 */
  readonly group?: number;
  /** Whether the value can be what it looks like: checksums, ranges. */
  readonly check?: (value: string) => boolean;
  /** Words that speak for the type, tested on what stands before and after the match. */
  readonly context?: RegExp;
  /** Score without such words. @default the match is dropped */
  readonly score?: number;
  /** Score with such words. */
  readonly contextScore?: number;
  /** Countries (ISO 3166-1 alpha-2) whose numbers these are. @default everywhere */
  readonly countries?: readonly string[];
}

/** Characters before a value in which words count; a label in the row above or in the cell before is that near. */
const BEFORE = 72;
const AFTER = 28;

export function hasContext(text: string, start: number, end: number, context: RegExp): boolean {
  return (
    context.test(text.slice(Math.max(0, start - BEFORE), start)) ||
    context.test(text.slice(end, Math.min(text.length, end + AFTER)))
  );
}

/** Spans of one rule, in order. */
export function* applyRule(text: string, rule: PatternRule): Generator<RecognizedSpan> {
  const { type, pattern, group = 0, check, context, score = 0, contextScore = score } = rule;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const value = match[group];
    if (value === undefined || value === "") {
      if (match[0] === "") pattern.lastIndex++;
      continue;
    }
    // With the flag "d" alone a group's place would be known; the value's last occurrence in the match is its place.
    const start = match.index + (group === 0 ? 0 : match[0].lastIndexOf(value));
    const end = start + value.length;
    const found =
      context !== undefined && contextScore > 0 && hasContext(text, start, end, context) ? contextScore : score;
    if (found > 0 && (check === undefined || check(value))) yield { type, start, end, score: found };
    else if (group === 0 && match[0].length > 1) {
      // What failed may hide a shorter value that begins after its first group of characters.
      const next = match[0].slice(1).search(/[\s,;|]/);
      if (next >= 0) pattern.lastIndex = match.index + 1 + next;
    }
  }
}
