import { existsSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { GroundworkError } from "@groundwork/contracts";
import { audioExtractor } from "@groundwork/extract-audio";
import { benchArguments } from "./bench-arguments.ts";
import { type Heard, listen } from "./bench-audio-listen.ts";
import { audioReferences } from "./bench-audio-references.ts";
import { type TimeErrors, timeErrors, timeFigures } from "./bench-audio-times.ts";
import { diarizationError } from "./bench-audio-turns.ts";
import { align } from "./bench-audio-words.ts";
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

async function measure(folder: string): Promise<BenchSet | undefined> {
  const recordings = await audioReferences(folder);
  if (recordings.length === 0) return undefined;
  let errors = 0;
  let referenceWords = 0;
  let seconds = 0;
  let failed = 0;
  const times: TimeErrors[] = [];
  const speakerErrors: number[] = [];
  const started = cpuSeconds();
  const extractor = audioExtractor({ m4a: true });
  for (const { path, reference } of recordings) {
    let heard: Heard;
    try {
      heard = await listen(extractor, path);
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
      times.push(timeErrors(reference.words, pairs));
    } else if (reference.phrases !== undefined) {
      const text = ` ${heard.words.map((word) => word.text).join(" ")} `;
      for (const phrase of reference.phrases) {
        referenceWords += phrase.length;
        if (!text.includes(` ${phrase.join(" ")} `)) errors += phrase.length;
      }
    }
    if (reference.turns !== undefined) speakerErrors.push(diarizationError(reference.turns, heard.turns));
  }
  // The model's process counts once it has ended.
  await extractor.close?.();
  const figures: Record<string, number> = { files: recordings.length, failed };
  if (referenceWords > 0) figures.wer = errors / referenceWords;
  if (seconds > 0) figures.realTimeFactor = (cpuSeconds() - started) / seconds;
  Object.assign(
    figures,
    timeFigures({
      starts: times.flatMap((one) => one.starts),
      utteranceStarts: times.flatMap((one) => one.utteranceStarts),
      utteranceEnds: times.flatMap((one) => one.utteranceEnds),
    }),
  );
  if (speakerErrors.length > 0) figures.der = speakerErrors.reduce((sum, one) => sum + one, 0) / speakerErrors.length;
  return { name: basename(folder), figures };
}

const OWN = fileURLToPath(new URL("../fixtures/audio", import.meta.url));
const SHARED = fileURLToPath(new URL("../../../shared/data/audio", import.meta.url));
const roots = data.length > 0 ? data : [SHARED, OWN].filter((folder) => existsSync(folder));
const sets: BenchSet[] = [];
for (const root of roots) {
  const folders = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const paths = folders.length > 0 ? folders.map(({ name }) => join(root, name)).sort() : [root];
  for (const path of paths) {
    const set = await measure(path);
    if (set !== undefined) sets.push(set);
  }
}
const columns = [
  "files",
  "failed",
  "wer",
  "realTimeFactor",
  "timeErrorMs",
  "timeErrorP90Ms",
  "timedWords",
  "utteranceStartErrorMs",
  "utteranceEndErrorMs",
  "der",
];
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
