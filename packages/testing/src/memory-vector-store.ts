import {
  CHUNKS_SCHEMA,
  type ChunkRow,
  chunksWithVectorSchema,
  decodeChunks,
  embedderInput,
  encodeChunks,
  FILTER_OPERATORS,
  type Filter,
  GroundworkError,
  matchesFilter,
  type ReadOptions,
  type StoreHit,
  throwIfAborted,
  type VectorStore,
  vectorType,
} from "@groundwork/contracts";
import { Field, Float32, makeData, RecordBatch, Schema, Struct, Table } from "apache-arrow";
import { Bm25Index } from "./lexical-analysis.ts";

interface StoredRow {
  readonly row: ChunkRow;
  readonly vector: Float32Array | null;
  readonly norm: number;
}

/** What handles of one memory store share. */
export interface MemoryVectorSpace {
  readonly rows: Map<string, StoredRow>;
  readonly lexical: Bm25Index;
  dimensions: number | undefined;
}

export function createMemoryVectorSpace(): MemoryVectorSpace {
  return { rows: new Map(), lexical: new Bm25Index(), dimensions: undefined };
}

const NAME = "memory";
const MAX_ROWS = 10_000;

function invalid(message: string): GroundworkError {
  return new GroundworkError("INVALID_ARGUMENT", message, { store: NAME });
}

const CAMEL_FIELDS: ReadonlySet<string> = new Set(
  CHUNKS_SCHEMA.fields.map((field) =>
    field.name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()),
  ),
);

function readField(row: ChunkRow, field: string): unknown {
  if (field === "role") return row.role ?? "passage";
  if (CAMEL_FIELDS.has(field)) return row[field as keyof ChunkRow];
  return Object.hasOwn(row.attributes, field) ? row.attributes[field] : undefined;
}

function matches(row: ChunkRow, filter: Filter | undefined, watermark: number | undefined): boolean {
  if (watermark !== undefined) {
    if (row.publishedFrom > watermark) return false;
    if (row.publishedTo !== undefined && row.publishedTo <= watermark) return false;
  }
  return filter === undefined || matchesFilter(filter, (field) => readField(row, field));
}

function norm(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

function cosine(a: Float32Array, aNorm: number, b: Float32Array, bNorm: number): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return aNorm === 0 || bNorm === 0 ? 0 : sum / (aNorm * bNorm);
}

function best(scores: ReadonlyMap<string, number>, limit: number): StoreHit[] {
  return Array.from(scores, ([chunkId, score]) => ({ chunkId, score }))
    .sort((a, b) => b.score - a.score || (a.chunkId < b.chunkId ? -1 : a.chunkId > b.chunkId ? 1 : 0))
    .slice(0, limit);
}

function decode(rows: RecordBatch | Table, dimensions: number): StoredRow[] {
  const table = rows instanceof Table ? rows : new Table([rows]);
  for (const field of chunksWithVectorSchema(dimensions).fields) {
    const found = table.schema.fields.find((candidate) => candidate.name === field.name);
    if (found === undefined || String(found.type) !== String(field.type))
      throw new GroundworkError(
        "SCHEMA_MISMATCH",
        `Column ${field.name}: expected ${field.type}, found ${found?.type ?? "no such column"}. Write rows of chunks.v1 with vectors of ${dimensions} dimensions.`,
        { store: NAME },
      );
  }
  const vectors = table.getChild("vector")!;
  const seen = new Set<string>();
  return decodeChunks(table).map((row, index) => {
    if (row.chunkId === "" || seen.has(row.chunkId))
      throw invalid(`Row ${index}: expected a chunk id that occurs once in the batch, found "${row.chunkId}" again.`);
    seen.add(row.chunkId);
    const value = vectors.get(index) as { toArray(): Float32Array } | null;
    const vector = value === null ? null : Float32Array.from(value.toArray());
    return { row, vector, norm: vector === null ? 0 : norm(vector) };
  });
}

function encode(rows: readonly StoredRow[], dimensions: number, columns: readonly string[] | undefined): RecordBatch {
  const names = columns ?? CHUNKS_SCHEMA.fields.map((field) => field.name);
  const chunks = encodeChunks(rows.map((stored) => stored.row));
  const values = new Float32Array(rows.length * dimensions);
  const nullBitmap = new Uint8Array(Math.ceil(rows.length / 64) * 8);
  rows.forEach(({ vector }, index) => {
    if (vector === null) return;
    values.set(vector, index * dimensions);
    nullBitmap[index >> 3]! |= 1 << (index & 7);
  });
  const type = vectorType(dimensions);
  const child = makeData({ type: new Float32(), length: values.length, nullCount: 0, nullBitmap: null, data: values });
  const nullCount = rows.filter((stored) => stored.vector === null).length;
  const vector = makeData({ type, length: rows.length, nullCount, nullBitmap, child } as never);
  const selected = names.map((name) => {
    if (name === "vector") return { field: new Field("vector", type, true), data: vector };
    const index = CHUNKS_SCHEMA.fields.findIndex((field) => field.name === name);
    if (index < 0) throw invalid(`Column "${name}": expected a column of chunks.v1 or "vector".`);
    return { field: CHUNKS_SCHEMA.fields[index]!, data: chunks.data.children[index]! };
  });
  const schema = new Schema(
    selected.map((column) => column.field),
    CHUNKS_SCHEMA.metadata,
  );
  const children = selected.map((column) => column.data);
  const struct = { type: new Struct(schema.fields), length: rows.length, nullCount: 0, nullBitmap: null, children };
  return new RecordBatch(schema, makeData(struct) as never);
}

/**
 * A vector store in memory: exact cosine, BM25, every filter by {@link matchesFilter}. It is the reference that the suite of
 * the contract runs first. Handles made with one `space` see the same rows; without it each store has its own.
 */
export function memoryVectorStore(space: MemoryVectorSpace = createMemoryVectorSpace()): VectorStore {
  let state: "new" | "open" | "closed" = "new";
  const begin = (options: ReadOptions | undefined): number => {
    throwIfAborted(options?.signal, { store: NAME });
    if (state === "closed") throw invalid("Expected an open store, found a closed one. Make a new store and open it.");
    if (state === "new" || space.dimensions === undefined) throw invalid("Expected open() before any other call.");
    return space.dimensions;
  };
  const checkVector = (vector: Float32Array | undefined, dimensions: number): void => {
    if (vector !== undefined && (vector.length !== dimensions || !Number.isFinite(norm(vector)) || norm(vector) === 0))
      throw invalid(
        `Expected a query vector of ${dimensions} finite numbers that is not zero, found ${vector.length}.`,
      );
  };
  const visible = function* (filter: Filter | undefined, options: ReadOptions | undefined): Generator<StoredRow> {
    for (const stored of space.rows.values()) if (matches(stored.row, filter, options?.watermark)) yield stored;
  };
  const searchable = (stored: StoredRow): boolean => stored.vector !== null && stored.row.role !== "parent";
  const store: VectorStore = {
    name: NAME,
    capabilities: {
      lexical: "bm25",
      filters: FILTER_OPERATORS,
      scoring: true,
      exactUpTo: Number.MAX_SAFE_INTEGER,
      maxRowsPerWrite: MAX_ROWS,
      concurrentWriters: false,
    },
    async open({ dimensions }, options) {
      throwIfAborted(options?.signal, { store: NAME });
      if (state === "closed") throw invalid("Expected a new store, found a closed one. Make a new store and open it.");
      if (!Number.isSafeInteger(dimensions) || dimensions < 1)
        throw invalid(`Expected dimensions of at least 1, found ${dimensions}.`);
      if (space.dimensions !== undefined && space.dimensions !== dimensions)
        throw new GroundworkError(
          "SCHEMA_MISMATCH",
          `Expected vectors of ${space.dimensions} dimensions, found ${dimensions}. Open with the embedder that filled the store.`,
          { store: NAME },
        );
      space.dimensions = dimensions;
      state = "open";
    },
    async write(rows, options) {
      const decoded = decode(rows, begin(options));
      for (const stored of decoded) {
        space.rows.set(stored.row.chunkId, stored);
        if (searchable(stored))
          space.lexical.set(stored.row.chunkId, embedderInput(stored.row.context, stored.row.text));
        else space.lexical.delete(stored.row.chunkId);
      }
      return { rows: decoded.length };
    },
    async stamp(filter, { publishedTo }, options) {
      begin(options);
      if (publishedTo !== null && !Number.isSafeInteger(publishedTo))
        throw invalid(`Expected publishedTo as an integer or null, found ${publishedTo}.`);
      const matching = Array.from(visible(filter, undefined));
      for (const stored of matching) {
        const { publishedTo: _old, ...row } = stored.row;
        space.rows.set(row.chunkId, { ...stored, row: publishedTo === null ? row : { ...row, publishedTo } });
      }
      return { rows: matching.length };
    },
    async deleteBy(filter, options) {
      begin(options);
      const matching = Array.from(visible(filter, undefined), (stored) => stored.row.chunkId);
      for (const chunkId of matching) {
        space.rows.delete(chunkId);
        space.lexical.delete(chunkId);
      }
      return { rows: matching.length };
    },
    async search(request, options) {
      const dimensions = begin(options);
      checkVector(request.vector, dimensions);
      if (!Number.isSafeInteger(request.limit) || request.limit < 0)
        throw invalid(`Expected limit as a whole number, found ${request.limit}.`);
      const chunkIds = Array.from(visible(request.filter, options), (stored) => stored.row.chunkId);
      const scores = await store.score({ ...request, chunkIds }, options);
      const lexical = new Map(Array.from(scores.lexical ?? []).filter(([, score]) => score > 0));
      return {
        ...(scores.dense === undefined ? {} : { dense: best(scores.dense, request.limit) }),
        ...(scores.lexical === undefined ? {} : { lexical: best(lexical, request.limit) }),
      };
    },
    async score({ chunkIds, vector, text, filter }, options) {
      const dimensions = begin(options);
      checkVector(vector, dimensions);
      const candidates = [...new Set(chunkIds)]
        .map((chunkId) => space.rows.get(chunkId))
        .filter((stored) => stored !== undefined)
        .filter((stored) => searchable(stored) && matches(stored.row, filter, options?.watermark));
      const dense = new Map<string, number>();
      if (vector !== undefined) {
        const queryNorm = norm(vector);
        for (const stored of candidates)
          dense.set(stored.row.chunkId, cosine(vector, queryNorm, stored.vector!, stored.norm));
      }
      const ids = candidates.map((stored) => stored.row.chunkId);
      return {
        ...(vector === undefined ? {} : { dense }),
        ...(text === undefined ? {} : { lexical: space.lexical.score(text, ids) }),
      };
    },
    async get(chunkIds, options) {
      const dimensions = begin(options);
      const found = [...new Set(chunkIds)]
        .map((chunkId) => space.rows.get(chunkId))
        .filter((stored) => stored !== undefined)
        .filter((stored) => matches(stored.row, undefined, options?.watermark));
      return new Table([encode(found, dimensions, options?.columns)]);
    },
    async *scan(filter, options) {
      const dimensions = begin(options);
      const found = Array.from(visible(filter, options));
      for (let start = 0; start < found.length; start += MAX_ROWS) {
        throwIfAborted(options?.signal, { store: NAME });
        yield encode(found.slice(start, start + MAX_ROWS), dimensions, options?.columns);
      }
    },
    async count(filter, options) {
      begin(options);
      return Array.from(visible(filter, options)).length;
    },
    async maintain(options) {
      begin(options);
      return { compacted: false, indexed: false };
    },
    async close() {
      state = "closed";
    },
  };
  return store;
}
