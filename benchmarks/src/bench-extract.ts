import { readdir, rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import PQueue from "p-queue";
import { textTable, writeReport } from "./bench-report.ts";
import { type ExtractionResult, FileExtraction, inputsOf, passwordsOf, writeResult } from "./extract-files.ts";
import { scoreSet } from "./extract-score/score-set.ts";

/**
 * `pnpm bench:extract` and `pnpm bench:malformed`: every file of a folder of sets, as an ingestion reads it, with a typed outcome
 * each and scores against the truths beside them. `--out DIR` keeps the outputs for other scorers.
 */
const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  allowPositionals: true,
  options: {
    data: { type: "string", multiple: true },
    json: { type: "string" },
    out: { type: "string" },
    sets: { type: "string" },
    bench: { type: "string", default: "extract" },
    concurrency: { type: "string", default: "2" },
    details: { type: "boolean" },
  },
});
const bench = values.bench;
const isMalformed = bench === "malformed";
const defaults = [
  fileURLToPath(new URL(`../../../shared/data/${isMalformed ? "malformed" : "docs"}`, import.meta.url)),
];
const roots = [...(values.data ?? []), ...positionals];
const only = values.sets?.split(",");

/** A folder is a set when it holds files of its own beside notes, else a folder of sets. */
async function setsOf(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true });
  if (entries.some((entry) => entry.isFile() && entry.name !== "SOURCES.md")) return [root];
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name))
    .sort();
}

const folders = (await Promise.all((roots.length > 0 ? roots : defaults).map((root) => setsOf(resolve(root)))))
  .flat()
  .filter((folder) => only === undefined || only.includes(basename(folder)));
const concurrency = Number(values.concurrency);
if (values.out !== undefined) await rm(values.out, { recursive: true, force: true });
const sets: { name: string; figures: Record<string, number>; formats: Record<string, Record<string, number>> }[] = [];

for (const folder of folders) {
  const name = basename(folder);
  const extraction = new FileExtraction({
    concurrency,
    limits: { documentTimeoutMs: 60_000, stallTimeoutMs: 60_000, documentMemoryMb: 1024 },
  });
  const paths = await inputsOf(folder);
  const passwords = await passwordsOf(folder);
  const results: ExtractionResult[] = [];
  const queue = new PQueue({ concurrency });
  const started = performance.now();
  await Promise.all(
    paths.map((path) =>
      queue.add(async () => {
        const result = await extraction.extract(folder, path, passwords.get(path));
        results.push(result);
        if (values.out !== undefined) await writeResult(values.out, name, result);
        if (process.stderr.isTTY)
          process.stderr.write(`\r\u001b[2K${name} ${results.length}/${paths.length} ${path.slice(0, 60)}`);
        if (values.details === true)
          console.log(
            `${name}/${path}\t${result.error?.code ?? "ok"}\t${result.milliseconds} ms\t${result.mediaType ?? ""}`,
          );
      }),
    ),
  );
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[2K");
  await extraction.close();
  const score = await scoreSet(folder, results);
  const typed = results.filter((result) => result.untyped !== true).length / Math.max(1, results.length);
  sets.push({
    name,
    figures: { ...score.figures, typed, seconds: (performance.now() - started) / 1000 },
    formats: { ...score.formats },
  });
}

const columns = [
  "files",
  "ok",
  "typedErrors",
  "crashed",
  "hung",
  "overMemory",
  "untyped",
  "similarity",
  "mustInclude",
  "mustNotInclude",
  "checksPassed",
  "checksStrict",
  "tableF1",
  "facts",
  "seconds",
];
const shown = (value: number | undefined): string =>
  value === undefined ? "" : Number.isInteger(value) ? String(value) : value.toFixed(3);
const rows = sets.flatMap(({ name, figures, formats }) => [
  [name, ...columns.map((column) => shown(figures[column]))],
  ...(isMalformed
    ? []
    : Object.entries(formats).map(([format, own]) => [`  ${format}`, ...columns.map((column) => shown(own[column]))])),
]);
console.log(textTable([["set", ...columns], ...rows]));
await writeReport({ bench, sets }, values.json);
