/** What no service takes, or what would end a line of a job's input: each is one UTF-16 unit and one code point. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const UNSAFE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufdd0-\ufdef\ufffe\uffff]/g;
const LINE_ENDS = /[\n\v\f\r\u0085\u2028\u2029]/g;

/**
 * The text as it is sent: half surrogates become U+FFFD, control characters and noncharacters become blanks. Every offset stays where it is,
 * since one unit takes the place of one.
 */
export function safeText(text: string): string {
  return text.toWellFormed().replace(UNSAFE, " ");
}

/** The text on one line, offsets as before. */
export function onOneLine(text: string): string {
  return text.replace(LINE_ENDS, " ");
}

/** Whether there is anything to look for: a letter or a digit. */
export function hasContent(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
