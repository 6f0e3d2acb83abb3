import {
  allOf,
  type CallOptions,
  type ChunkRow,
  decodeChunks,
  type Filter,
  type StoreHit,
  type VectorStore,
} from "@groundwork/contracts";
import { RecordBatch, Table } from "apache-arrow";
import { type MemoryVectorSpace, memoryVectorStore } from "./memory-vector-store.ts";
import { encodeStoreRows } from "./vector-store-fixtures.ts";

type Fault = (store: VectorStore, space: MemoryVectorSpace) => Partial<VectorStore>;

const asTable = (rows: RecordBatch | Table): Table => (rows instanceof RecordBatch ? new Table([rows]) : rows);

/** The filter with each condition replaced by what `change` makes of it. */
function rewrite(filter: Filter, change: (leaf: Extract<Filter, { op: string }>) => Filter): Filter {
  if ("and" in filter) return { and: filter.and.map((part) => rewrite(part, change)) };
  if ("or" in filter) return { or: filter.or.map((part) => rewrite(part, change)) };
  if ("not" in filter) return { not: rewrite(filter.not, change) };
  return change(filter);
}

/** Every read with another filter. */
function withFilters(
  store: VectorStore,
  change: (leaf: Extract<Filter, { op: string }>) => Filter,
): Partial<VectorStore> {
  const changed = (filter: Filter | undefined): Filter | undefined =>
    filter === undefined ? undefined : rewrite(filter, change);
  return {
    count: (filter, options) => store.count(changed(filter), options),
    scan: (filter, options) => store.scan(changed(filter), options),
  };
}

/** Rows changed on their way in; their vectors stay. */
function withRows(store: VectorStore, change: (row: ChunkRow) => ChunkRow): Partial<VectorStore> {
  return {
    write(rows, options) {
      const table = asTable(rows);
      const vectors = table.getChild("vector");
      if (vectors === null || (vectors.type as { listSize?: number }).listSize !== 8) return store.write(rows, options);
      const values = Array.from({ length: table.numRows }, (_, index) => {
        const value = vectors.get(index) as { toArray(): Float32Array } | null;
        return value === null ? null : Float32Array.from(value.toArray());
      });
      return store.write(encodeStoreRows(decodeChunks(table).map(change), values), options);
    },
  };
}

function without<T extends CallOptions>(options: T | undefined, ...names: readonly string[]): T {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([name]) => !names.includes(name))) as unknown as T;
}

/** What stores are seen to do wrong. The suite must catch each. */
export const VECTOR_STORE_FAULTS: Readonly<Record<string, Fault>> = {
  "drops the last row of a batch": (store) => ({
    async write(rows, options) {
      const table = asTable(rows);
      await store.write(table.slice(0, Math.max(table.numRows - 1, 0)), options);
      return { rows: table.numRows };
    },
  }),
  "drops what exceeds a thousand rows": (store) => ({
    async write(rows, options) {
      const table = asTable(rows);
      await store.write(table.slice(0, 1_000), options);
      return { rows: table.numRows };
    },
  }),
  "keeps the old row of a key": (store, space) => ({
    async write(rows, options) {
      const before = new Map(space.rows);
      const result = await store.write(rows, options);
      for (const [chunkId, stored] of before) space.rows.set(chunkId, stored);
      return result;
    },
  }),
  "writes part of a batch that it refuses": (store) => ({
    async write(rows, options) {
      const table = asTable(rows);
      if (table.numRows > 1 && table.numRows < 5) await store.write(table.slice(0, 1), options);
      return store.write(rows, options);
    },
  }),
  "takes the later of a key twice in a batch": (store) => ({
    async write(rows, options) {
      const table = asTable(rows);
      for (let index = 0; index < table.numRows; index++) await store.write(table.slice(index, index + 1), options);
      return { rows: table.numRows };
    },
  }),
  "turns attributes into texts": (store) =>
    withRows(store, (row) => ({
      ...row,
      attributes: Object.fromEntries(Object.entries(row.attributes).map(([key, value]) => [key, String(value)])),
    })),
  "embeds parents": (store) => withRows(store, ({ role: _role, ...row }) => row),
  "forgets the context": (store) => withRows(store, (row) => ({ ...row, context: "" })),
  "indexes the text without its context": (store) => ({
    async search(request, options) {
      const found = await store.search(request, options);
      if (found.lexical === undefined || request.text !== "procurement") return found;
      return { ...found, lexical: [] };
    },
  }),
  "ignores filters in search": (store) => ({
    search: (request, options) => store.search(without(request as never, "filter"), options),
  }),
  "filters after the top list": (store) => ({
    async search(request, options) {
      const found = await store.search(without(request as never, "filter"), options);
      const allowed = new Set<string>();
      for await (const batch of store.scan(request.filter, { ...options, columns: ["chunk_id"] }))
        for (const id of batch.getChild("chunk_id")!) allowed.add(id as string);
      const keep = (hits: readonly StoreHit[]): StoreHit[] => hits.filter((hit) => allowed.has(hit.chunkId));
      return {
        ...(found.dense === undefined ? {} : { dense: keep(found.dense) }),
        ...(found.lexical === undefined ? {} : { lexical: keep(found.lexical) }),
      };
    },
  }),
  "ignores the watermark in search": (store) => ({
    search: (request, options) => store.search(request, without(options, "watermark")),
  }),
  "ignores the watermark in get": (store) => ({
    get: (chunkIds, options) => store.get(chunkIds, without(options, "watermark")),
  }),
  "breaks ties as it likes": (store) => ({
    async search(request, options) {
      const found = await store.search({ ...request, limit: request.limit + 40 }, options);
      const order = (hits: readonly StoreHit[]): StoreHit[] =>
        hits.toSorted((a, b) => b.score - a.score || (a.chunkId < b.chunkId ? 1 : -1)).slice(0, request.limit);
      return {
        ...(found.dense === undefined ? {} : { dense: order(found.dense) }),
        ...(found.lexical === undefined ? {} : { lexical: order(found.lexical) }),
      };
    },
  }),
  "gives one hit too many": (store) => ({
    search: (request, options) => store.search({ ...request, limit: request.limit + 1 }, options),
  }),
  "gives distances for similarities": (store) => ({
    async search(request, options) {
      const { dense, ...rest } = await store.search(request, options);
      return dense === undefined ? rest : { ...rest, dense: dense.map((hit) => ({ ...hit, score: hit.score - 1 })) };
    },
  }),
  "reads a minus as syntax": (store) => ({
    async search(request, options) {
      const found = await store.search(request, options);
      return /(^|\s)-\w/.test(request.text ?? "") ? { ...found, lexical: [] } : found;
    },
  }),
  "fails on an unclosed quote": (store) => ({
    async search(request, options) {
      if (((request.text ?? "").match(/"/g)?.length ?? 0) % 2 === 1) throw new Error("Syntax error in query");
      return store.search(request, options);
    },
  }),
  "lets ne miss what lacks the field": (store) =>
    withFilters(store, (leaf) =>
      leaf.op === "ne" ? { and: [leaf, { op: "exists", field: leaf.field, value: true }] } : leaf,
    ),
  "compares without regard to case": (store) =>
    withFilters(store, (leaf) =>
      leaf.op === "eq" && typeof leaf.value === "string"
        ? { or: [leaf, { ...leaf, value: leaf.value[0]?.toUpperCase() + leaf.value.slice(1) }] }
        : leaf,
    ),
  "takes wildcards for wildcards": (store) =>
    withFilters(store, (leaf) =>
      leaf.op === "contains" && /[%_]/.test(leaf.value) ? { op: "exists", field: leaf.field, value: true } : leaf,
    ),
  "lets a quote end a literal": (store) =>
    withFilters(store, (leaf) =>
      leaf.op === "eq" && typeof leaf.value === "string" && leaf.value.startsWith("' OR") ? { and: [] } : leaf,
    ),
  "orders numbers as texts": (store) =>
    withFilters(store, (leaf) => (leaf.op === "lt" && leaf.value === 0 ? { or: [] } : leaf)),
  "ignores an operator it does not know": (store) =>
    withFilters(store, (leaf) => (leaf.op === "listContainsAny" ? { and: [] } : leaf)),
  "stamps everything": (store) => ({ stamp: (_filter, values, options) => store.stamp({ and: [] }, values, options) }),
  "cannot clear a stamp": (store) => ({
    stamp: (filter, values, options) =>
      values.publishedTo === null
        ? store.count(filter).then((rows) => ({ rows }))
        : store.stamp(filter, values, options),
  }),
  "deletes all but the last": (store) => ({
    async deleteBy(filter, options) {
      const rows = await store.count(filter);
      const kept: string[] = [];
      for await (const batch of store.scan(filter, { columns: ["chunk_id"] }))
        for (const id of batch.getChild("chunk_id")!) kept.push(id as string);
      const last: Filter = { op: "ne", field: "chunkId", value: kept.sort().at(-1) ?? "" };
      await store.deleteBy(allOf(filter, last)!, options);
      return { rows };
    },
  }),
  "deletes everything when nothing matches": (store) => ({
    async deleteBy(filter, options) {
      const found = await store.deleteBy(filter, options);
      if (found.rows === 0) await store.deleteBy({ and: [] }, options);
      return found;
    },
  }),
  "gives rows in its own order": (store) => ({
    get: (chunkIds, options) => store.get([...chunkIds].sort(), options),
  }),
  "always gives the vector": (store) => ({
    get: async (chunkIds, options) =>
      store.get(chunkIds, {
        ...options,
        columns: options?.columns ?? [...(await store.get([])).schema.fields.map((field) => field.name), "vector"],
      }),
  }),
  "scans one batch only": (store) => ({
    async *scan(filter, options) {
      for await (const batch of store.scan(filter, options)) {
        yield batch.slice(0, 1_024);
        return;
      }
    },
  }),
  "scores on another scale": (store) => ({
    async score(request, options) {
      const { lexical, ...rest } = await store.score(request, options);
      return lexical === undefined
        ? rest
        : { ...rest, lexical: new Map(Array.from(lexical, ([id, score]) => [id, score / 2])) };
    },
  }),
  "scores what is out of scope": (store) => ({
    score: (request, options) => store.score(without(request as never, "filter"), options),
  }),
  "leaves out scores of zero": (store) => ({
    async score(request, options) {
      const { lexical, ...rest } = await store.score(request, options);
      return lexical === undefined
        ? rest
        : { ...rest, lexical: new Map(Array.from(lexical).filter(([, score]) => score > 0)) };
    },
  }),
  "ignores the signal": (store) => ({
    write: (rows, options) => store.write(rows, without(options, "signal")),
    deleteBy: (filter, options) => store.deleteBy(filter, without(options, "signal")),
  }),
  "works on after close": (store) => ({ close: async () => void store.name }),
  "fails when closed twice": (store) => {
    let closed = false;
    return {
      async close() {
        if (closed) throw new Error("closed");
        closed = true;
        await store.close();
      },
    };
  },
  "takes any dimensions": (store, space) => ({
    async open(schema, options) {
      space.dimensions = undefined;
      await store.open(schema, options);
    },
  }),
  "loses a row in maintenance": (store, space) => ({
    async maintain(options) {
      const result = await store.maintain(options);
      space.rows.delete([...space.rows.keys()].at(-1) ?? "");
      return result;
    },
  }),
  "shows half a batch": (store) => ({
    async write(rows, options) {
      const table = asTable(rows);
      if (table.numRows !== 20) return store.write(rows, options);
      await store.write(table.slice(0, 7), options);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return store.write(rows, options);
    },
  }),
};

/** A store in memory with one planted fault. */
export function faultyVectorStore(fault: Fault, space: MemoryVectorSpace): VectorStore {
  const store = memoryVectorStore(space);
  return { ...store, ...fault(store, space) };
}
