import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
