import type { RecognizedSpan } from "./recognizer.ts";

/** A span before conflicts are resolved. */
export interface Candidate extends RecognizedSpan {
  readonly detector: string;
}
