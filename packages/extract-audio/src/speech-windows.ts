import { SAMPLE_RATE } from "./resample.ts";
import { FRAME_SAMPLES } from "./voice-activity.ts";

/** Speech begins at this probability and lasts until it falls below the second. */
const SPEECH_ON = 0.5;
const SPEECH_OFF = 0.35;
/** Shorter pauses do not part speech; shorter speech is a click. Frames of 32 ms. */
const PAUSE_FRAMES = 7;
const SPEECH_FRAMES = 6;
/** Sound kept before and after speech, frames. */
const MARGIN_FRAMES = 5;
/** The model reads up to 30 s at once. */
const WINDOW_FRAMES = Math.floor((28 * SAMPLE_RATE) / FRAME_SAMPLES);
/** Speech without a pause is cut at its quietest frame within this many last frames of a window. */
const CUT_FRAMES = Math.floor((8 * SAMPLE_RATE) / FRAME_SAMPLES);
/** A window that holds this much is closed by a long pause. */
const FLUSH_PAUSE_FRAMES = Math.floor((4 * SAMPLE_RATE) / FRAME_SAMPLES);

/** Speech without a pause, in samples from the start of the recording. */
export interface SpeechRun {
  readonly start: number;
  readonly end: number;
}

/** Speech to read at once: runs put one after the other, what lies between them shortened. */
export interface SpeechWindow {
  readonly samples: Float32Array;
  /** Where each piece of `samples` comes from; both in samples. */
  readonly pieces: readonly { readonly at: number; readonly from: number; readonly length: number }[];
  /** Where somebody speaks, in samples of the recording. */
  readonly runs: readonly SpeechRun[];
}

/**
 * Gathers speech into windows of at most 28 s, cut at pauses. Push frames with their speech probability; windows come out as soon as
 * they are whole. Memory is bounded by one window.
 */
export class SpeechWindows {
  /** Frames from `#origin` on, 16-bit. */
  #held: Int16Array[] = [];
  #probabilities: number[] = [];
  #origin = 0;
  #count = 0;
  #speechStart: number | undefined;
  #quiet = 0;
  /** Runs of the open window, in frames. */
  #runs: { start: number; end: number }[] = [];

  /** Takes a frame; a window if one is whole now. */
  push(frame: Float32Array, probability: number): SpeechWindow | undefined {
    this.#held.push(Int16Array.from(frame, (value) => Math.max(-32_768, Math.min(32_767, Math.round(value * 32_767)))));
    this.#probabilities.push(probability);
    const index = this.#count++;
    let whole: SpeechWindow | undefined;
    if (this.#speechStart === undefined) {
      if (probability >= SPEECH_ON) {
        this.#speechStart = index;
        this.#quiet = 0;
      }
    } else if (probability >= SPEECH_OFF) this.#quiet = 0;
    else if (++this.#quiet >= PAUSE_FRAMES) this.#endRun(index + 1 - this.#quiet);
    const start = this.#windowStart();
    if (this.#speechStart !== undefined && this.#windowFrames(this.#runs, index + 1) > WINDOW_FRAMES) {
      if (this.#runs.length > 0) whole = this.#take(this.#runs.length);
      else {
        const cut = this.#quietest(index + 1 - CUT_FRAMES, index + 1);
        this.#runs.push({ start: this.#speechStart, end: cut });
        this.#speechStart = cut;
        whole = this.#take(1);
      }
    } else if (
      this.#speechStart === undefined &&
      start !== undefined &&
      index - this.#runs.at(-1)!.end > FLUSH_PAUSE_FRAMES &&
      this.#windowFrames(this.#runs) > WINDOW_FRAMES / 3
    ) {
      whole = this.#take(this.#runs.length);
    }
    this.#forget();
    return whole;
  }

  /** The last window, when there is one. */
  finish(): SpeechWindow | undefined {
    if (this.#speechStart !== undefined) this.#endRun(this.#count - this.#quiet);
    return this.#runs.length > 0 ? this.#take(this.#runs.length) : undefined;
  }

  #endRun(end: number): void {
    const start = this.#speechStart!;
    this.#speechStart = undefined;
    this.#quiet = 0;
    if (end - start >= SPEECH_FRAMES) this.#runs.push({ start, end });
  }

  #windowStart(): number | undefined {
    return this.#runs[0]?.start ?? this.#speechStart;
  }

  /** Frames a window of these runs (and the open one up to `now`) would hold. */
  #windowFrames(runs: readonly { start: number; end: number }[], now?: number): number {
    const all =
      now === undefined || this.#speechStart === undefined ? runs : [...runs, { start: this.#speechStart, end: now }];
    return piecesOf(all, this.#origin, this.#count).reduce((sum, { start, end }) => sum + end - start, 0);
  }

  #quietest(from: number, to: number): number {
    let best = to - 1;
    for (let index = Math.max(from, this.#origin); index < to; index++) {
      if (this.#probabilities[index - this.#origin]! < this.#probabilities[best - this.#origin]!) best = index;
    }
    return Math.max(best, (this.#speechStart ?? 0) + SPEECH_FRAMES);
  }

  #take(count: number): SpeechWindow {
    const runs = this.#runs.splice(0, count);
    const spans = piecesOf(runs, this.#origin, this.#count);
    const total = spans.reduce((sum, { start, end }) => sum + end - start, 0);
    const samples = new Float32Array(total * FRAME_SAMPLES);
    const pieces: { at: number; from: number; length: number }[] = [];
    let at = 0;
    for (const { start, end } of spans) {
      pieces.push({ at, from: start * FRAME_SAMPLES, length: (end - start) * FRAME_SAMPLES });
      for (let frame = start; frame < end; frame++) {
        const held = this.#held[frame - this.#origin]!;
        for (let index = 0; index < FRAME_SAMPLES; index++) samples[at + index] = held[index]! / 32_768;
        at += FRAME_SAMPLES;
      }
    }
    return {
      samples,
      pieces,
      runs: runs.map(({ start, end }) => ({ start: start * FRAME_SAMPLES, end: end * FRAME_SAMPLES })),
    };
  }

  /** Lets go of what no window can need any more. */
  #forget(): void {
    const needed = (this.#windowStart() ?? this.#count) - MARGIN_FRAMES;
    const drop = needed - this.#origin;
    // In lots, so that the arrays are not moved for every frame.
    if (drop < 64) return;
    this.#held.splice(0, drop);
    this.#probabilities.splice(0, drop);
    this.#origin = needed;
  }
}

/** Runs with their margins, joined where they meet. */
function piecesOf(
  runs: readonly { readonly start: number; readonly end: number }[],
  first: number,
  last: number,
): { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = [];
  for (const run of runs) {
    const start = Math.max(first, run.start - MARGIN_FRAMES);
    const end = Math.min(last, run.end + MARGIN_FRAMES);
    const previous = spans.at(-1);
    if (previous !== undefined && start <= previous.end) previous.end = Math.max(previous.end, end);
    else spans.push({ start, end });
  }
  return spans;
}

/** A place in a window's samples as a place in the recording. */
export function placeInRecording({ pieces }: SpeechWindow, at: number): number {
  const piece = pieces.findLast((one) => one.at <= at) ?? pieces[0]!;
  return piece.from + Math.min(piece.length, Math.max(0, at - piece.at));
}
