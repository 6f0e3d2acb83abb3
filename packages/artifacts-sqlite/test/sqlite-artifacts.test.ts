import { rmSync } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectError } from "@groundwork/testing";
import { artifactStoreCases } from "@groundwork/testing/artifact-store-suite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sqliteArtifacts } from "../src/index.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwork-artifacts-sqlite-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("artifacts in an SQLite file keep the whole contract", () => {
  const cases = artifactStoreCases({
    create: (place) => sqliteArtifacts({ path: join(folder, place, "artifacts.sqlite") }),
    remove: (place) => rmSync(join(folder, place), { recursive: true, force: true }),
  });
  for (const suiteCase of cases) test(suiteCase.name, suiteCase.run);
});

describe("the file", () => {
  test("the first call makes it, and closing leaves it alone", async () => {
    const path = join(folder, "lazy", "deep", "artifacts.sqlite");
    const store = sqliteArtifacts({ path });
    await expect(stat(path)).rejects.toThrow();
    expect(await store.get("a")).toBeUndefined();
    expect(await store.deletePrefix("a")).toBe(0);
    await store.put("a", new Uint8Array([1]));
    await store.close();
    expect(await readdir(join(folder, "lazy", "deep"))).toEqual(["artifacts.sqlite"]);
  });

  test("closing a store that was never used makes nothing", async () => {
    const path = join(folder, "never", "artifacts.sqlite");
    await sqliteArtifacts({ path }).close();
    await expect(stat(path)).rejects.toThrow();
  });

  test("options are checked", () => {
    for (const path of ["", ":memory:"]) expect(() => sqliteArtifacts({ path })).toThrow(/path/);
    expect(() => sqliteArtifacts({ path: "x", busyTimeoutMs: 0 })).toThrow(/busyTimeoutMs/);
  });

  test("what is no bytes, or too many, is refused before it is written", async () => {
    const store = sqliteArtifacts({ path: join(folder, "too-large.sqlite") });
    await expectError(() => store.put("a", "text" as unknown as Uint8Array), "INVALID_ARGUMENT");
    await expectError(() => store.put("a", new Uint8Array(1_000_000_001)), "INVALID_ARGUMENT");
    await store.close();
  });
});

test("an artifact of 50 MB comes back, and the small ones beside it", async () => {
  const store = sqliteArtifacts({ path: join(folder, "large.sqlite") });
  const large = new Uint8Array(50_000_000).map((_, index) => (index * 31) % 251);
  const small = Array.from({ length: 20 }, (_, index) =>
    store.put(`small/${index}`, new Uint8Array(6_000).fill(index)),
  );
  await Promise.all([...small, store.put("large", large), store.put("small/after", new Uint8Array([1]))]);
  const read = await store.get("large");
  expect(Buffer.compare(read!, large)).toBe(0);
  expect(await Array.fromAsync(store.list("small/"))).toHaveLength(21);
  await store.close();
});

test("a put that was aborted while it waited is not there", async () => {
  const store = sqliteArtifacts({ path: join(folder, "aborted.sqlite") });
  await store.put("kept", new Uint8Array([1]));
  const controller = new AbortController();
  const putting = store.put("large", new Uint8Array(1_000_000), { signal: controller.signal });
  const other = store.put("other", new Uint8Array([2]));
  controller.abort();
  await expectError(() => putting, "ABORTED");
  await other;
  expect(await Array.fromAsync(store.list(""))).toEqual(["kept", "other"]);
  await store.close();
});

test("closing loses no put that waits", async () => {
  const path = join(folder, "closing.sqlite");
  const store = sqliteArtifacts({ path });
  const puts = Array.from({ length: 200 }, (_, index) => store.put(`a/${index}`, new Uint8Array(100_000)));
  const deleting = store.deletePrefix("a/1");
  await store.close();
  await Promise.all(puts);
  expect(await deleting).toBe(111);
  const again = sqliteArtifacts({ path });
  expect(await Array.fromAsync(again.list(""))).toHaveLength(89);
  await again.close();
});

test("a list gives thousands of keys in order while others put and delete", async () => {
  const store = sqliteArtifacts({ path: join(folder, "list.sqlite") });
  const keys = Array.from({ length: 2_000 }, (_, index) => `k/${String(index).padStart(4, "0")}`);
  await Promise.all(keys.map((key) => store.put(key, new Uint8Array([1]))));
  const seen: string[] = [];
  for await (const key of store.list("k/")) {
    seen.push(key);
    if (seen.length % 100 === 0) {
      await store.put(`${key}.new`, new Uint8Array([2]));
      await store.put(`k/${String(3_000 - seen.length)}`, new Uint8Array([3]));
      await store.deletePrefix(`k/0${seen.length / 100 - 1}`);
    }
  }
  expect(seen).toEqual([...seen].sort());
  expect(new Set(seen).size).toBe(seen.length);
  await store.close();
});
