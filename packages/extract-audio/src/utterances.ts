import type { DocumentElement, TimeRun } from "@groundwork/contracts";
import type { SpokenWord } from "./recognized-words.ts";

/** An utterance ends at a pause this long, milliseconds. */
const PAUSE_MS = 1_000;
const LONGEST_MS = 30_000;
/** A sentence shorter than this many words joins the next of the same speaker when no pause parts them. */
const SHORT_SENTENCE = 4;

export interface SpeakerWord extends SpokenWord {
  readonly speaker?: string | undefined;
}

/** Utterances out of words: ended by a change of speaker, a pause, the end of a sentence or 30 s. */
export function utterances(words: readonly SpeakerWord[]): DocumentElement[] {
  const elements: DocumentElement[] = [];
  let open: SpeakerWord[] = [];
  const close = (): void => {
    if (open.length > 0) elements.push(utteranceOf(open));
    open = [];
  };
  for (const word of words) {
    const last = open.at(-1);
    if (last !== undefined) {
      const sentenceEnds =
        /[.?!]["'\u201D\u2019)]*$/.test(last.text) && !/^(?:mr|mrs|ms|dr|st|vs|no|jr|sr)\.$/i.test(last.text);
      if (
        word.speaker !== last.speaker ||
        word.startMs - last.endMs >= PAUSE_MS ||
        word.endMs - open[0]!.startMs > LONGEST_MS ||
        (sentenceEnds && open.length >= SHORT_SENTENCE)
      ) {
        close();
      }
    }
    open.push(word);
  }
  close();
  return elements;
}

function utteranceOf(words: readonly SpeakerWord[]): DocumentElement {
  const times: TimeRun[] = [];
  let text = "";
  for (const word of words) {
    if (text !== "") text += " ";
    times.push({ start: text.length, end: text.length + word.text.length, startMs: word.startMs, endMs: word.endMs });
    text += word.text;
  }
  const { speaker } = words[0]!;
  return {
    kind: "utterance",
    text,
    startMs: words[0]!.startMs,
    endMs: Math.max(...words.map(({ endMs }) => endMs)),
    times,
    // Of a word, on average; three digits are more than it is worth.
    confidence: Math.round((words.reduce((sum, word) => sum + word.confidence, 0) / words.length) * 1_000) / 1_000,
    ...(speaker === undefined ? {} : { speaker }),
  };
}
