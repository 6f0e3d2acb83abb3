import assert from "node:assert/strict";
import {
  CHUNKS_SCHEMA,
  type ChunkRow,
  chunksWithVectorSchema,
  encodeChunks,
  type Filter,
  type ReadOptions,
  type StoreCapabilities,
  type VectorStore,
  vectorType,
} from "@groundwork/contracts";
import { Float32, makeData, RecordBatch, Struct } from "apache-arrow";
import type { SuiteCase } from "./suite-case.ts";

export interface VectorStoreSuiteOptions {
  /** A new handle that is not open yet. One `place` is one set of rows; each case takes places of its own. */
  create(place: string): VectorStore | Promise<VectorStore>;
  /** Removes what a case left at a place. */
  remove?(place: string): void | Promise<void>;
  /** What the store claims; cases beyond it are left out, and one case checks that the store says the same. @default everything */
  readonly capabilities?: Pick<StoreCapabilities, "lexical" | "filters" | "scoring" | "concurrentWriters">;
  /** Rows outlive the handle, and two handles on one place see each other's writes. @default true */
  readonly persistent?: boolean;
  /** @default 5000 */
  readonly mostRows?: number;
}

export const DIMENSIONS = 8;

/** Uniform in 0..1, the same for one seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function unitVector(values: readonly number[]): Float32Array {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return Float32Array.from(values, (value) => value / length);
}

export function vectorOf(seed: number, dimensions: number = DIMENSIONS): Float32Array {
  const random = randomNumbers(seed + 1);
  return unitVector(Array.from({ length: dimensions }, () => random() - 0.5));
}

export function idOf(index: number): string {
  return `chk_${String(index).padStart(6, "0")}`;
}

export function rowOf(index: number, values: Partial<ChunkRow> = {}): ChunkRow {
  return {
    chunkId: idOf(index),
    ordinal: index,
    text: `Passage number ${index}`,
    context: "",
    charStart: 0,
    charEnd: 20,
    tokens: 6,
    sectionPath: [],
    boxes: [],
    contentHash: `hash-${index}`,
    documentId: `doc_${index >> 2}`,
    version: "version",
    revision: "revision",
    publishedFrom: 1,
    piiTypes: [],
    allow: [],
    deny: [],
    sourceId: "source",
    key: `folder/${index}.md`,
    uri: `file:///folder/${index}.md`,
    mediaType: "text/markdown",
    tags: [],
    attributes: {},
    runId: "run",
    ...values,
  };
}

/** Rows with their vectors: by default one of {@link vectorOf} each, and none for a parent. `null` is a row without one. */
export function encodeStoreRows(
  rows: readonly ChunkRow[],
  vectors: readonly (Float32Array | null)[] = rows.map((row) => (row.role === "parent" ? null : vectorOf(row.ordinal))),
  dimensions: number = DIMENSIONS,
): RecordBatch {
  const values = new Float32Array(rows.length * dimensions);
  const nullBitmap = new Uint8Array(Math.ceil(rows.length / 64) * 8);
  vectors.forEach((vector, index) => {
    if (vector === null) return;
    values.set(vector, index * dimensions);
    nullBitmap[index >> 3]! |= 1 << (index & 7);
  });
  const child = makeData({ type: new Float32(), length: values.length, nullCount: 0, nullBitmap: null, data: values });
  const nullCount = vectors.filter((vector) => vector === null).length;
  const type = vectorType(dimensions);
  const vector = makeData({ type, length: rows.length, nullCount, nullBitmap, child } as never);
  const schema = chunksWithVectorSchema(dimensions);
  const children = [...encodeChunks(rows).data.children, vector];
  const struct = { type: new Struct(schema.fields), length: rows.length, nullCount: 0, nullBitmap: null, children };
  return new RecordBatch(schema, makeData(struct) as never);
}

let places = 0;

/** A place that no other case has. */
export function newPlace(): string {
  return `suite_${process.pid}_${++places}`;
}

/** Runs a check on a new, open store, and closes and removes it whatever happens. */
export function storeCase(
  options: VectorStoreSuiteOptions,
  name: string,
  check: (store: VectorStore, place: string) => Promise<void>,
): SuiteCase {
  return {
    name,
    async run() {
      const place = newPlace();
      const store = await options.create(place);
      try {
        await store.open({ dimensions: DIMENSIONS });
        await check(store, place);
      } finally {
        await store.close();
        await options.remove?.(place);
      }
    },
  };
}

export async function scanIds(store: VectorStore, filter?: Filter, options?: ReadOptions): Promise<string[]> {
  const ids: string[] = [];
  for await (const batch of store.scan(filter, { ...options, columns: ["chunk_id"] })) {
    const column = batch.getChild("chunk_id")!;
    for (let index = 0; index < batch.numRows; index++) ids.push(column.get(index) as string);
  }
  return ids.sort();
}

export async function write(
  store: VectorStore,
  rows: readonly ChunkRow[],
  vectors?: readonly (Float32Array | null)[],
): Promise<void> {
  const result = await store.write(encodeStoreRows(rows, vectors));
  assert.equal(result.rows, rows.length, "rows that write() reports");
}

const CAMEL_FIELDS: ReadonlySet<string> = new Set(
  CHUNKS_SCHEMA.fields.map((field) =>
    field.name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()),
  ),
);

/** What a filter's field reads from a row: a column by its camel-case name, else an attribute. */
export function readFilterField(row: ChunkRow, field: string): unknown {
  if (field === "role") return row.role ?? "passage";
  if (CAMEL_FIELDS.has(field)) return row[field as keyof ChunkRow];
  return Object.hasOwn(row.attributes, field) ? row.attributes[field] : undefined;
}

export function cosineOf(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let index = 0; index < a.length; index++) {
    dot += a[index]! * b[index]!;
    aa += a[index]! ** 2;
    bb += b[index]! ** 2;
  }
  return dot / Math.sqrt(aa * bb);
}
