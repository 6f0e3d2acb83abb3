/**
 * Measures the extraction of HTML pages beside bare passes of the parser it runs on.
 *
 *   pnpm bench:html [--data DIR ...] [--json FILE]
 *
 * Every HTML page under a DIR counts. Three systems read each file in turn, in an order that rotates, from its bytes: `ours` (the
 * whole extractor: encoding, main content, lists, tables, marks, elements out), `sax` (decode as UTF-8, all events of htmlparser2 to
 * handlers that count) and `saxText` (the same, text alone). Figures are megabytes per second of CPU time of the whole process
 * (garbage collection and compilation included), from each file's median of the rounds after the process is warm.
 */
import { readdir, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { acceptsMediaType, type SourceDocument } from "@groundwork/contracts";
import { localExtractors } from "groundwork";
import { type Handler, Parser } from "htmlparser2";
import { benchArguments } from "./bench-arguments.ts";
import { type BenchSet, textTable, writeReport } from "./bench-report.ts";
import { median } from "./median.ts";

const DEFAULT_DATA = resolve(import.meta.dirname, "../../../shared/data/docs");
const WARM_ROUNDS = 8;
const ROUNDS = 15;
/** Bytes of a file that are read between two looks at the clock: small files are read several times. */
const SLICE = 150_000;
const SYSTEMS = ["ours", "sax", "saxText"] as const;

type System = (typeof SYSTEMS)[number];

const MEDIA_TYPE = "text/html";

const extractor = localExtractors().find(({ mediaTypes }) => acceptsMediaType(mediaTypes, MEDIA_TYPE))!;
const decoder = new TextDecoder();
/** What was read must be used. */
let read = 0;

function documentOf(bytes: Uint8Array): SourceDocument {
  return {
    documentId: "doc_bench",
    version: "0",
    mediaType: MEDIA_TYPE,
    fileName: "bench.html",
    content: {
      size: bytes.length,
      bytes: async () => bytes,
      stream: async function* () {
        yield bytes;
      },
    },
  };
}

function pass(bytes: Uint8Array, handler: Partial<Handler>): void {
  const parser = new Parser(handler, { decodeEntities: true });
  parser.write(decoder.decode(bytes));
  parser.end();
}

const ontext = (text: string): void => {
  read += text.length;
};
const textHandler: Partial<Handler> = { ontext };
const handler: Partial<Handler> = {
  onopentag: (name, attributes) => {
    read += name.length + (attributes.class?.length ?? 0);
  },
  ontext,
  onclosetag: (name) => {
    read += name.length;
  },
};

async function run(system: System, bytes: Uint8Array): Promise<void> {
  if (system !== "ours") pass(bytes, system === "sax" ? handler : textHandler);
  else for await (const part of extractor.extract(documentOf(bytes))) if (part.type === "elements") read++;
}

async function findFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && /\.x?html?$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** CPU seconds of one reading of a file by each system, round by round. */
type Times = Readonly<Record<System, number[]>>;

async function measureRound(files: readonly Uint8Array[], round: number, times: readonly Times[]): Promise<void> {
  for (const [index, bytes] of files.entries()) {
    const readings = Math.max(1, Math.round(SLICE / bytes.length));
    for (let turn = 0; turn < SYSTEMS.length; turn++) {
      const system = SYSTEMS[(turn + index + round) % SYSTEMS.length]!;
      const before = process.cpuUsage();
      for (let reading = 0; reading < readings; reading++) await run(system, bytes);
      const { user, system: kernel } = process.cpuUsage(before);
      if (round >= WARM_ROUNDS) times[index]![system].push((user + kernel) / 1e6 / readings);
    }
  }
}

async function benchSet(folder: string): Promise<BenchSet> {
  const files: Uint8Array[] = [];
  for (const path of await findFiles(folder)) {
    const bytes = new Uint8Array(await readFile(path));
    if (bytes.length > 0) files.push(bytes);
  }
  if (files.length === 0) throw new Error(`No HTML in ${folder}. Give folders with --data.`);
  const times = files.map((): Times => ({ ours: [], sax: [], saxText: [] }));
  for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) await measureRound(files, round, times);
  const megabytes = files.reduce((sum, bytes) => sum + bytes.length, 0) / 1e6;
  const seconds = (system: System): number => times.reduce((sum, found) => sum + median(found[system]), 0);
  const speed = (system: System): number => megabytes / seconds(system);
  const share = (system: System): number => seconds(system) / seconds("ours");
  return {
    name: basename(folder),
    figures: {
      files: files.length,
      megabytes,
      ours: speed("ours"),
      sax: speed("sax"),
      saxText: speed("saxText"),
      shareOfSax: share("sax"),
      shareOfSaxText: share("saxText"),
    },
  };
}

const { data, json } = benchArguments();
const sets: BenchSet[] = [];
for (const folder of data.length > 0 ? data : [DEFAULT_DATA]) sets.push(await benchSet(folder));
await extractor.close?.();
if (read === 0) throw new Error("Nothing was read.");
const columns = Object.keys(sets[0]!.figures);
const shown = (name: string, value: number): string => (name === "files" ? `${value}` : value.toFixed(3));
console.log(
  textTable([
    ["set (MB per CPU second)", ...columns],
    ...sets.map(({ name, figures }) => [name, ...columns.map((column) => shown(column, figures[column]!))]),
  ]),
);
await writeReport({ bench: "html", sets }, json);
