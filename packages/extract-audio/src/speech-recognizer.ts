import { deflateRawSync } from "node:zlib";
import { type DecodedSpeech, decodeGreedily } from "./greedy-decoding.ts";
import { SAMPLE_RATE } from "./resample.ts";
import { FRAME_MS, tokenTimes } from "./token-times.ts";
import { WhisperModel } from "./whisper-model.ts";
import { WhisperVocabulary } from "./whisper-vocabulary.ts";

/** A word as the model reads it. Milliseconds in the window. */
export interface RecognizedWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  /** 0..1, geometric mean over the word's tokens. */
  readonly confidence: number;
}

/** Samples of a frame of the encoder. */
const FRAME_SAMPLES = (FRAME_MS * SAMPLE_RATE) / 1_000;
/** The encoder takes up to 30 s, and its price follows what it takes. */
const WHOLE_SECONDS = 30;
/** It was trained on 30 s: with less silence after the sound it loses the thread of short sounds. */
const LEAST_SECONDS = 10;
const SILENCE_SECONDS = 4;
/** Nobody says more tokens a second. */
const FASTEST = 12;
const MOST_TOKENS = 220;
/** A text that packs better or is less likely than this is read again with the whole context. */
const REPETITIVE = 2.4;
const UNLIKELY = -1;
/** A text less likely than this is made up: nobody speaks there. */
const MADE_UP = -1.5;
/** No word lasts so long: the model left out what was said after it, and the sound is read again from there. Milliseconds. */
const LOST_MS = 1_600;
const MOST_PASSES = 4;

/** Reads windows of speech of at most 28 s with Whisper. */
export class SpeechRecognizer {
  readonly #model: WhisperModel;
  readonly #vocabulary: WhisperVocabulary;

  private constructor(model: WhisperModel, vocabulary: WhisperVocabulary) {
    this.#model = model;
    this.#vocabulary = vocabulary;
  }

  static async create(threads: number): Promise<SpeechRecognizer> {
    const vocabulary = await WhisperVocabulary.create();
    return new SpeechRecognizer(await WhisperModel.create(threads), vocabulary);
  }

  /** Words of a window, or `undefined` when the model did not finish within `deadlineMs`. */
  async recognize(
    samples: Float32Array,
    { deadlineMs, signal }: { readonly deadlineMs: number; readonly signal: AbortSignal | undefined },
  ): Promise<readonly RecognizedWord[] | undefined> {
    const deadline = performance.now() + deadlineMs;
    let words: readonly RecognizedWord[] = [];
    let from = 0;
    for (let pass = 0; pass < MOST_PASSES; pass++) {
      const startMs = (from / SAMPLE_RATE) * 1_000;
      const read = await this.#read(samples.subarray(from), deadline, signal);
      if (read === undefined) return undefined;
      const kept = words
        .filter((word) => word.startMs < startMs)
        .map((word) => ({ ...word, endMs: Math.min(word.endMs, startMs) }));
      // The first reading stands unless the second has more.
      if (pass > 0 && kept.length + read.length <= words.length) break;
      words = [
        ...kept,
        ...read.map((word) => ({ ...word, startMs: word.startMs + startMs, endMs: word.endMs + startMs })),
      ];
      const lost = words.find((word) => word.endMs - word.startMs > LOST_MS);
      if (lost === undefined) break;
      // Where the same sound would be read again, some of it is passed over.
      from = Math.floor((Math.max(lost.startMs, startMs + LOST_MS) / 1_000) * SAMPLE_RATE);
      if (from >= samples.length) break;
    }
    return words;
  }

  /** One reading, with the whole context if the short one does not do. */
  async #read(
    samples: Float32Array,
    deadline: number,
    signal: AbortSignal | undefined,
  ): Promise<RecognizedWord[] | undefined> {
    const seconds = samples.length / SAMPLE_RATE;
    const limit = Math.min(MOST_TOKENS, Math.ceil(FASTEST * (seconds + 1)));
    const short = Math.min(WHOLE_SECONDS, Math.ceil(Math.max(LEAST_SECONDS, seconds + SILENCE_SECONDS)));
    let speech: DecodedSpeech | undefined;
    for (const context of new Set([short, WHOLE_SECONDS])) {
      const padded = new Float32Array(context * SAMPLE_RATE);
      padded.set(samples.subarray(0, padded.length));
      const sound = await this.#model.encode(padded);
      speech = await decodeGreedily(this.#model, this.#vocabulary, sound, { limit, deadline, signal });
      if (speech === undefined || this.#isSound(speech)) break;
    }
    return speech === undefined ? undefined : this.#words(speech, samples.length);
  }

  #isSound({ tokens, logProbabilities, end }: DecodedSpeech): boolean {
    if (end !== "complete") return false;
    const text = this.#vocabulary.textOf(tokens);
    return (
      likelihood(logProbabilities) > UNLIKELY &&
      (text.length < 100 || text.length / deflateRawSync(text).length < REPETITIVE)
    );
  }

  #words({ tokens, logProbabilities, attention }: DecodedSpeech, samples: number): RecognizedWord[] {
    if (tokens.length === 0 || likelihood(logProbabilities) < MADE_UP) return [];
    const frames = Math.min(attention[0]![0]!.length, Math.ceil(samples / FRAME_SAMPLES));
    const times = tokenTimes(attention, frames);
    const words: RecognizedWord[] = [];
    for (let from = 0; from < tokens.length; ) {
      let to = from + 1;
      while (to < tokens.length && !this.#vocabulary.beginsWord(tokens[to]!)) to++;
      words.push({
        text: this.#vocabulary.textOf(tokens.slice(from, to)).trim(),
        startMs: times[from]!,
        endMs: times[to] ?? (samples / SAMPLE_RATE) * 1_000,
        confidence: Math.exp(likelihood(logProbabilities.slice(from, to))),
      });
      from = to;
    }
    return words.filter(({ text }) => text !== "");
  }

  async close(): Promise<void> {
    await this.#model.close();
  }
}

/** Logarithm of the tokens' probability, on average. */
function likelihood(logProbabilities: readonly number[]): number {
  return logProbabilities.reduce((sum, one) => sum + one, 0) / Math.max(1, logProbabilities.length);
}
