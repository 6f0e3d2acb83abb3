import { deflateRawSync } from "node:zlib";
import { SAMPLE_RATE } from "./resample.ts";
import type { RecognizedWord } from "./speech-recognizer.ts";
import { placeInRecording, type SpeechWindow } from "./speech-windows.ts";

/** A word with its time in the recording. */
export interface SpokenWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  /** 0..1. */
  readonly confidence: number;
}

/** Text that packs better than this repeats itself: the model's sign of having lost the thread. */
const REPETITIVE = 2.4;
/** The same words this many times in a row are kept once. */
const REPEATS = 4;
const LONGEST_REPEAT = 8;
/** What the model says to near silence, from its training on subtitles. */
const SILENCE_PHRASES =
  /^(?:you|thank you|thanks|bye|thanks? (?:you )?(?:so much )?for (?:watching|listening)|please subscribe|subtitles by .*|the end)[.!]*$/i;
const SILENCE_SPEECH_MS = 1_200;
/** Nobody speaks faster: words a second. */
const FASTEST = 9;
/** Speech is told this much later than it begins, and this much longer than it lasts, milliseconds (measured). */
const ONSET_LAG_MS = 40;
const TAIL_LAG_MS = 70;
/** A word that begins or ends this near to where speech does begins or ends with it, milliseconds. */
const NEAR_MS = 250;

/**
 * The words of a window in the recording's time. Sounds in brackets are left out, repetitions kept once, and what the model makes up
 * over near silence is dropped. The first word after a pause begins where speech does, the last before one ends where it ends.
 */
export function spokenWords(window: SpeechWindow, segments: readonly RecognizedWord[]): SpokenWord[] {
  const kept = withoutRepeats(withoutSounds(segments));
  const text = kept.map((one) => one.text).join(" ");
  const speechMs = window.runs.reduce((sum, { start, end }) => sum + end - start, 0) / (SAMPLE_RATE / 1_000);
  if (speechMs < SILENCE_SPEECH_MS && SILENCE_PHRASES.test(text)) return [];
  if (kept.length > FASTEST * (speechMs / 1_000 + 1)) return [];
  if (text.length > 100 && text.length / deflateRawSync(text).length > REPETITIVE) return [];
  return withinSpeech(window, kept);
}

/** The model lets words last through pauses: each is put into the stretch of speech that it shares most of its time with. */
function withinSpeech(window: SpeechWindow, segments: readonly RecognizedWord[]): SpokenWord[] {
  const inRecording = (ms: number): number =>
    placeInRecording(window, (ms / 1_000) * SAMPLE_RATE) / (SAMPLE_RATE / 1_000);
  const runs = window.runs.map(({ start, end }) => ({
    startMs: start / (SAMPLE_RATE / 1_000) - ONSET_LAG_MS,
    endMs: end / (SAMPLE_RATE / 1_000) - TAIL_LAG_MS,
  }));
  let first = 0;
  const placed = segments.map((word) => {
    const startMs = inRecording(word.startMs);
    const endMs = Math.max(startMs, inRecording(word.endMs - 1));
    const shared = (run: number): number => Math.min(endMs, runs[run]!.endMs) - Math.max(startMs, runs[run]!.startMs);
    for (let run = first + 1; run < runs.length; run++) if (shared(run) > shared(first)) first = run;
    return { word, run: first, startMs, endMs };
  });
  let last = 0;
  return placed.map(({ word, run, startMs, endMs }, index) => {
    const speech = runs[run]!;
    const opens = placed[index - 1]?.run !== run && startMs - speech.startMs < NEAR_MS;
    const closes = placed[index + 1]?.run !== run && speech.endMs - endMs < NEAR_MS;
    const from = Math.round(
      Math.max(last, opens ? speech.startMs : Math.min(Math.max(startMs, speech.startMs), speech.endMs)),
    );
    const to = Math.round(Math.max(from, closes ? speech.endMs : Math.min(endMs, speech.endMs)));
    last = from;
    return { text: word.text.normalize("NFC"), startMs: from, endMs: to, confidence: word.confidence };
  });
}

/** Leaves out [BLANK_AUDIO], (music) and ♪, also where they span several words. */
function withoutSounds(segments: readonly RecognizedWord[]): RecognizedWord[] {
  const kept: RecognizedWord[] = [];
  let closing: string | undefined;
  for (const segment of segments) {
    if (closing !== undefined) {
      if (segment.text.includes(closing)) closing = undefined;
      continue;
    }
    const opening = /^[[(*♪]/.exec(segment.text)?.[0];
    if (opening !== undefined) {
      const end = opening === "[" ? "]" : opening === "(" ? ")" : opening;
      if (!segment.text.slice(1).includes(end)) closing = end;
      continue;
    }
    if (/[\p{L}\p{N}]/u.test(segment.text)) kept.push(segment);
  }
  return kept;
}

function withoutRepeats(segments: readonly RecognizedWord[]): RecognizedWord[] {
  const key = (segment: RecognizedWord): string => segment.text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const kept = [...segments];
  for (let length = 1; length <= LONGEST_REPEAT; length++) {
    for (let start = 0; start + length * REPEATS <= kept.length; ) {
      const unit = kept
        .slice(start, start + length)
        .map(key)
        .join(" ");
      let times = 1;
      while (
        kept
          .slice(start + times * length, start + (times + 1) * length)
          .map(key)
          .join(" ") === unit
      ) {
        times++;
      }
      // A speaker may say a word many times; a long phrase never four times over.
      if (times >= (length === 1 ? 2 * REPEATS : REPEATS)) kept.splice(start + length, (times - 1) * length);
      start++;
    }
  }
  return kept;
}
