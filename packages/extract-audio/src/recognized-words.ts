import { deflateRawSync } from "node:zlib";
import { SAMPLE_RATE } from "./resample.ts";
import { placeInRecording, type SpeechWindow } from "./speech-windows.ts";
import type { WhisperSegment } from "./whisper-message.ts";

/** A word with its time in the recording. */
export interface SpokenWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
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
/** Expected time of a word: a share for itself and one for each letter, milliseconds. */
const WORD_MS = 60;
const LETTER_MS = 60;
/** How far words may reach beyond speech, milliseconds. */
const SLACK_MS = 100;
/** Words shorter than this share of their expected time were squeezed by the model's rough time marks. */
const SQUEEZED = 0.3;

/**
 * The words of a window in the recording's time. Sounds in brackets are left out, repetitions kept once, and what the model makes up
 * over near silence is dropped. Times that the model squeezed are spread over the speech around them.
 */
export function spokenWords(window: SpeechWindow, segments: readonly WhisperSegment[]): SpokenWord[] {
  const kept = withoutRepeats(withoutSounds(segments));
  const text = kept.map((one) => one.text).join(" ");
  const speechMs = window.runs.reduce((sum, { start, end }) => sum + end - start, 0) / (SAMPLE_RATE / 1_000);
  if (speechMs < SILENCE_SPEECH_MS && SILENCE_PHRASES.test(text)) return [];
  if (kept.length > FASTEST * (speechMs / 1_000 + 1)) return [];
  if (text.length > 100 && text.length / deflateRawSync(text).length > REPETITIVE) return [];
  const spread = respaced(kept, (window.samples.length / SAMPLE_RATE) * 1_000);
  const ms = (value: number): number =>
    Math.round((placeInRecording(window, (value / 1_000) * SAMPLE_RATE) / SAMPLE_RATE) * 1_000);
  let last = 0;
  return spread.map((word) => {
    const [from, to] = withinSpeech(window, ms(word.startMs), ms(word.endMs - 1));
    const startMs = Math.max(last, from);
    const endMs = Math.max(startMs, to);
    last = startMs;
    return { text: word.text.normalize("NFC"), startMs, endMs };
  });
}

/** The model lets words last through pauses: they end where speech ends, and begin where it begins. */
function withinSpeech({ runs }: SpeechWindow, startMs: number, endMs: number): [number, number] {
  const ms = (sample: number): number => Math.round(sample / (SAMPLE_RATE / 1_000));
  const index = runs.findIndex((run) => ms(run.end) + SLACK_MS > startMs);
  const run = runs[index];
  if (run === undefined) return [startMs, endMs];
  const next = runs[index + 1];
  // What begins at the very end of a run and lasts into the next is said in the next.
  const late = next !== undefined && startMs > ms(run.end) - SLACK_MS && endMs > ms(next.start) + SLACK_MS;
  const held = late ? next : run;
  const from = Math.max(startMs, ms(held.start) - SLACK_MS);
  return [from, Math.max(from, Math.min(endMs, ms(held.end) + SLACK_MS))];
}

/** Leaves out [BLANK_AUDIO], (music) and ♪, also where they span several words. */
function withoutSounds(segments: readonly WhisperSegment[]): WhisperSegment[] {
  const kept: WhisperSegment[] = [];
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

function withoutRepeats(segments: readonly WhisperSegment[]): WhisperSegment[] {
  const key = (segment: WhisperSegment): string => segment.text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
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

/** Gives words that were squeezed together room, taken from the words around them. */
function respaced(segments: readonly WhisperSegment[], totalMs: number): WhisperSegment[] {
  const words = segments.map((one) => ({ ...one, endMs: Math.min(totalMs, Math.max(one.startMs, one.endMs)) }));
  const expected = (word: WhisperSegment): number => WORD_MS + LETTER_MS * word.text.length;
  const duration = (from: number, to: number): number => words[to]!.endMs - words[from]!.startMs;
  const wanted = (from: number, to: number): number =>
    words.slice(from, to + 1).reduce((sum, word) => sum + expected(word), 0);
  for (let index = 0; index < words.length; index++) {
    if (duration(index, index) >= SQUEEZED * expected(words[index]!)) continue;
    let from = index;
    let to = index;
    while (duration(from, to) < 0.8 * wanted(from, to) && (from > 0 || to + 1 < words.length)) {
      const slack = (at: number): number =>
        words[at] === undefined
          ? Number.NEGATIVE_INFINITY
          : words[at]!.endMs - words[at]!.startMs - expected(words[at]!);
      if (slack(to + 1) > slack(from - 1)) to++;
      else if (from > 0) from--;
      else to++;
    }
    let at = words[from]!.startMs;
    const share = duration(from, to) / wanted(from, to);
    for (let one = from; one <= to; one++) {
      const endMs = at + share * expected(words[one]!);
      words[one] = { text: words[one]!.text, startMs: at, endMs };
      at = endMs;
    }
    index = to;
  }
  return words;
}
