import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { VectorStore } from "@groundwork/contracts";
import { encodeStoreRows, idOf, randomNumbers, rowOf, scanIds } from "@groundwork/testing/vector-store-fixtures";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lancedbStore } from "../src/index.ts";

let path: string;
let store: VectorStore;
beforeEach(async () => {
  path = mkdtempSync(join(tmpdir(), "groundwork-lancedb-"));
  store = lancedbStore({ path, maxFragments: 8 });
  await store.open({ dimensions: 8 });
});
afterEach(async () => {
  await store.close();
  rmSync(path, { recursive: true, force: true });
});

/** A word that no other row has, and nearly none begins like: indexes leave out what a word shares with the one before. */
function wordOf(index: number, version: number): string {
  let state = Math.imul(index * 1_009 + version + 1, 0x9e3779b1) >>> 0;
  let word = "";
  for (let place = 0; place < 12; place++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    word += "bcdfghjkmnpqrtvwxz"[(state >>> 16) % 18];
  }
  return `${word}q`;
}

async function write(indexes: readonly number[], version = 0): Promise<void> {
  const row = (index: number) =>
    rowOf(index, { text: wordOf(index, version), context: "", key: wordOf(index, version), attributes: {} });
  await store.write(encodeStoreRows(indexes.map(row)));
}

function remove(indexes: readonly number[]): Promise<unknown> {
  return store.deleteBy({ op: "in", field: "chunkId", value: indexes.map(idOf) });
}

const range = (start: number, end: number): number[] =>
  Array.from({ length: end - start }, (_, index) => start + index);

function files(): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** No file, of old versions too, has a byte of what is gone, and what is left is found. */
async function expectNothingLeft(live: ReadonlyMap<number, number>, gone: readonly string[]): Promise<void> {
  expect(await scanIds(store)).toEqual([...live.keys()].map(idOf).sort());
  for (const file of files()) {
    const bytes = readFileSync(file);
    expect(
      gone.filter((word) => bytes.includes(word.slice(4))),
      file,
    ).toEqual([]);
  }
  for (const [index, version] of live)
    expect((await store.search({ text: wordOf(index, version), limit: 2 })).lexical?.map((hit) => hit.chunkId)).toEqual(
      [idOf(index)],
    );
}

const none = new Map<number, number>();
const liveOf = (indexes: readonly number[], version = 0) => new Map(indexes.map((index) => [index, version]));

describe("a purge leaves neither row nor word of what was deleted", () => {
  test("in fragments that lost a few rows", async () => {
    for (let start = 0; start < 60; start += 20) await write(range(start, start + 20));
    await store.maintain();
    await remove([3, 27, 55]);
    await store.maintain({ purge: true });
    await expectNothingLeft(liveOf(range(0, 60).filter((index) => ![3, 27, 55].includes(index))), [
      wordOf(3, 0),
      wordOf(27, 0),
      wordOf(55, 0),
    ]);
  });

  test("in a fragment that stands alone", async () => {
    await write(range(0, 60));
    await store.maintain();
    for (const index of [3, 27]) {
      await remove([index]);
      await store.maintain({ purge: true });
    }
    await expectNothingLeft(liveOf(range(0, 60).filter((index) => ![3, 27].includes(index))), [
      wordOf(3, 0),
      wordOf(27, 0),
    ]);
  });

  test("that no index had yet", async () => {
    await write(range(0, 60));
    await remove([3, 27]);
    await store.maintain({ purge: true });
    await expectNothingLeft(liveOf(range(0, 60).filter((index) => ![3, 27].includes(index))), [
      wordOf(3, 0),
      wordOf(27, 0),
    ]);
  });

  test("of a fragment that vanished, alone or with rows of others", async () => {
    await write(range(0, 60));
    await write(range(60, 65));
    await write(range(65, 70));
    await store.maintain();
    await remove(range(60, 65));
    await store.maintain({ purge: true });
    await expectNothingLeft(
      liveOf([...range(0, 60), ...range(65, 70)]),
      range(60, 65).map((index) => wordOf(index, 0)),
    );
    await write(range(70, 75));
    await store.maintain();
    await remove([...range(70, 75), 4]);
    await store.maintain({ purge: true });
    await expectNothingLeft(liveOf([...range(0, 60).filter((index) => index !== 4), ...range(65, 70)]), [
      wordOf(72, 0),
      wordOf(4, 0),
    ]);
  });

  test("of the whole table, which is then used again", async () => {
    await write(range(0, 20));
    await store.maintain();
    await remove(range(0, 20));
    await store.maintain({ purge: true });
    await expectNothingLeft(
      none,
      range(0, 20).map((index) => wordOf(index, 0)),
    );
    await write(range(5, 10), 1);
    await store.maintain({ purge: true });
    await expectNothingLeft(liveOf(range(5, 10), 1), [wordOf(0, 0)]);
  });

  for (const seed of [1, 2, 3])
    test(`after writes, replacements, stamps, deletions and maintenance in any order (${seed})`, async () => {
      const random = randomNumbers(seed);
      const below = (most: number): number => Math.floor(random() * most);
      const live = new Map<number, number>();
      const gone: string[] = [];
      let next = 0;
      for (let step = 1; step <= 60; step++) {
        const some = [...live.keys()].filter(() => random() < 0.15);
        switch (below(6)) {
          case 0:
          case 1: {
            const fresh = range(next, next + 1 + below(9));
            next += fresh.length;
            await write(fresh);
            for (const index of fresh) live.set(index, 0);
            break;
          }
          case 2:
            if (some.length === 0) break;
            for (const index of some) gone.push(wordOf(index, live.get(index)!));
            await write(some, step);
            for (const index of some) live.set(index, step);
            break;
          case 3:
            for (const index of some) gone.push(wordOf(index, live.get(index)!));
            await remove(some);
            for (const index of some) live.delete(index);
            break;
          case 4:
            await store.stamp({ op: "in", field: "chunkId", value: some.map(idOf) }, { publishedTo: step });
            break;
          default:
            await store.maintain();
        }
        if (step % 12 !== 0) continue;
        await store.maintain({ purge: true });
        await expectNothingLeft(live, gone);
      }
    });
});
