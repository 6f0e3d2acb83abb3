import { mkdtempSync } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Connection } from "@groundwork/sqlite-file";
import { afterAll, beforeEach, expect, test } from "vitest";
import { sqliteArtifacts } from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "groundwork-artifact-deletion-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

let places = 0;
let path = "";
beforeEach(() => {
  path = join(folder, `place-${++places}`, "artifacts.sqlite");
});

const MARKER = "NEEDLE-IN-THE-PAGES";
const marked = (bytes: number): Uint8Array => Buffer.alloc(bytes, `${MARKER} `);

/** Names of the store's files that hold the marker. */
async function filesWithMarker(): Promise<string[]> {
  const names = await readdir(join(path, ".."));
  const contents = await Promise.all(names.map((name) => readFile(join(path, "..", name))));
  return names.filter((_, index) => contents[index]!.includes(MARKER));
}

/** A read transaction of somebody else, that keeps the log from being emptied. */
function otherReader(): Connection {
  const reader = new Connection(path);
  reader.exec("BEGIN");
  reader.number("SELECT count(*) FROM artifacts");
  return reader;
}

test("deleted bytes stand neither in the file nor in the log, small, large and replaced ones", async () => {
  const store = sqliteArtifacts({ path });
  const puts = Array.from({ length: 300 }, (_, index) => store.put(`doc_1/${index}`, marked(100 + index * 60)));
  await Promise.all([
    ...puts,
    store.put("doc_1/large", marked(3_000_000)),
    store.put("doc_2/a", new Uint8Array(5_000)),
  ]);
  await store.put("doc_1/7", marked(40_000));
  expect(await filesWithMarker()).not.toEqual([]);
  expect(await store.deletePrefix("doc_1/")).toBe(301);
  expect(await filesWithMarker()).toEqual([]);
  expect((await stat(`${path}-wal`)).size).toBe(0);
  expect(await store.get("doc_2/a")).toHaveLength(5_000);
  await store.close();
  expect(await filesWithMarker()).toEqual([]);
});

test("a reader of another process puts that off to the next delete", async () => {
  const store = sqliteArtifacts({ path });
  await Promise.all([store.put("a", marked(50_000)), store.put("b", marked(50_000))]);
  const reader = otherReader();
  expect(await store.deletePrefix("a")).toBe(1);
  expect(await filesWithMarker()).not.toEqual([]);
  // It is known to be in the way: the next delete does not wait for it again.
  const started = performance.now();
  expect(await store.deletePrefix("b")).toBe(1);
  expect(performance.now() - started).toBeLessThan(5_000);
  reader.exec("COMMIT");
  reader.close();
  expect(await store.deletePrefix("absent")).toBe(0);
  expect(await filesWithMarker()).toEqual([]);
  await store.close();
});

test("a reader of another process puts that off to the close", async () => {
  const store = sqliteArtifacts({ path });
  await store.put("a", marked(50_000));
  const reader = otherReader();
  expect(await store.deletePrefix("a")).toBe(1);
  reader.exec("COMMIT");
  await store.close();
  expect(await filesWithMarker()).toEqual([]);
  reader.close();
});

test("a list that is read slowly keeps nothing in the log", async () => {
  const store = sqliteArtifacts({ path });
  await Promise.all(Array.from({ length: 600 }, (_, index) => store.put(`a/${index}`, marked(2_000))));
  for await (const key of store.list("a/")) {
    await store.deletePrefix("a/");
    expect(await filesWithMarker(), `deleted beside ${key}`).toEqual([]);
  }
  await store.close();
});

test("the pages of deleted artifacts go back to the disk, also of many large ones, and what stays is whole", async () => {
  const store = sqliteArtifacts({ path });
  for (let round = 0; round < 12; round++) {
    await store.put(`large/${round}`, new Uint8Array(6_000_000).fill(round));
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        store.put(`small/${round}/${index}`, new Uint8Array(6_000).fill(index)),
      ),
    );
  }
  const full = (await stat(path)).size;
  expect(full).toBeGreaterThan(50_000_000);
  expect(await store.deletePrefix("large/")).toBe(12);
  expect((await stat(path)).size).toBeLessThan(12_000_000);
  expect(await store.deletePrefix("small/1")).toBe(300);
  for (let round = 2; round < 10; round++) {
    const bytes = await store.get(`small/${round}/99`);
    expect(Buffer.compare(bytes!, Buffer.alloc(6_000, 99))).toBe(0);
  }
  await store.close();
  const connection = new Connection(path);
  expect(connection.number("PRAGMA freelist_count")).toBe(0);
  expect(Object.values(connection.get("PRAGMA integrity_check")!)).toEqual(["ok"]);
  expect(connection.number("SELECT count(*) FROM artifacts")).toBe(900);
  connection.close();
});

test("more artifacts than one transaction deletes are all deleted and counted", async () => {
  const store = sqliteArtifacts({ path });
  await Promise.all(Array.from({ length: 2_500 }, (_, index) => store.put(`a/${index}`, new Uint8Array(10))));
  const [deleted] = await Promise.all([store.deletePrefix("a/"), store.put("b", new Uint8Array([1]))]);
  expect(deleted).toBe(2_500);
  expect(await Array.fromAsync(store.list(""))).toEqual(["b"]);
  await store.close();
});

test("deletes that arrive together end with the log folded, each with its own count", async () => {
  const store = sqliteArtifacts({ path });
  const sizes = [100, 6_000, 300_000, 20_000_000];
  await Promise.all(
    sizes.flatMap((size, index) => [0, 1, 2].map((part) => store.put(`doc_${index}/${part}`, marked(size)))),
  );
  const counts = sizes.map((_, index) => store.deletePrefix(`doc_${index}/`));
  expect(await Promise.all(counts)).toEqual([3, 3, 3, 3]);
  expect(await filesWithMarker()).toEqual([]);
  expect((await stat(`${path}-wal`)).size).toBe(0);
  await store.close();
});
