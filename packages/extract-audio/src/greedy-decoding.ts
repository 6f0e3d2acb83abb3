import { throwIfAborted } from "@groundwork/contracts";
import type { EncodedSound, WhisperModel } from "./whisper-model.ts";
import { END_OF_TEXT, NO_TIMESTAMPS, START_OF_TRANSCRIPT, type WhisperVocabulary } from "./whisper-vocabulary.ts";

/** The same tokens this many times in a row: the model goes round in circles. */
const REPEATS = 5;
const LONGEST_REPEAT = 12;

export interface DecodedSpeech {
  readonly tokens: readonly number[];
  /** Natural logarithm of each token's probability. */
  readonly logProbabilities: readonly number[];
  /** Where the model attended while it chose each token, and the end of text. */
  readonly attention: readonly (readonly Float32Array[])[];
  /** `complete` when the model ended the text itself. */
  readonly end: "complete" | "repeating" | "too-long";
}

/** The likeliest token, one after the other. At most `limit` tokens; `undefined` when `deadline` (of `performance.now`) passes. */
export async function decodeGreedily(
  model: WhisperModel,
  vocabulary: WhisperVocabulary,
  sound: EncodedSound,
  {
    limit,
    deadline,
    signal,
  }: { readonly limit: number; readonly deadline: number; readonly signal?: AbortSignal | undefined },
): Promise<DecodedSpeech | undefined> {
  const tokens: number[] = [];
  const logProbabilities: number[] = [];
  const attention: (readonly Float32Array[])[] = [];
  let state = model.start();
  let given: readonly number[] = [START_OF_TRANSCRIPT, NO_TIMESTAMPS];
  for (;;) {
    throwIfAborted(signal);
    if (performance.now() > deadline) return undefined;
    const step = await model.step(sound, state, given);
    state = step.state;
    attention.push(step.attention);
    const { scores } = step;
    for (const token of vocabulary.suppressed) scores[token] = Number.NEGATIVE_INFINITY;
    if (tokens.length === 0) for (const token of vocabulary.suppressedFirst) scores[token] = Number.NEGATIVE_INFINITY;
    let best = 0;
    for (let token = 1; token <= END_OF_TEXT; token++) if (scores[token]! > scores[best]!) best = token;
    if (best === END_OF_TEXT) return { tokens, logProbabilities, attention, end: "complete" };
    let sum = 0;
    for (let token = 0; token <= END_OF_TEXT; token++) sum += Math.exp(scores[token]! - scores[best]!);
    tokens.push(best);
    logProbabilities.push(-Math.log(sum));
    if (repeats(tokens)) return { tokens, logProbabilities, attention, end: "repeating" };
    if (tokens.length >= limit) return { tokens, logProbabilities, attention, end: "too-long" };
    given = [best];
  }
}

/** Whether the last tokens are one group over and over. */
function repeats(tokens: readonly number[]): boolean {
  for (let length = 1; length <= LONGEST_REPEAT; length++) {
    const needed = length * REPEATS * (length === 1 ? 2 : 1);
    if (tokens.length < needed) break;
    let same = true;
    for (let back = 1; back <= needed - length && same; back++) same = tokens.at(-back) === tokens.at(-back - length);
    if (same) return true;
  }
  return false;
}
