import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { structureChunker } from "@groundwork/chunk";
import { embedderInput, stableHash } from "@groundwork/contracts";
import { localEmbedder } from "@groundwork/embed-local";
import { embedMany } from "@groundwork/pipeline";
import { textTable, writeReport } from "./bench-report.ts";
import { loadChunkCorpora } from "./chunk-corpus.ts";
import type { RawEmbedSetup } from "./embed/raw-embed.worker.ts";
import { median } from "./median.ts";

/**
 * `pnpm bench:embed`: texts per second of `embedMany` with the local embedder, counting, batching, pooling and moving of vectors
 * included, beside a bare loop over the same runtime and weights in as many threads, whose token ids and tensors are made before the
 * clock starts and whose results are dropped. By turns in one process; the texts are chunks of the documents.
 */
const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  allowPositionals: true,
  options: {
    data: { type: "string", multiple: true },
    json: { type: "string" },
    texts: { type: "string", default: "256" },
    runs: { type: "string", default: "5" },
    threads: { type: "string" },
    /** Texts of one run of the bare loop. */
    batch: { type: "string", default: "8" },
  },
});
const from = process.env.INIT_CWD ?? process.cwd();
const root = resolve(import.meta.dirname, "..");
const shared = resolve(root, process.env.GROUNDWORK_SHARED ?? "../../shared", "data");
const given = [...(values.data ?? []), ...positionals].map((folder) => resolve(from, folder));
const folders = given.length > 0 ? given : [join(shared, "policy-docs")];
const threads = Number(values.threads ?? Math.min(availableParallelism(), 4));
const batchSize = Number(values.batch);

interface Published {
  readonly modelPath: string;
  readonly tokenizerPath: string;
  readonly maxInputTokens: number;
}
interface PublishedTokenizer {
  encode(text: string): { readonly ids: readonly number[] };
}

/** What the embedder itself depends on, so that both run the same files. */
const dependant = fileURLToPath(import.meta.resolve("@groundwork/embed-local"));
async function load<T>(name: string): Promise<T> {
  const module = (await import(pathToFileURL(createRequire(dependant).resolve(name)).href)) as { default?: object };
  // A CommonJS module may show its exports under `default` alone.
  return { ...module.default, ...module } as T;
}

async function sampleTexts(count: number): Promise<string[]> {
  const corpora = await loadChunkCorpora(folders);
  const embedder = localEmbedder();
  const chunker = structureChunker({ tokenCounter: embedder.tokenCounter });
  const inputs = corpora.flatMap(({ revisions }) =>
    revisions.flatMap((revision) =>
      [...chunker.chunk(revision)].map((chunk) => embedderInput(chunk.context, chunk.text)),
    ),
  );
  await embedder.close?.();
  // In the order of their hashes: the same for everyone, and mixed.
  return [...new Set(inputs)]
    .map((text) => ({ text, order: stableHash([text]) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .slice(0, count)
    .map(({ text }) => text);
}

/** Batches of like length, dealt out so that each thread has as much to do. */
function dealBatches(ids: readonly (readonly number[])[]): number[][][][] {
  const sorted = ids.toSorted((a, b) => a.length - b.length);
  const shares: number[][][][] = Array.from({ length: threads }, () => []);
  for (let at = 0, turn = 0; at < sorted.length; at += batchSize, turn++) {
    const round = Math.floor(turn / threads);
    const thread = round % 2 === 0 ? turn % threads : threads - 1 - (turn % threads);
    shares[thread]!.push(sorted.slice(at, at + batchSize).map((list) => [...list]));
  }
  return shares;
}

interface Speed {
  /** Texts per second of CPU time of all threads. */
  readonly cpu: number;
  /** Texts per second of wall clock. */
  readonly wall: number;
}

async function timed(texts: number, run: () => Promise<unknown>): Promise<Speed> {
  const started = performance.now();
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (texts / (user + system)) * 1e6, wall: (texts / (performance.now() - started)) * 1e3 };
}

const texts = await sampleTexts(Number(values.texts));
const { modelPath, tokenizerPath, maxInputTokens } = await load<Published>("@groundwork/model-minilm-l6-v2");
const { Tokenizer } = await load<{ Tokenizer: new (json: object, options: object) => PublishedTokenizer }>(
  "@huggingface/tokenizers",
);
const tokenizer = new Tokenizer(JSON.parse(readFileSync(tokenizerPath, "utf8")) as object, {});
const ids = texts.map((text) => {
  const { ids: all } = tokenizer.encode(text);
  return all.length <= maxInputTokens ? all : [...all.slice(0, maxInputTokens - 1), all[all.length - 1]!];
});

const workers = await Promise.all(
  dealBatches(ids).map(async (batches) => {
    const setup: RawEmbedSetup = { dependant, modelPath, batches };
    const worker = new Worker(new URL("./embed/raw-embed.worker.ts", import.meta.url), { workerData: setup });
    await once(worker, "message");
    return worker;
  }),
);
const runRaw = async (count = Number.POSITIVE_INFINITY): Promise<void> => {
  await Promise.all(
    workers.map(async (worker) => {
      const done = once(worker, "message");
      worker.postMessage({ count });
      await done;
    }),
  );
};
const embedder = localEmbedder({ threads });
const runOurs = (): Promise<Float32Array> => embedMany(embedder, texts);

await runRaw(2);
await embedMany(embedder, texts.slice(0, threads * 4));
const raw: Speed[] = [];
const ours: Speed[] = [];
for (let round = 0; round < Number(values.runs); round++) {
  // Who comes first changes, so that a drift of the machine's speed hits both.
  for (const isRaw of round % 2 === 0 ? [true, false] : [false, true]) {
    if (isRaw) raw.push(await timed(texts.length, runRaw));
    else ours.push(await timed(texts.length, runOurs));
  }
}
await embedder.close?.();
for (const worker of workers) worker.postMessage("close");

const of = (speeds: readonly Speed[], name: keyof Speed): number => median(speeds.map((speed) => speed[name]));
const share = (name: keyof Speed): number => median(ours.map((speed, round) => speed[name] / raw[round]![name]));
const figures = {
  texts: texts.length,
  meanTokens: ids.reduce((sum, list) => sum + list.length, 0) / ids.length,
  threads,
  ours: of(ours, "cpu"),
  raw: of(raw, "cpu"),
  shareOfRaw: share("cpu"),
  oursWall: of(ours, "wall"),
  rawWall: of(raw, "wall"),
  shareOfRawWall: share("wall"),
};
console.log(
  textTable([
    ["texts/s", "CPU", "wall"],
    ["ours", figures.ours.toFixed(2), figures.oursWall.toFixed(2)],
    ["raw", figures.raw.toFixed(2), figures.rawWall.toFixed(2)],
    ["ours over raw", figures.shareOfRaw.toFixed(3), figures.shareOfRawWall.toFixed(3)],
  ]),
);
console.log(`${figures.texts} texts of ${figures.meanTokens.toFixed(0)} tokens, ${threads} threads`);
await writeReport({ bench: "embed", sets: [{ name: "chunks", figures }] }, values.json);
