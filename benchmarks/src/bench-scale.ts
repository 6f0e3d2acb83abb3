import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { type BenchSet, textTable, writeReport } from "./bench-report.ts";
import { changeDocuments, writeCsv, writeDocuments } from "./scale/synthetic-files.ts";

/**
 * `pnpm bench:scale`: memory and work as a knowledge base grows, on synthetic documents with a stand-in for the embedder (`--embedder local`: the real one, for `change`).
 * `memory`: ten times the documents; `large`: one large table; `change`: one document in a hundred edited and one deleted;
 * `listing`: a plan over objects that the catalog knows. `--only a,b` chooses; `--documents` and `--objects` set the sizes.
 */
const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  allowPositionals: true,
  options: {
    data: { type: "string", multiple: true },
    json: { type: "string" },
    only: { type: "string" },
    documents: { type: "string", default: "1000" },
    objects: { type: "string", default: "1000000" },
    megabytes: { type: "string", default: "100" },
    changed: { type: "string", default: "10000" },
    /** `stub` or `local`: the real model, in the scenario `change`. */
    embedder: { type: "string", default: "stub" },
  },
});
const only = values.only?.split(",");
const execute = promisify(execFile);
const work = await mkdtemp(join(tmpdir(), "groundwork-scale-"));
const sets: BenchSet[] = [];

interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly work: Readonly<Record<string, number>>;
  readonly failed: readonly string[];
}

async function run<T = Measured>(script: string, ...args: readonly string[]): Promise<T> {
  const path = join(import.meta.dirname, "scale", script);
  const { stdout } = await execute(process.execPath, [path, ...args], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return (stdout === "" ? {} : JSON.parse(stdout)) as T;
}

function report(name: string, figures: Readonly<Record<string, number>>): void {
  sets.push({ name, figures });
  console.log(
    textTable([
      [name, ...Object.keys(figures)],
      ["", ...Object.values(figures).map((value) => (Number.isInteger(value) ? String(value) : value.toFixed(3)))],
    ]),
    "\n",
  );
}

try {
  if (only === undefined || only.includes("memory")) {
    const count = Number(values.documents);
    const corpora = [join(work, "one"), join(work, "ten")] as const;
    await writeDocuments(corpora[0], count);
    await writeDocuments(corpora[1], count * 10);
    const one = await run("measure-scale.ts", corpora[0], join(work, "kb-one"));
    const ten = await run("measure-scale.ts", corpora[1], join(work, "kb-ten"));
    report("memory", {
      documents: count,
      peakMegabytes: one.peakMegabytes,
      peakMegabytes10x: ten.peakMegabytes,
      ratio: ten.peakMegabytes / one.peakMegabytes,
      seconds: one.seconds,
      seconds10x: ten.seconds,
    });
    await rm(corpora[1], { recursive: true });
  }
  if (only === undefined || only.includes("large")) {
    const path = join(work, "large", "table.csv");
    await writeCsv(path, Number(values.megabytes));
    const large = await run("measure-scale.ts", join(work, "large"), join(work, "kb-large"));
    report("large", {
      megabytes: Number(values.megabytes),
      peakMegabytes: large.peakMegabytes,
      seconds: large.seconds,
      chunks: large.work.rowsWritten ?? 0,
      failed: large.failed.length,
    });
    if (large.failed.length > 0) console.log(large.failed.join(", "));
  }
  if (only === undefined || only.includes("change")) {
    const count = Number(values.changed);
    const corpus = join(work, "changing");
    await writeDocuments(corpus, count);
    const given = [corpus, join(work, "kb-changing"), values.embedder] as const;
    const first = await run("measure-scale.ts", ...given);
    const edited = await changeDocuments(corpus, count);
    const second = await run("measure-scale.ts", ...given);
    const third = await run("measure-scale.ts", ...given);
    report("change", {
      documents: count,
      edited,
      deleted: second.counts.deleted ?? 0,
      embeddings: second.work.embeddings ?? 0,
      firstSeconds: first.seconds,
      changeSeconds: second.seconds,
      share: second.seconds / first.seconds,
      cpuShare: second.cpuSeconds / first.cpuSeconds,
      unchangedSeconds: third.seconds,
    });
  }
  if (only === undefined || only.includes("listing")) {
    const count = Number(values.objects);
    const state = join(work, "kb-listing");
    await mkdir(state, { recursive: true });
    await run("measure-listing.ts", "fill", state, String(count));
    const plan = await run("measure-listing.ts", "plan", state, String(count));
    report("listing", {
      objects: count,
      seconds: plan.seconds,
      objectsPerSecond: count / plan.seconds,
      objectsPerCpuSecond: count / plan.cpuSeconds,
      peakMegabytes: plan.peakMegabytes,
      changed: plan.counts.change ?? 0,
    });
  }
  await writeReport({ bench: "scale", sets }, values.json);
} finally {
  await rm(work, { recursive: true, force: true });
}
