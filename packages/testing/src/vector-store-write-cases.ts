import assert from "node:assert/strict";
import { type ChunkRow, chunksWithVectorSchema, decodeChunks, type Filter } from "@groundwork/contracts";
import { type RecordBatch, Table } from "apache-arrow";
import { expectError } from "./expect-error.ts";
import type { SuiteCase } from "./suite-case.ts";
import {
  DIMENSIONS,
  encodeStoreRows,
  idOf,
  rowOf,
  scanIds,
  storeCase,
  type VectorStoreSuiteOptions,
  vectorOf,
  write,
} from "./vector-store-fixtures.ts";

const range = (start: number, end: number): ChunkRow[] =>
  Array.from({ length: end - start }, (_, index) => rowOf(start + index));

export const FULL_ROW: ChunkRow = rowOf(7, {
  text: "Größe 😀 “quoted” \\ back\nslash\ttab 'single' \u0001",
  context: "Título — § 4.2",
  parentChunk: "chk_parent",
  publishedFrom: 3,
  publishedTo: 9_007_199_254_740_991,
  sectionPath: ['A "b"', "ß", ""],
  boxes: [
    { page: 2, left: 0.125, top: 0.25, right: 0.5, bottom: 0.375, start: 0, end: 4 },
    { page: 3, left: 0, top: 0, right: 1, bottom: 1 },
  ],
  startMs: 0,
  endMs: 2_147_483_647,
  piiTypes: ["NAME"],
  allow: ["group:finance", "user:o'hara"],
  deny: ["user:mallory"],
  title: "",
  language: "en",
  effectiveFrom: "2026-01-01",
  effectiveTo: "2026-12-31",
  tags: ["x", "x, y"],
  attributes: {
    department: "finance",
    level: 3.5,
    negative: -1e-7,
    public: false,
    codes: ["a", "b"],
    none: [],
    "odd key": "ü",
  },
});

function rowsOfTable(table: Table | RecordBatch): ChunkRow[] {
  return decodeChunks(table);
}

/** The rows of a batch with its columns in another order. */
function shuffled(batch: RecordBatch): RecordBatch {
  return batch.select([...batch.schema.fields.map((field) => field.name)].reverse() as never) as RecordBatch;
}

function countCases(options: VectorStoreSuiteOptions): SuiteCase[] {
  const most = options.mostRows ?? 5_000;
  const sizes = [...new Set([1, 2, 7, 8, 9, 63, 64, 65, 1_000, most])].filter((size) => size <= most);
  return sizes.map((size) =>
    storeCase(options, `write: ${size} rows in are ${size} rows out`, async (store) => {
      await write(store, range(0, size));
      assert.equal(await store.count(), size);
      const ids = await scanIds(store);
      assert.equal(new Set(ids).size, size);
      assert.equal(ids.at(-1), idOf(size - 1));
      const last = await store.get([idOf(size - 1)]);
      assert.equal(last.numRows, 1, "the last row of the batch");
    }),
  );
}

function writeCases(options: VectorStoreSuiteOptions): SuiteCase[] {
  return [
    storeCase(options, "write: an empty batch writes nothing", async (store) => {
      assert.deepEqual(await store.write(encodeStoreRows([])), { rows: 0 });
      assert.deepEqual(await store.write(new Table(chunksWithVectorSchema(DIMENSIONS))), { rows: 0 });
      assert.equal(await store.count(), 0);
    }),
    storeCase(options, "write: a table of several batches, slices and columns in another order", async (store) => {
      const batch = encodeStoreRows([FULL_ROW, ...range(10, 40)]);
      await store.write(new Table([batch.slice(0, 5), batch.slice(5, 18), batch.slice(18, 31)]));
      assert.equal(await store.count(), 31);
      await store.write(batch.slice(9, 20));
      await store.write(shuffled(encodeStoreRows(range(40, 60))));
      assert.equal(await store.count(), 51);
      const row = rowsOfTable(await store.get([idOf(25)]))[0];
      assert.deepEqual(row, rowOf(25));
      const [hit] = (await store.search({ vector: vectorOf(25), limit: 1 })).dense ?? [];
      assert.equal(hit?.chunkId, idOf(25));
    }),
    storeCase(options, "write: every column comes back as it was", async (store) => {
      const parent = rowOf(8, { role: "parent", chunkId: "chk_parent" });
      await write(store, [FULL_ROW, parent, rowOf(9)]);
      const found = await store.get([FULL_ROW.chunkId, "chk_parent", idOf(9)], {
        columns: chunksWithVectorSchema(DIMENSIONS).fields.map((field) => field.name),
      });
      assert.deepEqual(rowsOfTable(found), [FULL_ROW, parent, rowOf(9)]);
      const vectors = found.getChild("vector")!;
      assert.deepEqual(Float32Array.from(vectors.get(0).toArray()), vectorOf(7));
      assert.equal(vectors.get(1), null);
    }),
    storeCase(options, "write: a key that is there is replaced, in every column", async (store) => {
      await write(store, range(0, 20));
      const changed = rowOf(3, { text: "Zebra crossing", attributes: { level: 9 }, publishedTo: 8 });
      await write(store, [changed, rowOf(20)], [vectorOf(500), vectorOf(20)]);
      assert.equal(await store.count(), 21);
      assert.deepEqual(rowsOfTable(await store.get([idOf(3)])), [changed]);
      assert.equal((await store.search({ vector: vectorOf(500), limit: 1 })).dense?.[0]?.chunkId, idOf(3));
      const old = (await store.search({ vector: vectorOf(3), limit: 21 })).dense?.find((hit) => hit.score > 0.9999);
      assert.equal(old, undefined, "the old vector is still searched");
    }),
    storeCase(options, "write: keys are replaced after maintenance too", async (store) => {
      for (let round = 0; round < 4; round++) {
        for (let start = 0; start < 60; start += 20)
          await write(
            store,
            range(start, start + 20).map((row) => ({ ...row, tokens: round * 100 + row.ordinal })),
          );
        await store.maintain({ purge: round === 2 });
        assert.equal(await store.count(), 60);
        const tokens = rowsOfTable(await store.get([idOf(0), idOf(59)])).map((row) => row.tokens);
        assert.deepEqual(tokens, [round * 100, round * 100 + 59]);
      }
    }),
    storeCase(options, "write: a key twice in one batch is INVALID_ARGUMENT, and nothing is written", async (store) => {
      await expectError(() => store.write(encodeStoreRows([rowOf(1), rowOf(2), rowOf(1)])), "INVALID_ARGUMENT");
      const apart = new Table([encodeStoreRows([rowOf(1)]), encodeStoreRows([rowOf(1)])]);
      await expectError(() => store.write(apart), "INVALID_ARGUMENT");
      assert.equal(await store.count(), 0);
    }),
    storeCase(options, "write: rows of another schema are SCHEMA_MISMATCH, and nothing is written", async (store) => {
      const wide = encodeStoreRows([rowOf(1)], [vectorOf(1, DIMENSIONS * 2)], DIMENSIONS * 2);
      await expectError(() => store.write(wide), "SCHEMA_MISMATCH");
      const names = wide.schema.fields.map((field) => field.name).filter((name) => name !== "vector");
      await expectError(() => store.write(wide.select(names as never) as RecordBatch), "SCHEMA_MISMATCH");
      assert.equal(await store.count(), 0);
    }),
    storeCase(options, "write: odd chunk ids are keys like any other", async (store) => {
      const ids = ["it's", "' OR 1=1 --", "a\\", "100%_", "ключ", "😀", "a,b", '{"$ne":1}', "x".repeat(200)];
      const rows = ids.map((chunkId, index) => rowOf(index, { chunkId }));
      await write(store, rows);
      await write(store, rows);
      assert.equal(await store.count(), ids.length);
      assert.deepEqual(
        rowsOfTable(await store.get(ids)).map((row) => row.chunkId),
        ids,
      );
    }),
  ];
}

function deleteCases(options: VectorStoreSuiteOptions): SuiteCase[] {
  const deleted = (name: string, filter: Filter, expected: readonly number[]): SuiteCase =>
    storeCase(options, `deleteBy: ${name}`, async (store) => {
      const rows = range(0, 12).map((row) => ({
        ...row,
        text: `walrus ${row.ordinal}`,
        attributes: row.ordinal % 3 === 0 ? { department: "finance" } : {},
      }));
      await write(store, rows);
      assert.deepEqual(await store.deleteBy(filter), { rows: expected.length });
      assert.deepEqual(await store.deleteBy(filter), { rows: 0 });
      const kept = rows.map((row) => row.chunkId).filter((_id, index) => !expected.includes(index));
      assert.deepEqual(await scanIds(store), kept);
      assert.equal(await store.count(), kept.length);
      assert.equal((await store.get(expected.map(idOf))).numRows, 0);
      const hits = await store.search({ vector: vectorOf(0), limit: 20 });
      assert.deepEqual(hits.dense?.map((hit) => hit.chunkId).sort(), kept);
      if (store.capabilities.lexical !== "none") {
        const words = await store.search({ text: "walrus", limit: 20 });
        assert.deepEqual(words.lexical?.map((hit) => hit.chunkId).sort(), kept);
      }
    });
  return [
    deleted("a document", { op: "eq", field: "documentId", value: "doc_1" }, [4, 5, 6, 7]),
    deleted("an attribute", { op: "eq", field: "department", value: "finance" }, [0, 3, 6, 9]),
    deleted("one chunk of a document", { op: "eq", field: "chunkId", value: idOf(5) }, [5]),
    deleted(
      "everything",
      { and: [] },
      range(0, 12).map((row) => row.ordinal),
    ),
    deleted("no match deletes nothing", { op: "eq", field: "documentId", value: "doc_none" }, []),
    deleted("an empty or deletes nothing", { or: [] }, []),
    deleted("an injection is a value", { op: "eq", field: "documentId", value: "' OR 1=1 --" }, []),
    storeCase(options, "deleteBy: a key can be written again", async (store) => {
      await write(store, range(0, 4));
      await store.deleteBy({ and: [] });
      await write(store, range(0, 2));
      assert.equal(await store.count(), 2);
      assert.equal((await store.search({ vector: vectorOf(1), limit: 5 })).dense?.length, 2);
    }),
  ];
}

function stampCases(options: VectorStoreSuiteOptions): SuiteCase[] {
  return [
    storeCase(options, "stamp: changes published_to of what matches, nothing else", async (store) => {
      const others = range(20, 30);
      await write(store, [FULL_ROW, ...others]);
      const filter: Filter = { op: "eq", field: "documentId", value: FULL_ROW.documentId };
      assert.deepEqual(await store.stamp(filter, { publishedTo: 12 }), { rows: 1 });
      assert.deepEqual(rowsOfTable(await store.get([FULL_ROW.chunkId])), [{ ...FULL_ROW, publishedTo: 12 }]);
      assert.deepEqual(rowsOfTable(await store.get(others.map((row) => row.chunkId))), others);
      assert.equal(await store.count(), 11);
      const hit = (await store.search({ vector: vectorOf(7), limit: 1 })).dense?.[0];
      assert.equal(hit?.chunkId, FULL_ROW.chunkId, "the vector of a stamped row");
    }),
    storeCase(options, "stamp: null clears it", async (store) => {
      await write(store, [FULL_ROW]);
      assert.deepEqual(await store.stamp({ and: [] }, { publishedTo: null }), { rows: 1 });
      const { publishedTo: _cleared, ...row } = FULL_ROW;
      assert.deepEqual(rowsOfTable(await store.get([FULL_ROW.chunkId])), [row]);
      assert.equal(await store.count(undefined, { watermark: 100 }), 1);
    }),
    storeCase(options, "stamp: no match changes nothing", async (store) => {
      await write(store, range(0, 3));
      const none: Filter = { op: "eq", field: "documentId", value: "none" };
      assert.deepEqual(await store.stamp(none, { publishedTo: 2 }), { rows: 0 });
      assert.equal(await store.count(undefined, { watermark: 100 }), 3);
    }),
    storeCase(options, "watermark: from and to decide what every read sees", async (store) => {
      const rows = [
        rowOf(0, { publishedFrom: 5, text: "otter" }),
        rowOf(1, { publishedFrom: 6, text: "otter" }),
        rowOf(2, { publishedFrom: 1, publishedTo: 5, text: "otter" }),
        rowOf(3, { publishedFrom: 1, publishedTo: 6, text: "otter" }),
        rowOf(4, { publishedFrom: 5, publishedTo: 6, text: "otter" }),
      ];
      await write(store, rows);
      const expected: readonly (readonly [number | undefined, readonly number[]])[] = [
        [undefined, [0, 1, 2, 3, 4]],
        [0, []],
        [4, [2, 3]],
        [5, [0, 3, 4]],
        [6, [0, 1]],
        [7, [0, 1]],
      ];
      for (const [watermark, indexes] of expected) {
        const read = watermark === undefined ? {} : { watermark };
        const ids = indexes.map(idOf);
        const all = rows.map((row) => row.chunkId);
        assert.deepEqual(await scanIds(store, undefined, read), ids, `scan at ${watermark}`);
        assert.equal(await store.count(undefined, read), ids.length, `count at ${watermark}`);
        assert.deepEqual(
          rowsOfTable(await store.get(all, read)).map((row) => row.chunkId),
          ids,
          `get at ${watermark}`,
        );
        const hits = await store.search({ vector: vectorOf(0), limit: 9 }, read);
        assert.deepEqual(hits.dense?.map((hit) => hit.chunkId).sort(), ids, `search at ${watermark}`);
        if (store.capabilities.lexical !== "none") {
          const words = await store.search({ text: "otter", limit: 9 }, read);
          assert.deepEqual(words.lexical?.map((hit) => hit.chunkId).sort(), ids, `lexical search at ${watermark}`);
        }
        if (store.capabilities.scoring) {
          const scores = await store.score({ chunkIds: all, vector: vectorOf(0) }, read);
          assert.deepEqual([...(scores.dense?.keys() ?? [])].sort(), ids, `score at ${watermark}`);
        }
      }
    }),
  ];
}

export function writingCases(options: VectorStoreSuiteOptions): SuiteCase[] {
  return [...countCases(options), ...writeCases(options), ...deleteCases(options), ...stampCases(options)];
}
