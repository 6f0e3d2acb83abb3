import { createHash } from "node:crypto";
import { linkSync, mkdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { gunzipSync } from "node:zlib";
import { listFiles } from "./list-files.ts";

/** Bytes of a document: longer texts are cut at line ends into documents of seeded sizes between these, most of them short. */
const SMALLEST = 2_000;
const LARGEST = 37_500;
const TEXT_FILE = /\.(?:md|markdown|txt|xml)(?:\.gz)?$/i;
const NOT_A_DOCUMENT = new Set(["SOURCES.md", "README.md"]);
/** All documents have times in the past: a file of the last moment is waited for by careful readers. */
const MODIFIED = new Date("2024-01-01T00:00:00Z");
const AMENDED = new Date("2024-02-01T00:00:00Z");

export interface TextDocument {
  readonly key: string;
  readonly text: string;
}

export interface TextCorpus {
  readonly folder: string;
  readonly documents: number;
  readonly bytes: number;
}

/** 0 to 1, the same in every run. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function read(path: string): Promise<string> {
  const bytes = await readFile(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").replaceAll("\r\n", "\n");
}

/** Passages of a retrieval set as Markdown. A title of several passages is a heading, of one the bold begin of its paragraph, a number its mark. */
function passages(lines: string): string {
  const items = lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { title?: string; text: string });
  const parts: string[] = [];
  for (const [index, { title = "", text }] of items.entries()) {
    const isFirst = items[index - 1]?.title !== title;
    const isOnly = isFirst && items[index + 1]?.title !== title;
    if (title === "" || !isFirst) parts.push(text);
    else if (!/\p{L}{3}/u.test(title)) parts.push(`${title} ${text}`);
    else if (isOnly) parts.push(`**${title}.** ${text}`);
    else parts.push(`## ${title}`, text);
  }
  return parts.join("\n\n");
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Text of a document in XML: an element's text is a paragraph. */
function xmlText(xml: string): string {
  return xml
    .replace(/<[^>]+>/g, "\n")
    .replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name]!)
    .replace(/[ \t]+/g, " ")
    .replace(/ ?\n[ \n]*/g, "\n\n")
    .trim();
}

/** Cuts a long text at the ends of lines. */
function* pieces(text: string, random: () => number): Generator<string> {
  if (text.length <= LARGEST) {
    yield text;
    return;
  }
  let start = 0;
  while (start < text.length) {
    const size = SMALLEST + (LARGEST - SMALLEST) * random() ** 3;
    let end = text.indexOf("\n", start + size);
    if (end < 0 || text.length - end < SMALLEST) end = text.length;
    yield text.slice(start, end);
    start = end + 1;
  }
}

/** Whether a text has words beside front matter and markup: a document without any is an error for some and nothing for others. */
function hasProse(text: string): boolean {
  const prose = text.replace(/^---\n[\s\S]*?\n---(?:\n|$)/, "").replace(/<[^>]*>|!?\[[^\]]*\]\([^)]*\)/g, "");
  return (prose.match(/\p{L}{2}/gu)?.length ?? 0) >= 50;
}

/** Documents of Markdown and plain text made of the texts below some folders, in an order that is always the same. */
export async function* textDocuments(folders: readonly string[]): AsyncGenerator<TextDocument> {
  const random = seededRandom(1);
  const seen = new Set<string>();
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile() && !NOT_A_DOCUMENT.has(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort((a, b) => (a < b ? -1 : 1));
    for (const path of paths) {
      const isSet = basename(path) === "corpus.jsonl.gz";
      if (!isSet && !TEXT_FILE.test(path)) continue;
      const raw = await read(path);
      const isXml = /\.xml(?:\.gz)?$/i.test(path);
      const text = isSet ? passages(raw) : isXml ? xmlText(raw) : raw;
      const extension = isSet || /\.(?:md|markdown)/i.test(path) ? "md" : "txt";
      const name = relative(folder, path)
        .replace(/\.(?:jsonl|md|markdown|txt|xml)(?:\.gz)?$/i, "")
        .replaceAll(/[^\p{L}\p{N}/._-]+/gu, "-");
      let number = 0;
      for (const piece of pieces(text, random)) {
        const digest = createHash("sha256").update(piece).digest("base64");
        if (!hasProse(piece) || seen.has(digest)) continue;
        seen.add(digest);
        yield { key: `${basename(folder)}/${name}-${String(number++).padStart(4, "0")}.${extension}`, text: piece };
      }
    }
  }
}

/** What is written into a changed document. */
export const AMENDMENT = "This clause was amended for the benchmark of changes.";

/** One document in so many is changed, and another deleted. */
const CHANGED_OF = 100;

/** A second state of a corpus: 1 % of its documents amended in their middle, 1 % gone, the others the same files. */
export async function prepareChangedCorpus(corpus: TextCorpus, target: string): Promise<TextCorpus> {
  await rm(target, { recursive: true, force: true });
  let [documents, bytes] = [0, 0];
  for (const [index, { key, path }] of listFiles(corpus.folder).entries()) {
    if (index % CHANGED_OF === 50) continue;
    const copy = join(target, key);
    mkdirSync(dirname(copy), { recursive: true });
    documents++;
    if (index % CHANGED_OF !== 0) {
      linkSync(path, copy);
      bytes += statSync(path).size;
      continue;
    }
    const text = await readFile(path, "utf8");
    const middle = text.indexOf("\n", text.length / 2);
    const at = middle < 0 ? text.length : middle;
    const amended = Buffer.from(`${text.slice(0, at)}\n\n${AMENDMENT}\n${text.slice(at)}`);
    writeFileSync(copy, amended);
    utimesSync(copy, AMENDED, AMENDED);
    bytes += amended.length;
  }
  return { folder: target, documents, bytes };
}

/** Writes a selection of the documents once; what is there is used again. */
export async function prepareCorpus(
  folders: readonly string[],
  most: number,
  target: string,
): Promise<TextCorpus & { readonly digest: string }> {
  const marker = `${target}.json`;
  const request = JSON.stringify({ folders, most, revision: 4 });
  const known = await readFile(marker, "utf8").then(
    (text) => JSON.parse(text) as { request: string; documents: number; bytes: number; digest: string },
    () => undefined,
  );
  if (known?.request === request && (await stat(target).catch(() => undefined)) !== undefined)
    return { folder: target, documents: known.documents, bytes: known.bytes, digest: known.digest };
  const all: TextDocument[] = [];
  for await (const document of textDocuments(folders)) all.push(document);
  const step = Math.max(1, all.length / most);
  const chosen = Array.from({ length: Math.min(most, all.length) }, (_, index) => all[Math.floor(index * step)]!);
  const draft = `${target}.draft`;
  for (const path of [draft, target]) await rm(path, { recursive: true, force: true });
  const hash = createHash("sha256");
  let bytes = 0;
  for (const { key, text } of chosen) {
    const path = join(draft, key);
    await mkdir(dirname(path), { recursive: true });
    const content = Buffer.from(text);
    await writeFile(path, content);
    await utimes(path, MODIFIED, MODIFIED);
    hash.update(key).update("\0").update(content);
    bytes += content.length;
  }
  await rename(draft, target);
  const digest = hash.digest("hex").slice(0, 16);
  await writeFile(marker, `${JSON.stringify({ request, documents: chosen.length, bytes, digest })}\n`);
  return { folder: target, documents: chosen.length, bytes, digest };
}
