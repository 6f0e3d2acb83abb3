import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { GroundworkError, type TimeRun } from "@groundwork/contracts";
import { audioExtractor } from "@groundwork/extract-audio";
import { benchArguments } from "./bench-arguments.ts";
import { audioReferences, type SpeakerTurn } from "./bench-audio-references.ts";
import { diarizationError } from "./bench-audio-turns.ts";
import { align, median, type TimedWord, timedWords } from "./bench-audio-words.ts";
import { type BenchSet, textTable, writeReport } from "./bench-report.ts";

/**
 * `pnpm bench:audio [--data DIR ...] [--json FILE]`: the recordings of each folder as the extractor reads them, with word error rate, CPU seconds a
 * second of sound, median error of word starts and diarization error, each where a reference is there.
 */
const TICKS = 100;
const { data, json } = benchArguments();

/** CPU seconds of this process and of those it has seen end: the speech model runs in one of its own. */
function cpuSeconds(): number {
  const own = process.cpuUsage();
  let children = 0;
  if (process.platform === "linux") {
    const fields = readFileSync("/proc/self/stat", "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    children = (Number(fields[13]) + Number(fields[14])) / TICKS;
  }
  return (own.user + own.system) / 1e6 + children;
}

interface Heard {
  readonly words: readonly TimedWord[];
  readonly turns: readonly SpeakerTurn[];
  readonly seconds: number;
}

async function listen(path: string): Promise<Heard> {
  const extractor = audioExtractor({ m4a: true });
  const words: { text: string; startMs: number }[] = [];
  const turns: SpeakerTurn[] = [];
  let seconds = 0;
  const bytes = await readFile(path);
  try {
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
          words.push({ text: shown(run), startMs: run.startMs });
          turns.push({ start: run.startMs / 1_000, end: run.endMs / 1_000, speaker: element.speaker ?? "S1" });
        }
      }
    }
  } finally {
    await extractor.close?.();
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

async function measure(folder: string): Promise<BenchSet | undefined> {
  const recordings = await audioReferences(folder);
  if (recordings.length === 0) return undefined;
  let errors = 0;
  let referenceWords = 0;
  let seconds = 0;
  let failed = 0;
  const timeErrors: number[] = [];
  const speakerErrors: number[] = [];
  const started = cpuSeconds();
  for (const { path, reference } of recordings) {
    let heard: Heard;
    try {
      heard = await listen(path);
    } catch (error) {
      failed++;
      console.error(`${basename(path)}: ${GroundworkError.isInstance(error) ? error.code : String(error)}`);
      heard = { words: [], turns: [], seconds: 0 };
    }
    seconds += heard.seconds;
    if (reference.words !== undefined) {
      const { errors: wrong, pairs } = align(reference.words, heard.words);
      errors += wrong;
      referenceWords += reference.words.length;
      for (const [expected, found] of pairs) {
        if (expected.startMs !== undefined && found.startMs !== undefined) {
          timeErrors.push(Math.abs(expected.startMs - found.startMs));
        }
      }
    } else if (reference.phrases !== undefined) {
      const text = ` ${heard.words.map((word) => word.text).join(" ")} `;
      for (const phrase of reference.phrases) {
        referenceWords += phrase.length;
        if (!text.includes(` ${phrase.join(" ")} `)) errors += phrase.length;
      }
    }
    if (reference.turns !== undefined) speakerErrors.push(diarizationError(reference.turns, heard.turns));
  }
  const figures: Record<string, number> = { files: recordings.length, failed };
  if (referenceWords > 0) figures.wer = errors / referenceWords;
  if (seconds > 0) figures.realTimeFactor = (cpuSeconds() - started) / seconds;
  if (timeErrors.length > 0) figures.timeErrorMs = median(timeErrors);
  if (speakerErrors.length > 0) figures.der = speakerErrors.reduce((sum, one) => sum + one, 0) / speakerErrors.length;
  return { name: basename(folder), figures };
}

const roots = data.length > 0 ? data : [fileURLToPath(new URL("../../../shared/data/audio", import.meta.url))];
const sets: BenchSet[] = [];
for (const root of roots) {
  const folders = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const paths = folders.length > 0 ? folders.map(({ name }) => join(root, name)).sort() : [root];
  for (const path of paths) {
    const set = await measure(path);
    if (set !== undefined) sets.push(set);
  }
}
const columns = ["files", "failed", "wer", "realTimeFactor", "timeErrorMs", "der"];
const cell = (value: number | undefined): string =>
  value === undefined ? "-" : Number.isInteger(value) ? String(value) : value.toFixed(3);
console.log(
  textTable([
    ["set", ...columns],
    ...sets.map(({ name, figures }) => [name, ...columns.map((one) => cell(figures[one]))]),
  ]),
);
await writeReport({ bench: "audio", sets }, json);
// The decoders' WebAssembly keeps no handles; a set that failed is a failure of the run.
process.exitCode = sets.some(({ figures }) => figures.failed! > 0) ? 1 : 0;
