import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  acceptsMediaType,
  type DocumentElement,
  type DocumentMetadata,
  placeElements,
  stableHash,
  type TextRevision,
} from "@groundwork/contracts";
import { detectMediaType } from "@groundwork/media-type";
import { localExtractors } from "groundwork";

/** Files whose text costs little to extract. */
const EXTENSIONS = /\.(?:md|html?|xhtml|txt|xml)(?:\.gz)?$/i;
const PASSAGES = "corpus.jsonl.gz";
/** Folders that repeat what lies beside them. */
const TRUTH_FOLDERS = new Set(["groundtruth", "expected_outputs", "_expected", "test_evaluate_files"]);

export interface ChunkCorpus {
  readonly name: "documents" | "passages";
  readonly revisions: readonly TextRevision[];
  /** UTF-8 bytes of the canonical texts. */
  readonly bytes: number;
}

async function filesUnder(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || path.split("/").some((part) => TRUTH_FOLDERS.has(part))) continue;
    if (entry.name === PASSAGES || (EXTENSIONS.test(entry.name) && entry.name !== "SOURCES.md")) found.push(path);
  }
  return found.sort();
}

function revisionOf(
  name: string,
  mediaType: string,
  elements: Iterable<DocumentElement>,
  metadata: DocumentMetadata,
): TextRevision {
  const id = stableHash([name], 24);
  return {
    revisionId: `rev_${id}`,
    documentId: `doc_${id}`,
    version: stableHash([name]),
    mediaType,
    metadata,
    ...placeElements(elements, "bench"),
  };
}

async function documentRevision(path: string, extractors: ReturnType<typeof localExtractors>): Promise<TextRevision> {
  const bytes = new Uint8Array(path.endsWith(".gz") ? gunzipSync(await readFile(path)) : await readFile(path));
  const fileName = path.split("/").at(-1)!.replace(/\.gz$/, "");
  const content = {
    size: bytes.length,
    bytes: async () => bytes,
    async *stream() {
      for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
    },
  };
  const { mediaType } = await detectMediaType(content, { fileName });
  const extractor = extractors.find((candidate) => acceptsMediaType(candidate.mediaTypes, mediaType));
  const elements: DocumentElement[] = [];
  let metadata: DocumentMetadata = {};
  const document = { documentId: "doc_bench", version: "0", mediaType, fileName, content };
  for await (const part of extractor?.extract(document) ?? []) {
    if (part.type === "elements") elements.push(...part.elements);
    if (part.type === "metadata") metadata = { ...metadata, ...part.metadata };
  }
  return revisionOf(path, mediaType, elements, metadata);
}

function passageRevisions(path: string, lines: string): TextRevision[] {
  return lines.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const { title = "", text = "" } = JSON.parse(line) as { title?: string; text?: string };
    const paragraphs = text
      .normalize("NFC")
      .split("\n")
      .filter((paragraph) => paragraph.trim() !== "");
    const elements = paragraphs.map((paragraph): DocumentElement => ({ kind: "paragraph", text: paragraph.trim() }));
    return [revisionOf(`${path}#${index}`, "text/plain", elements, title === "" ? {} : { title })];
  });
}

function corpusOf(name: ChunkCorpus["name"], revisions: readonly TextRevision[]): ChunkCorpus {
  const held = revisions.filter((revision) => revision.text !== "");
  const bytes = held.reduce((sum, revision) => sum + Buffer.byteLength(revision.text), 0);
  return { name, revisions: held, bytes };
}

/**
 * Text revisions of everything in the folders that is Markdown, HTML, XML or plain text, and of the passages of retrieval sets.
 * A file that cannot be read is named on standard error and left out.
 */
export async function loadChunkCorpora(folders: readonly string[]): Promise<ChunkCorpus[]> {
  const extractors = localExtractors();
  const documents: TextRevision[] = [];
  const passages: TextRevision[] = [];
  for (const folder of folders)
    for (const path of await filesUnder(folder)) {
      try {
        if (path.endsWith(PASSAGES)) {
          for (const revision of passageRevisions(path, gunzipSync(await readFile(path)).toString("utf8")))
            passages.push(revision);
        } else documents.push(await documentRevision(path, extractors));
      } catch (error) {
        console.error(`left out: ${path} (${(error as Error).message})`);
      }
    }
  for (const extractor of extractors) await extractor.close?.();
  return [corpusOf("documents", documents), corpusOf("passages", passages)].filter((corpus) => corpus.bytes > 0);
}
