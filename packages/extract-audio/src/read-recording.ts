import {
  type CallOptions,
  type DocumentElement,
  type ExtractionPart,
  GroundworkError,
  type SourceDocument,
  throwIfAborted,
} from "@groundwork/contracts";
import type { AudioExtractorOptions } from "./audio-options.ts";
import { openBytes } from "./file-reader.ts";
import { openRecording } from "./open-recording.ts";
import { type SpokenWord, spokenWords } from "./recognized-words.ts";
import { resampled, SAMPLE_RATE } from "./resample.ts";
import { SpeakerTurns } from "./speaker-turns.ts";
import type { SpeechRecognizer } from "./speech-recognizer.ts";
import { type SpeechWindow, SpeechWindows } from "./speech-windows.ts";
import { utterances } from "./utterances.ts";
import { FRAME_SAMPLES, VoiceActivity } from "./voice-activity.ts";

/** Elements of one part. */
const PART_ELEMENTS = 500;
/** A sign of life while one window is read for longer than this, milliseconds. */
const HEARTBEAT_MS = 25_000;
/** Progress is told at least this often, seconds of the recording. */
const PROGRESS_SECONDS = 60;

/** What `audioExtractor` gives: apart, so that decoders and models are loaded with the first recording only. */
export async function* readRecording(
  document: SourceDocument,
  recognizerOf: () => Promise<SpeechRecognizer>,
  options: Required<AudioExtractorOptions>,
  { signal }: CallOptions,
): AsyncGenerator<ExtractionPart> {
  throwIfAborted(signal);
  const reader = await openBytes(document.content, signal);
  let activity: VoiceActivity | undefined;
  let turns: SpeakerTurns | undefined;
  try {
    const source = await openRecording(document, reader, options.m4a, signal);
    if (source.title !== undefined) yield { type: "metadata", metadata: { title: source.title } };
    activity = await VoiceActivity.create();
    turns = options.speakers && options.maxSpeakers > 1 ? await SpeakerTurns.create(options.maxSpeakers) : undefined;
    const words: SpokenWord[] = [];
    let seconds = 0;
    let told = 0;
    for await (const event of speechEvents(source.samples, source.sampleRate, activity, signal)) {
      seconds = event.samples / SAMPLE_RATE;
      if (event.window !== undefined) {
        const read = readWindow(event.window, await recognizerOf(), options, signal);
        for (let done = false; !done; ) {
          const result = await orAlive(read, HEARTBEAT_MS);
          if (result === "alive") yield { type: "progress", unit: "second", done: Math.floor(seconds) };
          else {
            done = true;
            if (result === undefined) yield lostWindow(event.window);
            else words.push(...result);
          }
        }
        await turns?.add(event.window, signal);
      }
      if (event.window !== undefined || seconds - told >= PROGRESS_SECONDS) {
        told = seconds;
        yield { type: "progress", unit: "second", done: Math.floor(seconds) };
      }
      throwIfAborted(signal);
    }
    if (seconds === 0) {
      throw new GroundworkError(
        "CORRUPT_DOCUMENT",
        "The recording holds no sound that can be decoded. Check that it plays in its own program.",
      );
    }
    yield { type: "metadata", metadata: { durationMs: Math.round(seconds * 1_000) } };
    if (source.damaged()) {
      yield {
        type: "warning",
        warning: {
          code: "recording-damaged",
          message: "The recording is damaged or cut off. What could be decoded was read.",
        },
      };
    }
    const elements: DocumentElement[] = utterances(turns?.label(words) ?? words);
    for (let start = 0; start < elements.length; start += PART_ELEMENTS) {
      throwIfAborted(signal);
      yield { type: "elements", elements: elements.slice(start, start + PART_ELEMENTS) };
    }
  } catch (cause) {
    throw GroundworkError.from(
      cause,
      "CORRUPT_DOCUMENT",
      "The recording could not be decoded: its data is damaged. Check that it plays in its own program.",
      { stage: "extract" },
    );
  } finally {
    await Promise.all([activity?.close(), turns?.close(), reader.close()]);
  }
}

interface SpeechEvent {
  /** Samples heard so far, at 16 kHz. */
  readonly samples: number;
  readonly window?: SpeechWindow;
}

/** Windows of speech as they are complete, and where the listening stands. */
async function* speechEvents(
  samples: AsyncIterable<Float32Array> | Iterable<Float32Array>,
  sampleRate: number,
  activity: VoiceActivity,
  signal: AbortSignal | undefined,
): AsyncGenerator<SpeechEvent> {
  const windows = new SpeechWindows();
  const frame = new Float32Array(FRAME_SAMPLES);
  let filled = 0;
  let heard = 0;
  let told = 0;
  for await (const piece of resampled(samples, sampleRate)) {
    throwIfAborted(signal);
    for (let from = 0; from < piece.length; ) {
      const take = Math.min(FRAME_SAMPLES - filled, piece.length - from);
      frame.set(piece.subarray(from, from + take), filled);
      filled += take;
      from += take;
      if (filled < FRAME_SAMPLES) continue;
      filled = 0;
      heard += FRAME_SAMPLES;
      const window = windows.push(frame, await activity.next(frame));
      if (window !== undefined) yield { samples: heard, window };
      else if (heard - told > 10 * SAMPLE_RATE) {
        told = heard;
        throwIfAborted(signal);
        yield { samples: heard };
      }
    }
  }
  const total = heard + filled;
  if (filled > 0) {
    frame.fill(0, filled);
    const window = windows.push(frame, await activity.next(frame));
    if (window !== undefined) yield { samples: total, window };
  }
  const window = windows.finish();
  yield { samples: total, ...(window === undefined ? {} : { window }) };
}

async function readWindow(
  window: SpeechWindow,
  recognizer: SpeechRecognizer,
  { windowTimeoutMs }: Required<AudioExtractorOptions>,
  signal: AbortSignal | undefined,
): Promise<SpokenWord[] | undefined> {
  const deadlineMs = windowTimeoutMs + (2_000 * window.samples.length) / SAMPLE_RATE;
  const words = await recognizer.recognize(window.samples, { deadlineMs, signal });
  return words === undefined ? undefined : spokenWords(window, words);
}

/** What the promise gives, or "alive" when that takes longer. */
async function orAlive<Result>(promise: Promise<Result>, afterMs: number): Promise<Result | "alive"> {
  let timer: NodeJS.Timeout | undefined;
  const alive = new Promise<"alive">((resolve) => {
    timer = setTimeout(() => resolve("alive"), afterMs);
  });
  try {
    return await Promise.race([promise, alive]);
  } finally {
    clearTimeout(timer);
  }
}

function lostWindow({ pieces }: SpeechWindow): ExtractionPart {
  const first = pieces[0]!;
  const last = pieces.at(-1)!;
  const second = (sample: number): number => Math.round(sample / SAMPLE_RATE);
  return {
    type: "warning",
    warning: {
      code: "window-not-recognized",
      message: `The speech model did not finish the sound from second ${second(first.from)} to ${second(last.from + last.length)} in time. The rest was read.`,
    },
  };
}
