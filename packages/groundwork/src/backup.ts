import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import {
  type CallOptions,
  type CatalogDocument,
  type CatalogRevision,
  completeChunks,
  GroundworkError,
  isChunkField,
  type LineageEdge,
  type RunRecord,
  throwIfAborted,
} from "@groundwork/contracts";
import { RecordBatch, Schema, Table, tableFromIPC, tableToIPC } from "apache-arrow";
import { embedderKey } from "./index-register.ts";
import type { KnowledgeBase } from "./knowledge-base.ts";

/** Version of a backup's layout. */
const FORMAT = 1;

interface Manifest {
  readonly format: number;
  readonly embedder: string;
  readonly dimensions: number;
  readonly documents: number;
  readonly chunks: number;
  readonly texts: number;
  readonly createdAt: number;
}

export type BackupCounts = Pick<Manifest, "documents" | "chunks" | "texts"> & { readonly edges: number };

async function writeLines(path: string, records: AsyncIterable<unknown>, signal?: AbortSignal): Promise<number> {
  let count = 0;
  const lines = async function* (): AsyncGenerator<string> {
    for await (const record of records) {
      count++;
      yield `${JSON.stringify(record)}\n`;
    }
  };
  await pipeline(Readable.from(lines()), createWriteStream(path), ...(signal === undefined ? [] : [{ signal }]));
  return count;
}

async function* readLines<T>(path: string): AsyncGenerator<T> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY }))
    if (line !== "") yield JSON.parse(line) as T;
}

/**
 * Writes all that answers: documents, live revisions with their texts, chunks with their vectors (Arrow IPC in zstd), runs and
 * lineage. Ingestions may go on meanwhile: what is written is one state, that of the watermark at the start.
 */
export async function exportKnowledgeBase(
  base: KnowledgeBase,
  folder: string,
  options: CallOptions = {},
): Promise<BackupCounts> {
  const { signal } = options;
  const { catalog, store, artifacts, embedder } = base.parts;
  await mkdir(join(folder, "chunks"), { recursive: true });
  const watermark = await catalog.watermark(options);
  let chunks = 0;
  let file = 0;
  for await (const batch of store.scan(undefined, { signal, watermark, columns: [...chunkColumns(), "vector"] })) {
    throwIfAborted(signal);
    chunks += batch.numRows;
    const name = `${String(file++).padStart(6, "0")}.arrow.zst`;
    await writeFile(join(folder, "chunks", name), zstdCompressSync(tableToIPC(new Table([batch]), "stream")));
  }
  const revisions: AsyncGenerator<CatalogRevision> = liveRevisions(base, options);
  const kept: string[] = [];
  const withTexts = async function* (): AsyncGenerator<CatalogRevision> {
    for await (const revision of revisions) {
      const bytes = await artifacts.get(revision.artifact, options);
      if (bytes !== undefined) {
        const path = join(folder, "texts", revision.artifact);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, bytes);
        kept.push(revision.artifact);
      }
      yield revision;
    }
  };
  await writeLines(join(folder, "revisions.jsonl"), withTexts(), signal);
  const documents = await writeLines(join(folder, "documents.jsonl"), catalog.listDocuments({}, options), signal);
  const runs = await catalog.listRuns({ limit: 1_000_000 }, options);
  await writeLines(join(folder, "runs.jsonl"), Readable.from(runs), signal);
  const edges = await writeLines(join(folder, "edges.jsonl"), catalog.listEdges({}, options), signal);
  const manifest: Manifest = {
    format: FORMAT,
    embedder: embedderKey(embedder),
    dimensions: embedder.dimensions,
    documents,
    chunks,
    texts: kept.length,
    createdAt: Date.now(),
  };
  // Last: a backup without it is not complete.
  await writeFile(join(folder, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return { documents, chunks, texts: kept.length, edges };
}

function chunkColumns(): string[] {
  return [
    ..."chunk_id document_id version revision published_from published_to ordinal parent_chunk role text context".split(
      " ",
    ),
    ..."tokens char_start char_end section_path boxes start_ms end_ms location pii_types allow deny source_id key".split(
      " ",
    ),
    ..."uri title media_type language effective_from effective_to tags attributes content_hash run_id".split(" "),
  ].filter((column) => isChunkField(column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())));
}

async function* liveRevisions({ parts }: KnowledgeBase, options: CallOptions): AsyncGenerator<CatalogRevision> {
  for await (const { liveRevision } of parts.catalog.listDocuments({ states: ["live", "stale"] }, options)) {
    const revision = liveRevision === undefined ? undefined : await parts.catalog.getRevision(liveRevision, options);
    if (revision !== undefined) yield revision;
  }
}

async function readManifest(folder: string): Promise<Manifest> {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")) as Manifest;
  } catch (cause) {
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      `There is no complete backup in ${folder}: its manifest.json cannot be read. Make one with: groundwork export FOLDER`,
      { cause },
    );
  }
  if (manifest.format > FORMAT) {
    throw new GroundworkError(
      "FORMAT_TOO_NEW",
      `The backup has format ${manifest.format}, this release reads up to ${FORMAT}. Upgrade groundwork.`,
    );
  }
  return manifest;
}

/**
 * Fills an empty knowledge base from a backup, whatever parts it is made of. Everything becomes visible at once, at the end; an
 * import that ends before leaves nothing behind.
 *
 * @throws GroundworkError `INVALID_ARGUMENT` when the knowledge base is not empty or the backup not complete,
 * `SCHEMA_MISMATCH` when it was made with another embedder, `STORE_CORRUPT` when the backup is damaged.
 */
export async function importKnowledgeBase(
  base: KnowledgeBase,
  folder: string,
  options: CallOptions = {},
): Promise<BackupCounts> {
  const { signal } = options;
  const { catalog, store, artifacts, embedder } = base.parts;
  const manifest = await readManifest(folder);
  if (manifest.embedder !== embedderKey(embedder)) {
    throw new GroundworkError(
      "SCHEMA_MISMATCH",
      `The backup was made with the embedder ${manifest.embedder}, configured is ${embedderKey(embedder)}. Configure the same, import, then build a new index.`,
    );
  }
  for await (const _ of catalog.listDocuments({}, options))
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      "A backup is imported into an empty knowledge base. Name a new folder.",
    );
  const runs = await Array.fromAsync(readLines<RunRecord>(join(folder, "runs.jsonl")));
  for (const run of runs.reverse()) await catalog.startRun(run, options);
  const runId = runs.at(-1)?.runId ?? "import";
  const sequence = await catalog.beginPublication(runId, options);
  try {
    let chunks = 0;
    for (const name of (await readdir(join(folder, "chunks"))).sort()) {
      throwIfAborted(signal);
      for (const batch of readChunks(await readFile(join(folder, "chunks", name)), manifest.dimensions, sequence)) {
        await store.write(batch, options);
        chunks += batch.numRows;
      }
    }
    const found = await store.count({ op: "eq", field: "publishedFrom", value: sequence }, options);
    if (chunks !== manifest.chunks || found !== chunks)
      throw damaged(`holds ${chunks} chunks, of which the store has ${found}; its manifest says ${manifest.chunks}`);
    const documents = await Array.fromAsync(readLines<CatalogDocument>(join(folder, "documents.jsonl")));
    const revisions = await Array.fromAsync(readLines<CatalogRevision>(join(folder, "revisions.jsonl")));
    const edges = await Array.fromAsync(readLines<LineageEdge>(join(folder, "edges.jsonl")));
    let texts = 0;
    for (const { artifact } of revisions) {
      throwIfAborted(signal);
      const path = join(folder, "texts", artifact);
      if (await stat(path).catch(() => undefined)) {
        await artifacts.put(artifact, new Uint8Array(await readFile(path)), options);
        texts++;
      }
    }
    if (documents.length !== manifest.documents || texts !== manifest.texts)
      throw damaged(
        `holds ${documents.length} documents and ${texts} texts; its manifest says ${manifest.documents} and ${manifest.texts}`,
      );
    await catalog.commitPublication(
      sequence,
      {
        documents,
        revisions: revisions.map((revision) => ({ ...revision, publishedFrom: sequence })),
        retired: [],
        outcomes: [],
        edges,
      },
      options,
    );
    await store.maintain(options);
    return { documents: documents.length, chunks, texts, edges: edges.length };
  } catch (error) {
    await store.deleteBy({ op: "eq", field: "publishedFrom", value: sequence });
    await catalog.abortPublication(sequence).catch(() => {});
    throw error;
  }
}

function damaged(what: string): GroundworkError {
  return new GroundworkError("STORE_CORRUPT", `The backup ${what}. It is not complete: take another.`);
}

/** Rows of a file of a backup, under a new sequence. */
function* readChunks(bytes: Uint8Array, dimensions: number, publishedFrom: number): Generator<RecordBatch> {
  let table: Table;
  try {
    table = tableFromIPC(zstdDecompressSync(bytes));
  } catch (cause) {
    throw new GroundworkError("STORE_CORRUPT", "A file of chunks of the backup is damaged.", { cause });
  }
  const vectorAt = table.schema.fields.findIndex(({ name }) => name === "vector");
  const fields = table.schema.fields.filter((_, index) => index !== vectorAt);
  for (const batch of table.batches) {
    const vectors = new Float32Array(batch.numRows * dimensions);
    const column = batch.getChildAt(vectorAt)!;
    for (let row = 0; row < batch.numRows; row++) {
      const vector = column.get(row) as { toArray(): Float32Array } | null;
      if (vector !== null) vectors.set(vector.toArray(), row * dimensions);
    }
    const plain = batch.select(fields.map(({ name }) => name));
    const runs = plain.getChild("run_id")!;
    yield completeChunks(
      new RecordBatch(new Schema(fields, table.schema.metadata), plain.data as never),
      { publishedFrom, runId: String(runs.get(0) ?? "") },
      vectors,
      dimensions,
    );
  }
}
