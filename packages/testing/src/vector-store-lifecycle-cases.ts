import assert from "node:assert/strict";
import type { CallOptions, VectorStore } from "@groundwork/contracts";
import { expectError } from "./expect-error.ts";
import type { SuiteCase } from "./suite-case.ts";
import {
  DIMENSIONS,
  encodeStoreRows,
  newPlace,
  rowOf,
  scanIds,
  storeCase,
  type VectorStoreSuiteOptions,
  vectorOf,
  write,
} from "./vector-store-fixtures.ts";

const ALL = { and: [] } as const;

/** Every call of the contract but open and close. */
function everyCall(store: VectorStore, options?: CallOptions): (readonly [string, () => Promise<unknown>])[] {
  return [
    ["write", () => store.write(encodeStoreRows([rowOf(0)]), options)],
    ["stamp", () => store.stamp(ALL, { publishedTo: 5 }, options)],
    ["deleteBy", () => store.deleteBy(ALL, options)],
    ["search", () => store.search({ vector: vectorOf(1), text: "passage", limit: 1 }, options)],
    ["score", () => store.score({ chunkIds: ["a"], vector: vectorOf(1) }, options)],
    ["get", () => store.get(["a"], options)],
    ["scan", () => scanIds(store, undefined, options)],
    ["count", () => store.count(undefined, options)],
    ["maintain", () => store.maintain(options)],
  ];
}

async function eachFails(store: VectorStore, options: CallOptions | undefined, code: "INVALID_ARGUMENT" | "ABORTED") {
  for (const [name, call] of everyCall(store, options)) {
    try {
      await expectError(call, code);
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Runs a check with two open handles on one place. */
function twoHandles(
  options: VectorStoreSuiteOptions,
  name: string,
  check: (first: VectorStore, second: VectorStore) => Promise<void>,
): SuiteCase {
  return storeCase(options, name, async (first, place) => {
    const second = await options.create(place);
    try {
      await second.open({ dimensions: DIMENSIONS });
      await check(first, second);
    } finally {
      await second.close();
    }
  });
}

function handleCases(options: VectorStoreSuiteOptions): SuiteCase[] {
  return [
    storeCase(options, "open: rows survive close and open", async (store, place) => {
      await write(store, [rowOf(1), rowOf(2, { publishedTo: 9 })]);
      await store.close();
      const again = await options.create(place);
      try {
        await again.open({ dimensions: DIMENSIONS });
        assert.equal(await again.count(), 2);
        assert.equal(await again.count(undefined, { watermark: 9 }), 1);
        const hits = await again.search({ vector: vectorOf(1), limit: 1 });
        assert.equal(hits.dense?.[0]?.chunkId, rowOf(1).chunkId);
      } finally {
        await again.close();
      }
    }),
    storeCase(options, "open: other dimensions than the rows have are SCHEMA_MISMATCH", async (_store, place) => {
      const other = await options.create(place);
      try {
        await expectError(() => other.open({ dimensions: DIMENSIONS + 1 }), "SCHEMA_MISMATCH");
      } finally {
        await other.close();
      }
    }),
    twoHandles(options, "two handles: each sees what the other wrote, stamped and deleted", async (first, second) => {
      await write(first, [rowOf(1), rowOf(2)]);
      assert.equal(await second.count(), 2);
      assert.equal((await second.search({ vector: vectorOf(1), limit: 5 })).dense?.length, 2);
      await second.stamp({ op: "eq", field: "ordinal", value: 1 }, { publishedTo: 3 });
      assert.equal(await first.count(undefined, { watermark: 3 }), 1);
      await first.deleteBy({ op: "eq", field: "ordinal", value: 2 });
      assert.deepEqual(await scanIds(second), [rowOf(1).chunkId]);
    }),
  ];
}

function concurrentCases(options: VectorStoreSuiteOptions): SuiteCase[] {
  return [
    twoHandles(options, "two handles: different rows written at once all arrive", async (first, second) => {
      const batch = (start: number) => Array.from({ length: 50 }, (_, index) => rowOf(start + index));
      await Promise.all([0, 100, 200].map((start) => write(first, batch(start))));
      await Promise.all(
        [300, 400, 500, 600].map((start, index) => write(index % 2 === 0 ? first : second, batch(start))),
      );
      assert.equal(await first.count(), 350);
      assert.equal(new Set(await scanIds(second)).size, 350);
    }),
    twoHandles(options, "two handles: the same keys written at once are one row each", async (first, second) => {
      const rows = Array.from({ length: 40 }, (_, index) => rowOf(index));
      for (let round = 0; round < 3; round++) {
        await Promise.all([write(first, rows), write(second, rows)]);
        assert.equal(await first.count(), 40, `rows after round ${round}`);
      }
    }),
  ];
}

export function lifecycleCases(options: VectorStoreSuiteOptions): SuiteCase[] {
  const { persistent = true, capabilities } = options;
  return [
    storeCase(options, "capabilities: the store says what it was declared to do", async (store) => {
      if (capabilities !== undefined)
        for (const name of ["lexical", "scoring", "concurrentWriters"] as const)
          assert.equal(store.capabilities[name], capabilities[name], name);
      if (capabilities !== undefined)
        assert.deepEqual([...store.capabilities.filters].sort(), [...capabilities.filters].sort());
      assert.ok(store.capabilities.maxRowsPerWrite >= 1);
    }),
    {
      name: "open: any other call before it is INVALID_ARGUMENT",
      async run() {
        const place = newPlace();
        const store = await options.create(place);
        try {
          await eachFails(store, undefined, "INVALID_ARGUMENT");
        } finally {
          await store.close();
          await options.remove?.(place);
        }
      },
    },
    storeCase(options, "open: twice with the same dimensions is allowed", async (store) => {
      await write(store, [rowOf(1)]);
      await store.open({ dimensions: DIMENSIONS });
      assert.equal(await store.count(), 1);
    }),
    storeCase(options, "close: any call after it is INVALID_ARGUMENT", async (store) => {
      await store.close();
      await eachFails(store, undefined, "INVALID_ARGUMENT");
      await expectError(() => store.open({ dimensions: DIMENSIONS }), "INVALID_ARGUMENT");
    }),
    storeCase(options, "close: twice is allowed", async (store) => {
      await store.close();
      await store.close();
    }),
    storeCase(
      options,
      "abort: a signal that has fired stops every call with ABORTED, and nothing changes",
      async (store) => {
        await write(store, [rowOf(1)]);
        await eachFails(store, { signal: AbortSignal.abort() }, "ABORTED");
        assert.equal(await store.count(undefined, { watermark: 5 }), 1);
        assert.deepEqual(await scanIds(store), [rowOf(1).chunkId]);
      },
    ),
    storeCase(options, "abort: a signal that fires while a scan runs ends it with ABORTED", async (store) => {
      const most = store.capabilities.maxRowsPerWrite;
      await write(store, [rowOf(1), rowOf(2)]);
      const controller = new AbortController();
      await expectError(async () => {
        for await (const batch of store.scan(undefined, { signal: controller.signal })) {
          assert.ok(batch.numRows <= most);
          controller.abort();
        }
        controller.signal.throwIfAborted();
      }, "ABORTED").catch((error: unknown) => {
        // A store that had sent everything before the signal fired may simply end.
        if ((error as { cause?: { name?: string } }).cause?.name !== "AbortError") throw error;
      });
      assert.equal(await store.count(), 2);
    }),
    storeCase(options, "one process: writers and readers at once lose nothing", async (store) => {
      const batch = (start: number) => Array.from({ length: 20 }, (_, index) => rowOf(start * 20 + index));
      const writers = Array.from({ length: 6 }, (_, start) => write(store, batch(start)));
      const readers = Array.from({ length: 6 }, async (_, index) => {
        const { dense } = await store.search({ vector: vectorOf(index), limit: 10 });
        assert.equal((dense?.length ?? 0) % 10, 0, "a batch is there whole or not at all");
        assert.equal((await store.count()) % 20, 0, "a batch is there whole or not at all");
      });
      await Promise.all([...writers, ...readers]);
      assert.equal(await store.count(), 120);
    }),
    storeCase(options, "maintain: changes nothing that can be read, and can run again", async (store) => {
      const rows = Array.from({ length: 30 }, (_, index) => rowOf(index, { publishedFrom: index }));
      for (let start = 0; start < 30; start += 5) await write(store, rows.slice(start, start + 5));
      await store.deleteBy({ op: "lt", field: "ordinal", value: 3 });
      const before = [await scanIds(store), await store.search({ vector: vectorOf(9), limit: 9 })];
      for (const purge of [false, true, false]) {
        await store.maintain({ purge });
        assert.deepEqual([await scanIds(store), await store.search({ vector: vectorOf(9), limit: 9 })], before);
      }
    }),
    ...(persistent ? handleCases(options) : []),
    ...(persistent && (capabilities?.concurrentWriters ?? true) ? concurrentCases(options) : []),
  ];
}
