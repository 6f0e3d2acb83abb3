import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { ArtifactStore, CallOptions } from "@groundwork/contracts";
import { expectError } from "./expect-error.ts";
import type { SuiteCase } from "./suite-case.ts";

export interface ArtifactStoreSuiteOptions {
  /** A new handle on the artifacts of a place. The same place gives the same artifacts. */
  readonly create: (place: string) => ArtifactStore | Promise<ArtifactStore>;
  /** Removes what a place has left behind. */
  readonly remove?: (place: string) => void | Promise<void>;
}

const INVALID_KEYS: readonly string[] = [
  "",
  "/",
  "/a",
  "a/",
  "a//b",
  ".",
  "..",
  "../a",
  "a/../b",
  "a/./b",
  "a/..",
  "a b",
  "a\\b",
  "C:a",
  "a\0b",
  "\u00E4",
  "a:b",
  "a?b",
  "~a",
];

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

async function keysOf(store: ArtifactStore, prefix: string, options?: CallOptions): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(prefix, options)) keys.push(key);
  return keys;
}

function everyCall(store: ArtifactStore, options?: CallOptions): (readonly [string, () => Promise<unknown>])[] {
  return [
    ["put", () => store.put("never", bytesOf("x"), options)],
    ["get", () => store.get("kept", options)],
    ["has", () => store.has("kept", options)],
    ["list", () => keysOf(store, "", options)],
    ["deletePrefix", () => store.deletePrefix("kept", options)],
  ];
}

/**
 * The contract of `ArtifactStore` as named cases: `for (const c of artifactStoreCases(options)) test(c.name, c.run)`.
 */
export function artifactStoreCases(options: ArtifactStoreSuiteOptions): SuiteCase[] {
  const storeCase = (name: string, check: (store: ArtifactStore, place: string) => Promise<void>): SuiteCase => ({
    name: `artifacts: ${name}`,
    async run() {
      const place = `artifacts-${randomUUID()}`;
      const store = await options.create(place);
      try {
        await check(store, place);
      } finally {
        await store.close();
        await options.remove?.(place);
      }
    },
  });
  return [
    storeCase("an absent key gives undefined, also where its parent is absent or a key", async (store) => {
      assert.equal(await store.get("absent"), undefined);
      assert.equal(await store.has("a/b/c"), false);
      await store.put("a/b", bytesOf("x"));
      assert.equal(await store.get("a"), undefined);
      assert.equal(await store.has("a"), false);
      assert.equal(await store.get("a/b/c"), undefined);
      assert.equal(await store.has("a/b/c"), false);
    }),
    storeCase("bytes come back as they were, also none and many", async (store) => {
      const many = new Uint8Array(3_000_001).map((_, index) => (index * 31) % 256);
      for (const [key, bytes] of [
        ["empty", new Uint8Array()],
        ["revisions/doc_1/rev_1.arrow.zst", many],
      ] as const) {
        await store.put(key, bytes);
        assert.equal(await store.has(key), true);
        const read = await store.get(key);
        assert.ok(read instanceof Uint8Array && Buffer.compare(read, bytes) === 0, `${key} came back different`);
      }
    }),
    storeCase("a part of a larger buffer is put, and what is given is the caller's own", async (store) => {
      const buffer = bytesOf("0123456789");
      await store.put("part", buffer.subarray(2, 5));
      buffer.fill(0);
      const read = await store.get("part");
      assert.deepEqual(read, bytesOf("234"));
      read!.fill(0);
      assert.deepEqual(await store.get("part"), bytesOf("234"));
    }),
    storeCase("putting again replaces", async (store) => {
      await store.put("key", bytesOf("a longer first text"));
      await store.put("key", bytesOf("second"));
      assert.deepEqual(await store.get("key"), bytesOf("second"));
      assert.deepEqual(await keysOf(store, ""), ["key"]);
    }),
    storeCase("keys come in ascending order, those with the prefix only", async (store) => {
      const keys = ["a-b", "a.b/c", "a/b/c", "a/bc", "a0", "A/b", "ab", "b/..c", "b/.c", "b/_"].sort();
      for (const key of [...keys].reverse()) await store.put(key, bytesOf(key));
      assert.deepEqual(await keysOf(store, ""), keys);
      for (const prefix of ["a", "a/", "a/b", "a/b/", "a.", "A", "b/.", "zz", "a/b/c", "a/b/c/"]) {
        const expected = keys.filter((key) => key.startsWith(prefix));
        assert.deepEqual(await keysOf(store, prefix), expected, `prefix ${prefix}`);
      }
    }),
    storeCase("deleting by prefix removes those keys and counts them", async (store) => {
      for (const key of ["a/b", "a/bc", "a/c/d", "ab", "b/a"]) await store.put(key, bytesOf(key));
      assert.equal(await store.deletePrefix("a/b"), 2);
      assert.deepEqual(await keysOf(store, ""), ["a/c/d", "ab", "b/a"]);
      assert.equal(await store.deletePrefix("a/"), 1);
      assert.equal(await store.deletePrefix("a/"), 0);
      assert.equal(await store.has("a/c/d"), false);
      assert.deepEqual(await keysOf(store, ""), ["ab", "b/a"]);
      await store.put("a", bytesOf("now a key"));
      assert.deepEqual(await store.get("a"), bytesOf("now a key"));
    }),
    storeCase("the empty prefix is refused, and deletes nothing", async (store) => {
      await store.put("key", bytesOf("x"));
      await expectError(() => store.deletePrefix(""), "INVALID_ARGUMENT");
      assert.equal(await store.has("key"), true);
    }),
    storeCase("keys that are not relative and plain are refused", async (store) => {
      for (const key of INVALID_KEYS) {
        await expectError(() => store.put(key, bytesOf("x")), "INVALID_ARGUMENT");
        await expectError(() => store.get(key), "INVALID_ARGUMENT");
        await expectError(() => store.has(key), "INVALID_ARGUMENT");
      }
      for (const prefix of ["../", "/", "a/../", "a b"]) {
        await expectError(() => keysOf(store, prefix), "INVALID_ARGUMENT");
        await expectError(() => store.deletePrefix(prefix), "INVALID_ARGUMENT");
      }
      assert.deepEqual(await keysOf(store, ""), []);
    }),
    storeCase("a reader sees all of an artifact or nothing, also while it is replaced", async (writer, place) => {
      const reader = await options.create(place);
      const size = 300_000;
      let writing = true;
      const write = async (): Promise<void> => {
        for (let round = 1; round <= 20; round++) await writer.put("key", new Uint8Array(size).fill(round));
        writing = false;
      };
      const read = async (): Promise<void> => {
        while (writing) {
          const bytes = await reader.get("key");
          if (bytes === undefined) continue;
          assert.equal(bytes.length, size);
          assert.ok(
            bytes.every((byte) => byte === bytes[0]),
            "found two versions in one",
          );
        }
      };
      try {
        await Promise.all([write(), read()]);
      } finally {
        await reader.close();
      }
    }),
    storeCase("puts and deletes at once leave whole artifacts", async (store) => {
      const work = Array.from({ length: 40 }, async (_, index) => {
        if (index % 4 === 3) await store.deletePrefix("doc/");
        else await store.put(`doc/${index}`, bytesOf(String(index)));
      });
      await Promise.all(work);
      for (const key of await keysOf(store, "doc/")) assert.deepEqual(await store.get(key), bytesOf(key.slice(4)));
      await store.put("doc/last", bytesOf("x"));
      assert.equal(await store.has("doc/last"), true);
    }),
    storeCase("what was put is there for another handle", async (store, place) => {
      await store.put("a/key", bytesOf("x"));
      const other = await options.create(place);
      try {
        assert.deepEqual(await other.get("a/key"), bytesOf("x"));
        assert.deepEqual(await keysOf(other, ""), ["a/key"]);
      } finally {
        await other.close();
      }
    }),
    storeCase("leaving a list frees it", async (store) => {
      for (let index = 0; index < 30; index++) await store.put(`k/${index}`, bytesOf("x"));
      for (let round = 0; round < 50; round++) for await (const _ of store.list("")) break;
      assert.equal((await keysOf(store, "")).length, 30);
    }),
    storeCase("an aborted call does nothing", async (store) => {
      await store.put("kept", bytesOf("x"));
      for (const [name, call] of everyCall(store, { signal: AbortSignal.abort() })) {
        await expectError(call, "ABORTED").catch((error: unknown) => {
          throw new Error(`${name}: ${String(error)}`, { cause: error });
        });
      }
      assert.deepEqual(await keysOf(store, ""), ["kept"]);
    }),
    storeCase("after close every call is refused, and closing again is allowed", async (store) => {
      await store.put("kept", bytesOf("x"));
      await store.close();
      await store.close();
      for (const [name, call] of everyCall(store)) {
        await expectError(call, "INVALID_ARGUMENT").catch((error: unknown) => {
          throw new Error(`${name}: ${String(error)}`, { cause: error });
        });
      }
    }),
  ];
}
