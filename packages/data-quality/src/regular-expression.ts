import { RE2JS } from "re2js";

/** UTF-16 units of a pattern. */
const LONGEST_PATTERN = 1_000;
/** Instructions of a compiled pattern: the time of a match grows with them and with the text, and with nothing else. */
const LARGEST_PROGRAM = 20_000;

export interface RegularExpression {
  /** Whether a whole text is in the language of the pattern. */
  matches(text: string): boolean;
}

/**
 * Compiles a user's pattern for an engine of linear time (RE2: no look-around and no references back), so that no pattern and
 * no text can hang the process. The answer is an expression, or in words what is wrong with the pattern.
 */
export function compileRegularExpression(
  pattern: string,
):
  | { readonly expression: RegularExpression; readonly error?: never }
  | { readonly error: string; readonly expression?: never } {
  if (pattern.length > LONGEST_PATTERN) return { error: `has more than ${LONGEST_PATTERN} characters` };
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (cause) {
    return { error: `is not valid (${cause instanceof Error ? cause.message : "unknown reason"})` };
  }
  if (compiled.programSize() > LARGEST_PROGRAM) return { error: "repeats too much" };
  return { expression: { matches: (text) => compiled.testExact(text) } };
}
