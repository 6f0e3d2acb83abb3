import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { VectorStore } from "@groundwork/contracts";
import { encodeStoreRows, idOf, rowOf, scanIds, vectorOf } from "@groundwork/testing/vector-store-fixtures";
import { WordIndex } from "@groundwork/word-index";
import { connect, Index } from "@lancedb/lancedb";
import { type Data, Field, makeData, Schema, Table, Utf8 } from "apache-arrow";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lancedbStore } from "../src/index.ts";
import { batchOf, FORMAT_KEY, SEARCHED_COLUMN, tableSchema, toTableRows } from "../src/lancedb-schema.ts";

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "groundwork-lancedb-"));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

async function withStore<T>(work: (store: VectorStore) => Promise<T>): Promise<T> {
  const store = lancedbStore({ path });
  await store.open({ dimensions: 8 });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function withWords<T>(work: (words: WordIndex) => Promise<T>): Promise<T> {
  const words = await WordIndex.open({ path: join(path, "chunks.words.sqlite") });
  try {
    return await work(words);
  } finally {
    words.close();
  }
}

const rows = Array.from({ length: 12 }, (_, index) =>
  rowOf(index, { context: "Travel", text: `Hotel number ${index}`, role: index === 11 ? "parent" : "passage" }),
);
const found = async (store: VectorStore, text: string): Promise<string[]> =>
  ((await store.search({ text, limit: 50 })).lexical ?? []).map((hit) => hit.chunkId).sort();
const searched = rows.slice(0, 11).map((row) => row.chunkId);

test("a file of words that was removed is made again from the rows", async () => {
  await withStore((store) => store.write(encodeStoreRows(rows)));
  for (const suffix of ["", "-wal", "-shm"]) rmSync(join(path, `chunks.words.sqlite${suffix}`), { force: true });
  await withStore(async (store) => {
    expect(await found(store, "hotels")).toEqual(searched.sort());
    expect(await found(store, "travels")).toEqual(searched.sort());
  });
});

test("rows without words get theirs, words without rows are never shown and go with the next purge", async () => {
  await withStore((store) => store.write(encodeStoreRows(rows)));
  await withWords(async (words) => {
    await words.remove([idOf(3), idOf(4)]);
    await words.confirm(await words.write([{ key: idOf(99), text: "zyxwvutsr hotel" }], []));
  });
  const bytes = () => readFileSync(join(path, "chunks.words.sqlite"), "latin1");
  await withStore(async (store) => {
    expect(await found(store, "hotel")).toEqual(searched.sort());
    expect(await found(store, "zyxwvutsr")).toEqual([]);
    await store.maintain({ purge: true });
  });
  expect(bytes()).not.toContain("xwvutsr");
  await withWords(async (words) => expect(await words.count()).toBe(11));
});

test("the words of a batch whose writer died before its rows are removed when the store is opened", async () => {
  await withStore((store) => store.write(encodeStoreRows(rows)));
  await withWords(async (words) => {
    await words.write([{ key: idOf(98), text: "hotel" }], []);
    await words.write([{ key: idOf(2), text: "Hotel number 2" }], []);
  });
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const database = new DatabaseSync(join(path, "chunks.words.sqlite"));
  database.exec("UPDATE batches SET instance = 'another start of this process'");
  database.close();
  await withStore(async (store) => expect(await found(store, "hotel")).toEqual(searched.sort()));
  await withWords(async (words) => {
    expect(await words.count(), "the row of the second batch is there").toBe(11);
    expect(await words.isWriting()).toBe(false);
  });
});

test("a write that fails leaves no words", async () => {
  await withStore(async (store) => {
    await store.write(encodeStoreRows(rows));
    const controller = new AbortController();
    // The words are written before the event loop turns, the rows are not.
    setImmediate(() => controller.abort());
    await expect(store.write(encodeStoreRows([rowOf(50)]), { signal: controller.signal })).rejects.toMatchObject({
      code: "ABORTED",
    });
    expect(await store.count()).toBe(12);
  });
  await withWords(async (words) => expect((await words.numbersOf([idOf(50)])).size).toBe(0));
});

test("a table of format 1, with the words in a column of its own, is migrated", async () => {
  const current = toTableRows(encodeStoreRows(rows), 8);
  const batch = current.batches[0]!;
  const fields = tableSchema(8).fields.map((field) =>
    field.name === SEARCHED_COLUMN ? new Field("lexical_text", new Utf8(), true) : field,
  );
  const schema = new Schema(fields, new Map([[FORMAT_KEY, "1"]]));
  const texts = new TextEncoder().encode("hotel".repeat(11));
  const lexical: Data = makeData({
    type: new Utf8(),
    length: 12,
    nullCount: 1,
    nullBitmap: Uint8Array.of(0xff, 0x07, 0, 0, 0, 0, 0, 0),
    valueOffsets: Int32Array.from([...Array.from({ length: 12 }, (_, index) => index * 5), 55]),
    data: texts,
  });
  const columns = fields.map((field, index) => (field.name === "lexical_text" ? lexical : batch.data.children[index]!));
  const connection = await connect(path);
  const table = await connection.createTable("chunks", new Table(schema, [batchOf(schema, 12, columns)]) as never);
  await table.createIndex("lexical_text", { config: Index.fts(), name: "lexical_text_idx" });
  connection.close();
  for (const round of ["migrated", "opened again"])
    await withStore(async (store) => {
      expect(await scanIds(store), round).toEqual(rows.map((row) => row.chunkId).sort());
      expect(await found(store, "hotels")).toEqual(searched.sort());
      expect((await store.search({ vector: vectorOf(3), limit: 1 })).dense?.[0]?.chunkId).toBe(idOf(3));
    });
  await withStore(async (store) => {
    await store.write(encodeStoreRows([rowOf(20, { text: "hostel" })]));
    expect(await found(store, "hostel")).toEqual([idOf(20)]);
    await store.maintain({ purge: true });
    expect(await store.count()).toBe(13);
  });
});
