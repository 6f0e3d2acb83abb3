/** A stretch of text that a recogniser takes for personal data. Offsets are UTF-16 code units of the text given. */
export interface RecognizedSpan {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  /** 0..1: of spans with this score about that share should be right. */
  readonly score: number;
}

export interface RecognizeOptions {
  /** BCP 47, of the text. */
  readonly language?: string | undefined;
}

/**
 * Finds some types. `find` is called with blocks of at most some ten thousand characters, cut at blanks and overlapping, must not
 * keep state between calls, and should take time in proportion to the text.
 */
export interface Recognizer {
  /** Lower case with dashes; it becomes the finding's `detector`. */
  readonly name: string;
  readonly types: readonly string[];
  find(text: string, options: RecognizeOptions): Iterable<RecognizedSpan>;
}
