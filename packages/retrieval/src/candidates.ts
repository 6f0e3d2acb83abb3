import {
  CHUNKS_SCHEMA,
  type ChunkRow,
  decodeChunks,
  type Embedder,
  type Filter,
  GroundworkError,
  type LexicalIndex,
  type ReadOptions,
  type StoreHit,
  type VectorStore,
} from "@groundwork/contracts";
import { contentWords } from "@groundwork/terms";
import type { Table } from "apache-arrow";
import type { CheckedRequest } from "./request.ts";
import type { Stopwatch } from "./stopwatch.ts";

/** What is read of every candidate. The rest is decoded for those that are shown: lists are slow to read out of Arrow. */
export type CandidateRow = Pick<
  ChunkRow,
  | "chunkId"
  | "documentId"
  | "revision"
  | "text"
  | "context"
  | "charStart"
  | "charEnd"
  | "sourceId"
  | "key"
  | "title"
  | "contentHash"
>;

/** A row that a list brought, with what the store knows of it. */
export interface Candidate {
  readonly row: CandidateRow;
  /** The row with all its columns. */
  whole(): ChunkRow;
  /** 1-based place in the dense list. */
  readonly denseRank?: number;
  readonly lexicalRank?: number;
  /** Cosine; absent in lexical mode. */
  readonly dense?: number;
}

export interface CandidateSet {
  readonly candidates: readonly Candidate[];
  readonly lists: { readonly dense?: number; readonly lexical?: number; readonly union: number };
}

export interface CandidateParts {
  readonly store: VectorStore;
  /** Beside a store that has no word search. */
  readonly lexicalIndex?: LexicalIndex;
}

/** Boxes are read from the text revision, where they are exact; they would be most of what is read here. */
const COLUMNS: readonly string[] = CHUNKS_SCHEMA.fields.map((field) => field.name).filter((name) => name !== "boxes");

const LIGHT_COLUMNS: readonly string[] = [
  "chunk_id",
  "document_id",
  "revision",
  "text",
  "context",
  "char_start",
  "char_end",
  "source_id",
  "key",
  "title",
  "content_hash",
];

function rowsOf(table: Table): { readonly row: CandidateRow; whole(): ChunkRow }[] {
  return decodeChunks(table.select([...LIGHT_COLUMNS])).map((row, index) => ({
    row,
    whole: () => decodeChunks(table.slice(index, index + 1))[0]!,
  }));
}

export async function queryVector(embedder: Embedder, query: string, options: ReadOptions): Promise<Float32Array> {
  const { vectors } = await embedder.doEmbed([query], { signal: options.signal, purpose: "query" });
  if (vectors.length !== embedder.dimensions)
    throw new GroundworkError(
      "INTERNAL",
      `Expected one vector of ${embedder.dimensions} dimensions for the question, found ${vectors.length} values.`,
      { driver: embedder.modelId },
    );
  return vectors;
}

function ranks(hits: readonly StoreHit[] | undefined): ReadonlyMap<string, number> {
  return new Map(hits?.map((hit, index) => [hit.chunkId, index + 1]));
}

function lexicalSource(parts: CandidateParts, request: CheckedRequest): "store" | "index" | "none" {
  if (request.mode === "dense") return "none";
  if (parts.store.capabilities.lexical !== "none") return "store";
  if (parts.lexicalIndex !== undefined) return "index";
  if (request.mode === "hybrid") return "none";
  throw new GroundworkError(
    "UNSUPPORTED_OPERATION",
    "Expected a store with word search or a lexical index beside it for mode lexical. Configure one, or ask in mode dense.",
    { store: parts.store.name },
  );
}

/** The best of each list, joined, each with its exact cosine and its row. Rows that vanish meanwhile are left out. */
export async function findCandidates(
  parts: CandidateParts,
  request: CheckedRequest,
  query: { readonly vector: Float32Array | undefined; readonly filter: Filter },
  options: ReadOptions & { readonly stopwatch: Stopwatch },
): Promise<CandidateSet> {
  const { store, lexicalIndex } = parts;
  const { vector, filter } = query;
  const { stopwatch, ...read } = options;
  const source = lexicalSource(parts, request);
  const text = contentWords(request.query);
  const limit = request.candidates;
  const [found, beside] = await stopwatch.time("search", () =>
    Promise.all([
      store.search(
        {
          limit,
          filter,
          ...(vector === undefined ? {} : { vector }),
          ...(source === "store" ? { text } : {}),
        },
        read,
      ),
      source === "index" ? lexicalIndex!.search({ limit, filter, text }, read) : undefined,
    ]),
  );
  const lexicalHits = found.lexical ?? beside?.lexical;
  const dense = new Map(found.dense?.map((hit) => [hit.chunkId, hit.score]));
  const denseRanks = ranks(found.dense);
  const lexicalRanks = ranks(lexicalHits);
  const chunkIds = [...new Set([...denseRanks.keys(), ...lexicalRanks.keys()])];
  const unscored = vector === undefined ? [] : chunkIds.filter((chunkId) => !dense.has(chunkId));
  const [scores, rows] = await stopwatch.time("read", () =>
    Promise.all([
      unscored.length === 0 ? undefined : cosines(store, unscored, vector!, filter, read),
      chunkIds.length === 0 ? [] : store.get(chunkIds, { ...read, columns: COLUMNS }).then(rowsOf),
    ]),
  );
  for (const [chunkId, score] of scores ?? []) dense.set(chunkId, score);
  const candidates = rows
    .filter(({ row }) => vector === undefined || dense.has(row.chunkId))
    .map(({ row, whole }): Candidate => {
      const cosine = dense.get(row.chunkId);
      const denseRank = denseRanks.get(row.chunkId);
      const lexicalRank = lexicalRanks.get(row.chunkId);
      return {
        row,
        whole,
        ...(cosine === undefined ? {} : { dense: cosine }),
        ...(denseRank === undefined ? {} : { denseRank }),
        ...(lexicalRank === undefined ? {} : { lexicalRank }),
      };
    });
  return {
    candidates,
    lists: {
      union: chunkIds.length,
      ...(found.dense === undefined ? {} : { dense: found.dense.length }),
      ...(lexicalHits === undefined ? {} : { lexical: lexicalHits.length }),
    },
  };
}

/** Exact cosines of hits that only the word list has: by the store, or of the vectors themselves where it cannot. */
async function cosines(
  store: VectorStore,
  chunkIds: readonly string[],
  vector: Float32Array,
  filter: Filter,
  options: ReadOptions,
): Promise<ReadonlyMap<string, number>> {
  if (store.capabilities.scoring)
    return (await store.score({ chunkIds, vector, filter }, options)).dense ?? new Map<string, number>();
  const table = await store.get(chunkIds, { ...options, columns: ["chunk_id", "vector"] });
  const ids = table.getChild("chunk_id")!;
  const vectors = table.getChild("vector")!;
  const found = new Map<string, number>();
  for (let index = 0; index < table.numRows; index++) {
    const value = vectors.get(index) as { toArray(): Float32Array } | null;
    if (value !== null) found.set(ids.get(index) as string, cosine(vector, value.toArray()));
  }
  return found;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let product = 0;
  let left = 0;
  let right = 0;
  for (let index = 0; index < a.length; index++) {
    product += a[index]! * b[index]!;
    left += a[index]! ** 2;
    right += b[index]! ** 2;
  }
  return left === 0 || right === 0 ? 0 : product / Math.sqrt(left * right);
}
