import { type Alignment, quantile, type TimedWord } from "./bench-audio-words.ts";

/** A pause this long parts utterances, milliseconds. */
const PAUSE_MS = 500;

/** Errors of the times of words that were heard right, milliseconds. */
export interface TimeErrors {
  /** Of the starts of all words. */
  readonly starts: readonly number[];
  /** Of the starts of words after a pause, and of the ends of words before one. */
  readonly utteranceStarts: readonly number[];
  readonly utteranceEnds: readonly number[];
}

/** Compares the times of the pairs of an alignment. Pauses are told by the reference. */
export function timeErrors(reference: readonly TimedWord[], pairs: Alignment["pairs"]): TimeErrors {
  const starts: number[] = [];
  const utteranceStarts: number[] = [];
  const utteranceEnds: number[] = [];
  const places = new Map(reference.map((word, index) => [word, index]));
  for (const [expected, found] of pairs) {
    const index = places.get(expected)!;
    const before = reference[index - 1];
    const after = reference[index + 1];
    if (expected.startMs !== undefined && found.startMs !== undefined) {
      const error = Math.abs(expected.startMs - found.startMs);
      starts.push(error);
      const pause = before === undefined || (before.endMs !== undefined && expected.startMs - before.endMs >= PAUSE_MS);
      if (pause) utteranceStarts.push(error);
    }
    if (expected.endMs !== undefined && found.endMs !== undefined) {
      const pause = after === undefined || (after.startMs !== undefined && after.startMs - expected.endMs >= PAUSE_MS);
      if (pause) utteranceEnds.push(Math.abs(expected.endMs - found.endMs));
    }
  }
  return { starts, utteranceStarts, utteranceEnds };
}

/** Median and 90th percentile, and of how many words. */
export function timeFigures({ starts, utteranceStarts, utteranceEnds }: TimeErrors): Record<string, number> {
  return {
    ...(starts.length === 0
      ? {}
      : { timeErrorMs: quantile(starts, 0.5), timeErrorP90Ms: quantile(starts, 0.9), timedWords: starts.length }),
    ...(utteranceStarts.length === 0 ? {} : { utteranceStartErrorMs: quantile(utteranceStarts, 0.5) }),
    ...(utteranceEnds.length === 0 ? {} : { utteranceEndErrorMs: quantile(utteranceEnds, 0.5) }),
  };
}
