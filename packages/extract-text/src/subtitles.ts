import type { DocumentElement, ExtractionPart } from "@groundwork/contracts";
import { createElementBatch } from "@groundwork/html-elements";
import { cleanText, type TextInput, textLines } from "./text-input.ts";

const TIMES = /^\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})\s*-->\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})/;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", nbsp: " ", lrm: "", rlm: "" };

function milliseconds(text: string): number {
  const [clock = "", fraction = "0"] = text.split(/[.,]/);
  const seconds = clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return seconds * 1_000 + Number(fraction.padEnd(3, "0"));
}

/** A cue's text without its tags; a voice tag names the speaker, as does `NAME:` in capitals. */
function* cueElements(
  lines: readonly string[],
  startMs: number,
  endMs: number,
  line: number,
): Generator<DocumentElement> {
  const raw = lines.join("\n");
  const voices = raw.split(/(?=<v[.\s])/);
  for (const voice of voices) {
    const speaker = /^<v(?:\.[^\s>]*)*\s+([^>]+)>/.exec(voice)?.[1]?.trim();
    const text = cleanText(
      voice
        .replace(/<[^<>]*>/g, "")
        .replace(/\{\\[^}]*\}/g, "")
        .replace(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole),
    ).trimStart();
    if (text === "") continue;
    yield {
      kind: "utterance",
      text,
      startMs,
      endMs: Math.max(startMs, endMs),
      location: { line },
      ...(speaker === undefined ? {} : { speaker: speaker.normalize("NFC") }),
    };
  }
}

/** WebVTT and SubRip: one utterance a cue, with its times. */
export async function* extractSubtitles(input: TextInput): AsyncGenerator<ExtractionPart> {
  const batch = createElementBatch();
  let cue: { lines: string[]; startMs: number; endMs: number; line: number } | undefined;
  let lastEnd = 0;
  const take = function* (): Generator<DocumentElement> {
    if (cue !== undefined) yield* cueElements(cue.lines, cue.startMs, cue.endMs, cue.line);
    cue = undefined;
  };
  for await (const some of textLines(input)) {
    for (const { text, number } of some) {
      const times = TIMES.exec(text);
      if (times !== null) {
        yield* batch.add(take());
        cue = { lines: [], startMs: milliseconds(times[1]!), endMs: milliseconds(times[2]!), line: number };
        lastEnd = Math.max(lastEnd, cue.endMs);
      } else if (text.trim() === "") {
        yield* batch.add(take());
      } else if (cue !== undefined && cue.lines.length < 100) {
        cue.lines.push(text.trim());
      }
    }
  }
  yield* batch.add(take());
  yield* batch.finish();
  if (lastEnd > 0) yield { type: "metadata", metadata: { durationMs: lastEnd } };
}
