import { dimensions, melBands, modelPath } from "@groundwork/model-speaker-ge2e";
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { HOP, melSpectrum } from "./mel-spectrum.ts";
import { openSession } from "./onnx-session.ts";
import type { SpokenWord } from "./recognized-words.ts";
import { SAMPLE_RATE } from "./resample.ts";
import { clusterSpeakers } from "./speaker-clusters.ts";
import type { SpeechWindow } from "./speech-windows.ts";
import type { SpeakerWord } from "./utterances.ts";

/** A voice is told from stretches of 1.6 s, as the model was trained, one every .2 s. Frames of 10 ms. */
const STRETCH_FRAMES = 160;
const STEP_FRAMES = 20;
/** Shorter speech gets no vector of its own: it takes its neighbour's speaker. */
const LEAST_FRAMES = 50;
const BATCH = 32;
/** Quiet speech is raised to this level (-30 dBFS), as the model was trained. */
const TARGET_LEVEL = 10 ** (-30 / 20);
/** At most this many vectors are clustered; of a longer recording every n-th. */
const MOST_VECTORS = 20_000;
/** A pause ends a sentence, milliseconds; and words of a sentence that make it two speakers'. */
const SENTENCE_PAUSE_MS = 1_000;
const LONG_SHARE = 5;

interface VoiceVector {
  /** Middle of the stretch, milliseconds of the recording. */
  readonly atMs: number;
  readonly vector: Float32Array;
}

/** Tells who speaks when, by clustering vectors of voice. */
export class SpeakerTurns {
  readonly #session: InferenceSession;
  readonly #most: number;
  readonly #vectors: VoiceVector[] = [];

  private constructor(session: InferenceSession, most: number) {
    this.#session = session;
    this.#most = most;
  }

  static async create(most: number): Promise<SpeakerTurns> {
    return new SpeakerTurns(await openSession(modelPath, "@groundwork/model-speaker-ge2e"), most);
  }

  /** Takes the voices of a window. */
  async add({ samples, pieces, runs }: SpeechWindow, signal: AbortSignal | undefined): Promise<void> {
    const level = Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / Math.max(1, samples.length));
    const gain = level > 0 && level < TARGET_LEVEL ? TARGET_LEVEL / level : 1;
    const stretches: { atMs: number; frames: number; values: Float32Array }[] = [];
    for (const piece of pieces) {
      for (const run of runs) {
        const from = Math.max(run.start, piece.from) - piece.from + piece.at;
        const to = Math.min(run.end, piece.from + piece.length) - piece.from + piece.at;
        if (to - from < LEAST_FRAMES * HOP) continue;
        const { frames, values } = melSpectrum(
          samples.subarray(from, to).map((value) => value * gain),
          melBands,
        );
        const length = Math.min(frames, STRETCH_FRAMES);
        for (let start = 0; ; start += STEP_FRAMES) {
          const first = Math.min(start, frames - length);
          stretches.push({
            atMs: ((from - piece.at + piece.from + (first + length / 2) * HOP) / SAMPLE_RATE) * 1_000,
            frames: length,
            values: values.subarray(first * melBands, (first + length) * melBands),
          });
          if (start + length >= frames) break;
        }
      }
    }
    for (const [frames, group] of Map.groupBy(stretches, (one) => one.frames)) {
      for (let start = 0; start < group.length; start += BATCH) {
        signal?.throwIfAborted();
        const batch = group.slice(start, start + BATCH);
        const data = new Float32Array(batch.length * frames * melBands);
        batch.forEach(({ values }, index) => {
          data.set(values, index * frames * melBands);
        });
        const output = await this.#session.run({ mels: new Tensor("float32", data, [batch.length, frames, melBands]) });
        const vectors = output.embedding!.data as Float32Array;
        batch.forEach(({ atMs }, index) => {
          this.#vectors.push({ atMs, vector: vectors.slice(index * dimensions, (index + 1) * dimensions) });
        });
      }
    }
  }

  /** The words with their speakers S1, S2, ... by first appearance; without when one voice is heard. */
  label(words: readonly SpokenWord[]): SpeakerWord[] {
    const labelled = this.labels();
    if (labelled.length === 0) return [...words];
    const raw = words.map((word) => speakerAt(labelled, (word.startMs + word.endMs) / 2));
    const speakers = bySentence(words, raw);
    const names = new Map<number, string>();
    for (const speaker of speakers) if (!names.has(speaker)) names.set(speaker, `S${names.size + 1}`);
    return names.size < 2
      ? [...words]
      : words.map((word, index) => ({ ...word, speaker: names.get(speakers[index]!)! }));
  }

  /** Speaker numbers over time; empty when one voice is heard. */
  labels(): { readonly atMs: number; readonly speaker: number }[] {
    const sorted = [...this.#vectors].sort((a, b) => a.atMs - b.atMs);
    const step = Math.ceil(sorted.length / MOST_VECTORS);
    const chosen = step > 1 ? sorted.filter((_, index) => index % step === 0) : sorted;
    if (chosen.length === 0) return [];
    const labels = clusterSpeakers(
      chosen.map(({ vector }) => vector),
      this.#most,
    );
    if (new Set(labels).size < 2) return [];
    return chosen.map(({ atMs }, index) => ({ atMs, speaker: labels[index]! }));
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

function speakerAt(labelled: readonly { readonly atMs: number; readonly speaker: number }[], ms: number): number {
  let low = 0;
  let high = labelled.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (labelled[middle]!.atMs < ms) low = middle + 1;
    else high = middle;
  }
  const after = labelled[low]!;
  const before = labelled[Math.max(0, low - 1)]!;
  return Math.abs(after.atMs - ms) < Math.abs(before.atMs - ms) ? after.speaker : before.speaker;
}

/**
 * Speakers change between sentences, while the vectors only tell to about half a second where: a sentence goes to the one who has most of
 * its words, unless both have a long stretch of it.
 */
function bySentence(words: readonly SpokenWord[], raw: readonly number[]): number[] {
  const speakers = [...raw];
  for (let start = 0; start < words.length; ) {
    let end = start + 1;
    while (
      end < words.length &&
      !/[.?!]$/.test(words[end - 1]!.text) &&
      words[end]!.startMs - words[end - 1]!.endMs < SENTENCE_PAUSE_MS
    ) {
      end++;
    }
    const counts = new Map<number, number>();
    for (const speaker of raw.slice(start, end)) counts.set(speaker, (counts.get(speaker) ?? 0) + 1);
    const ranked = [...counts].sort((a, b) => b[1] - a[1]);
    if ((ranked[1]?.[1] ?? 0) < LONG_SHARE) speakers.fill(ranked[0]![0], start, end);
    start = end;
  }
  return speakers;
}
