/**
 * Measures the extraction of PDF pages beside bare loops over the same PDFium.
 *
 *   pnpm bench:pdf [--data DIR ...] [--json FILE]
 *
 * Every PDF under a DIR counts whose text layer is read: no picture of a page, no error, 100 characters or more. Three systems
 * read each file in turn, in an order that rotates: `ours` (the whole extractor: text, reading order, tables, headings, furniture,
 * boxes, elements out), `rawText` (load each page, get its text) and `rawRects` (its text's rectangles too). Figures are pages
 * per second of CPU time of the whole process (garbage collection and compilation included), medians of the rounds after the
 * process is warm.
 */
import { readdir, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { GroundworkError, type SourceDocument } from "@groundwork/contracts";
import { pdfExtractor } from "@groundwork/extract-pdf";
import { benchArguments } from "./bench-arguments.ts";
import { type BenchSet, textTable, writeReport } from "./bench-report.ts";
import { median } from "./median.ts";
import { createRawLoop } from "./raw-pdfium.ts";

const DEFAULT_DATA = resolve(import.meta.dirname, "../../../shared/data/docs");
const WARM_ROUNDS = 4;
const ROUNDS = 7;
const MIN_CHARACTERS = 100;
const SYSTEMS = ["ours", "rawText", "rawRects"] as const;

type System = (typeof SYSTEMS)[number];

interface PdfFile {
  readonly bytes: Uint8Array;
  readonly pages: number;
  readonly characters: number;
}

const raw = await createRawLoop();
const extractor = pdfExtractor();

function documentOf(bytes: Uint8Array): SourceDocument {
  return {
    documentId: "doc_bench",
    version: "0",
    mediaType: "application/pdf",
    fileName: "bench.pdf",
    content: {
      size: bytes.length,
      bytes: async () => bytes,
      stream: async function* () {
        yield bytes;
      },
    },
  };
}

async function extract(bytes: Uint8Array): Promise<{ elements: number; images: number }> {
  let elements = 0;
  let images = 0;
  for await (const part of extractor.extract(documentOf(bytes))) {
    if (part.type === "elements") elements += part.elements.length;
    if (part.type === "page-image") images++;
  }
  return { elements, images };
}

/** The file as the bench uses it, or nothing when its text layer is not what is read. */
async function loadFile(path: string): Promise<PdfFile | undefined> {
  const bytes = new Uint8Array(await readFile(path));
  try {
    const { elements, images } = await extract(bytes);
    if (elements === 0 || images > 0) return undefined;
  } catch (error) {
    if (GroundworkError.isInstance(error)) return undefined;
    throw error;
  }
  const { pages, characters } = raw(bytes, { rects: false });
  return characters < MIN_CHARACTERS ? undefined : { bytes, pages, characters };
}

async function findFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.toLowerCase().endsWith(".pdf"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function run(system: System, { bytes }: PdfFile): Promise<void> {
  if (system === "ours") await extract(bytes);
  else raw(bytes, { rects: system === "rawRects" });
}

/** CPU seconds of each system over all files. */
async function measureRound(files: readonly PdfFile[], round: number): Promise<Record<System, number>> {
  const seconds: Record<System, number> = { ours: 0, rawText: 0, rawRects: 0 };
  for (const [index, file] of files.entries()) {
    for (let turn = 0; turn < SYSTEMS.length; turn++) {
      const system = SYSTEMS[(turn + index + round) % SYSTEMS.length]!;
      const before = process.cpuUsage();
      await run(system, file);
      const { user, system: kernel } = process.cpuUsage(before);
      seconds[system] += (user + kernel) / 1e6;
    }
  }
  return seconds;
}

async function benchSet(folder: string): Promise<BenchSet> {
  const paths = await findFiles(folder);
  const files: PdfFile[] = [];
  for (const path of paths) {
    const file = await loadFile(path);
    if (file !== undefined) files.push(file);
  }
  const rounds: Record<System, number>[] = [];
  for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
    const seconds = await measureRound(files, round);
    if (round >= WARM_ROUNDS) rounds.push(seconds);
  }
  const pages = files.reduce((sum, file) => sum + file.pages, 0);
  const pagesPerSecond = (system: System): number => median(rounds.map((seconds) => pages / seconds[system]));
  const share = (system: System): number => median(rounds.map((seconds) => seconds[system] / seconds.ours));
  return {
    name: basename(folder),
    figures: {
      files: files.length,
      otherFiles: paths.length - files.length,
      pages,
      characters: files.reduce((sum, file) => sum + file.characters, 0),
      ours: pagesPerSecond("ours"),
      rawText: pagesPerSecond("rawText"),
      rawRects: pagesPerSecond("rawRects"),
      shareOfRawText: share("rawText"),
      shareOfRawRects: share("rawRects"),
    },
  };
}

const { data, json } = benchArguments();
const sets: BenchSet[] = [];
for (const folder of data.length > 0 ? data : [DEFAULT_DATA]) sets.push(await benchSet(folder));
await extractor.close?.();
const columns = Object.keys(sets[0]!.figures);
const shown = (name: string, value: number): string =>
  /^(?:ours|raw|share)/.test(name) ? value.toFixed(3) : `${value}`;
console.log(
  textTable([
    ["set (pages per CPU second)", ...columns],
    ...sets.map(({ name, figures }) => [name, ...columns.map((column) => shown(column, figures[column]!))]),
  ]),
);
await writeReport({ bench: "pdf", sets }, json);
