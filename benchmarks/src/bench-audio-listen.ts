import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Extractor, TimeRun } from "@groundwork/contracts";
import type { SpeakerTurn } from "./bench-audio-references.ts";
import { type TimedText, type TimedWord, timedWords } from "./bench-audio-words.ts";

/** What an extractor heard in a recording. */
export interface Heard {
  readonly words: readonly TimedWord[];
  readonly turns: readonly SpeakerTurn[];
  readonly seconds: number;
}

/** Reads a recording. Warnings go to the console. */
export async function listen(extractor: Extractor, path: string): Promise<Heard> {
  const words: TimedText[] = [];
  const turns: SpeakerTurn[] = [];
  let seconds = 0;
  const bytes = await readFile(path);
  const document = {
    documentId: "bench",
    version: "",
    mediaType: "audio/wav",
    fileName: basename(path),
    content: {
      path,
      size: bytes.length,
      bytes: async () => new Uint8Array(bytes),
      stream: async function* () {
        yield new Uint8Array(bytes);
      },
    },
  };
  for await (const part of extractor.extract(document)) {
    if (part.type === "metadata") seconds = (part.metadata.durationMs ?? 0) / 1_000 || seconds;
    if (part.type === "warning") console.error(`${basename(path)}: ${part.warning.message}`);
    if (part.type !== "elements") continue;
    for (const element of part.elements) {
      const shown = (run: TimeRun): string => element.text.slice(run.start, run.end);
      for (const run of element.times ?? []) {
        words.push({ text: shown(run), startMs: run.startMs, endMs: run.endMs });
        turns.push({ start: run.startMs / 1_000, end: run.endMs / 1_000, speaker: element.speaker ?? "S1" });
      }
    }
  }
  return { words: timedWords(words), turns: joined(turns), seconds };
}

/** Words of one speaker with hardly a pause between them are one turn. */
function joined(words: readonly SpeakerTurn[]): SpeakerTurn[] {
  const turns: SpeakerTurn[] = [];
  for (const word of words) {
    const last = turns.at(-1);
    if (last !== undefined && last.speaker === word.speaker && word.start - last.end < 0.3) {
      turns[turns.length - 1] = { ...last, end: Math.max(last.end, word.end) };
    } else turns.push(word);
  }
  return turns;
}
