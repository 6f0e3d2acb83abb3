import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { fixedSizeChunker, sentenceChunker, structureChunker } from "@groundwork/chunk";
import { type Chunker, renderMarkdown } from "@groundwork/contracts";
import { createTokenCounter } from "@groundwork/embed-local";
import { textTable, writeReport } from "./bench-report.ts";
import { type ChunkCorpus, loadChunkCorpora } from "./chunk-corpus.ts";
import { median } from "./median.ts";

/**
 * `pnpm bench:chunk`: megabytes of text per second of CPU time (all threads, garbage collection included) of our chunkers, which
 * count tokens exactly, beside the character splitters of LangChain.js, on the same texts, by turns. `ours` keeps its token counter
 * between the runs as a process does that ingests; `oursFresh` opens one in each run, vocabulary and all. `--peers DIR` is the
 * `node_modules` that holds `@langchain/textsplitters`.
 */
const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  allowPositionals: true,
  options: {
    data: { type: "string", multiple: true },
    json: { type: "string" },
    peers: { type: "string" },
    runs: { type: "string", default: "7" },
    "max-tokens": { type: "string", default: "256" },
    "chunk-size": { type: "string", default: "1000" },
    "chunk-overlap": { type: "string", default: "200" },
  },
});
const from = process.env.INIT_CWD ?? process.cwd();
const root = resolve(import.meta.dirname, "..");
const shared = resolve(root, process.env.GROUNDWORK_SHARED ?? "../../shared", "data");
const given = [...(values.data ?? []), ...positionals].map((folder) => resolve(from, folder));
const folders = given.length > 0 ? given : ["policy-docs", "docs", "retrieval"].map((name) => join(shared, name));
const peers = values.peers === undefined ? join(root, "peers/node_modules") : resolve(from, values.peers);
const rounds = Number(values.runs);
const maxTokens = Number(values["max-tokens"]);

interface TextSplitter {
  splitText(text: string): Promise<string[]>;
  createDocuments(texts: string[]): Promise<unknown[]>;
}
type SplitterClass = new (options: { readonly chunkSize: number; readonly chunkOverlap: number }) => TextSplitter;

async function loadSplitters(): Promise<{ readonly plain: TextSplitter; readonly markdown: TextSplitter } | undefined> {
  if (!existsSync(join(peers, "@langchain/textsplitters"))) return undefined;
  const path = createRequire(join(peers, "../index.js")).resolve("@langchain/textsplitters");
  const module = (await import(pathToFileURL(path).href)) as Record<string, SplitterClass>;
  const options = { chunkSize: Number(values["chunk-size"]), chunkOverlap: Number(values["chunk-overlap"]) };
  return {
    plain: new module.RecursiveCharacterTextSplitter!(options),
    markdown: new module.MarkdownTextSplitter!(options),
  };
}

/** A way to cut a corpus. `run` gives the number of chunks. */
interface Candidate {
  readonly name: string;
  readonly bytes: number;
  run(): Promise<number> | number;
}

function chunkAll(chunker: Chunker, corpus: ChunkCorpus): number {
  let chunks = 0;
  for (const revision of corpus.revisions) for (const _ of chunker.chunk(revision)) chunks++;
  return chunks;
}

async function splitAll(splitter: TextSplitter, texts: readonly string[]): Promise<number> {
  let chunks = 0;
  for (const text of texts) chunks += (await splitter.splitText(text)).length;
  return chunks;
}

const splitters = await loadSplitters();
if (splitters === undefined)
  console.error(`@langchain/textsplitters is not in ${peers}: only ours is measured. See benchmarks/peers.`);
const tokenCounter = createTokenCounter();

/** Those of a group take turns. What a process that ingests does not run beside our chunker stands in the second group. */
function groupsOf(corpus: ChunkCorpus): readonly (readonly Candidate[])[] {
  const { bytes } = corpus;
  const ours = structureChunker({ tokenCounter, maxTokens });
  const sentences = sentenceChunker({ tokenCounter, maxTokens });
  const fixedSize = fixedSizeChunker({ tokenCounter, maxTokens });
  const first: Candidate[] = [{ name: "ours", bytes, run: () => chunkAll(ours, corpus) }];
  const second: Candidate[] = [
    {
      name: "oursFresh",
      bytes,
      run: () => chunkAll(structureChunker({ tokenCounter: createTokenCounter(), maxTokens }), corpus),
    },
    { name: "sentences", bytes, run: () => chunkAll(sentences, corpus) },
    { name: "fixedSize", bytes, run: () => chunkAll(fixedSize, corpus) },
  ];
  if (splitters !== undefined) {
    const texts = corpus.revisions.map((revision) => revision.text);
    const markdown = corpus.revisions.map((revision) => renderMarkdown(revision.elements));
    first.push(
      { name: "langchain", bytes, run: () => splitAll(splitters.plain, texts) },
      { name: "langchainDocuments", bytes, run: async () => (await splitters.plain.createDocuments(texts)).length },
      {
        name: "langchainMarkdown",
        bytes: markdown.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
        run: () => splitAll(splitters.markdown, markdown),
      },
    );
  }
  return [first, second];
}

async function measureGroup(
  candidates: readonly Candidate[],
  speeds: Map<string, number[]>,
  figures: Record<string, number>,
): Promise<void> {
  // The first two rounds are for the compiler.
  for (let round = -2; round < rounds; round++)
    for (const { name, bytes, run } of candidates) {
      const before = process.cpuUsage();
      const chunks = await run();
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) speeds.set(name, [...(speeds.get(name) ?? []), bytes / (user + system)]);
      figures[`${name}Chunks`] = chunks;
    }
}

async function measure(corpus: ChunkCorpus, group: 0 | 1, figures: Record<string, number>): Promise<void> {
  const speeds = new Map<string, number[]>();
  await measureGroup(groupsOf(corpus)[group]!, speeds, figures);
  for (const [name, found] of speeds) figures[name] = median(found);
  for (const peer of ["langchain", "langchainDocuments", "langchainMarkdown"]) {
    const found = speeds.get(peer);
    if (found !== undefined)
      figures[`overL${peer.slice(1)}`] = median(speeds.get("ours")!.map((speed, round) => speed / found[round]!));
  }
}

const corpora = await loadChunkCorpora(folders);
if (corpora.length === 0)
  throw new Error(`No Markdown, HTML, XML or text in ${folders.join(", ")}. Give folders with --data.`);
const sets = corpora.map((corpus) => ({
  name: corpus.name,
  figures: { documents: corpus.revisions.length, megabytes: corpus.bytes / 1e6 } as Record<string, number>,
}));
for (const group of [0, 1] as const)
  for (const [index, corpus] of corpora.entries()) await measure(corpus, group, sets[index]!.figures);

for (const { name, figures } of sets) {
  console.log(`${name}: ${figures.documents} documents, ${figures.megabytes!.toFixed(1)} MB`);
  const names = Object.keys(figures).filter((key) => `${key}Chunks` in figures);
  console.log(
    textTable([
      ["", "MB per CPU s", "chunks"],
      ...names.map((key) => [key, figures[key]!.toFixed(1), String(figures[`${key}Chunks`])]),
    ]),
  );
  for (const [key, value] of Object.entries(figures))
    if (key.startsWith("over")) console.log(`ours over l${key.slice("overL".length)}: ${value.toFixed(2)}`);
}
await writeReport({ bench: "chunk", sets }, values.json);
