import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sqliteEmbeddingCache } from "../src/index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwork-cache-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const vector = (...values: number[]): Float32Array => Float32Array.from(values);

test("gives back what it was given, by model and revision, also to another process", () => {
  const path = join(folder, "e.sqlite");
  const cache = sqliteEmbeddingCache(path);
  cache.put("m", "1", [
    ["a", vector(1, 2)],
    ["b", vector(3, 4)],
  ]);
  const other = sqliteEmbeddingCache(path);
  expect(other.get("m", "1", ["a", "b", "c"])).toEqual(
    new Map([
      ["a", vector(1, 2)],
      ["b", vector(3, 4)],
    ]),
  );
  expect(other.get("m", "2", ["a"]).size).toBe(0);
  other.remove(["a"]);
  expect([...cache.get("m", "1", ["a", "b"]).keys()]).toEqual(["b"]);
  cache.close();
  cache.close();
  other.close();
});

test("a damaged file is thrown away and made again", async () => {
  const path = join(folder, "e.sqlite");
  await writeFile(path, "not a database at all, but long enough to be taken for one ".repeat(50));
  const cache = sqliteEmbeddingCache(path);
  cache.put("m", "1", [["a", vector(1)]]);
  expect(cache.get("m", "1", ["a"]).get("a")).toEqual(vector(1));
  cache.close();
});

test("what is removed is gone from the file too", async () => {
  const path = join(folder, "e.sqlite");
  const cache = sqliteEmbeddingCache(path);
  const secret = vector(...Array.from({ length: 64 }, (_, index) => 1000.5 + index));
  cache.put("m", "1", [
    ["kept", vector(1, 2)],
    ["secret", secret],
    ["last", vector(5)],
  ]);
  cache.put("m", "2", [["secret", secret]]);
  cache.remove(["secret", "absent"]);
  expect(cache.get("m", "1", ["kept", "secret", "last"])).toEqual(
    new Map([
      ["kept", vector(1, 2)],
      ["last", vector(5)],
    ]),
  );
  expect(cache.get("m", "2", ["secret"]).size).toBe(0);
  cache.close();
  const bytes = new Uint8Array(secret.buffer, 16, 32);
  expect((await readFile(path)).includes(Buffer.from(bytes))).toBe(false);
});

test("above its size the oldest vectors are dropped", () => {
  const cache = sqliteEmbeddingCache(join(folder, "e.sqlite"), { maxBytes: 100 });
  for (let index = 0; index < 10; index++) cache.put("m", "1", [[`h${index}`, new Float32Array(8).fill(index)]]);
  expect([
    ...cache
      .get(
        "m",
        "1",
        Array.from({ length: 10 }, (_, index) => `h${index}`),
      )
      .keys(),
  ]).toEqual(["h7", "h8", "h9"]);
  cache.close();
});

test("a file of an earlier layout is made anew", () => {
  const path = join(folder, "e.sqlite");
  const old = new DatabaseSync(path);
  old.exec("CREATE TABLE embedding (model TEXT, revision TEXT, content_hash TEXT, vector BLOB)");
  old.close();
  const cache = sqliteEmbeddingCache(path);
  expect(cache.get("m", "1", ["a"]).size).toBe(0);
  cache.put("m", "1", [["a", vector(1)]]);
  expect(cache.get("m", "1", ["a"]).size).toBe(1);
  cache.close();
});
