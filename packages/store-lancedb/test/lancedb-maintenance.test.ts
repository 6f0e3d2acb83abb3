import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vectorStoreCases } from "@groundwork/testing";
import {
  cosineOf,
  encodeStoreRows,
  idOf,
  randomNumbers,
  rowOf,
  unitVector,
  vectorOf,
} from "@groundwork/testing/vector-store-fixtures";
import { connect } from "@lancedb/lancedb";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lancedbStore } from "../src/index.ts";
import { toTableRows } from "../src/lancedb-schema.ts";

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "groundwork-lancedb-"));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

const rows = (start: number, count: number) => Array.from({ length: count }, (_, index) => rowOf(start + index));

async function openedTable<T>(
  work: (table: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>["openTable"]>>) => T,
) {
  const connection = await connect(path);
  try {
    return await work(await connection.openTable("chunks"));
  } finally {
    connection.close();
  }
}

function filesThatHold(text: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(text));
}

test("maintenance compacts when there are too many fragments, and only then", async () => {
  const store = lancedbStore({ path, maxFragments: 5, keepVersionsMs: 0 });
  await store.open({ dimensions: 8 });
  for (let batch = 0; batch < 5; batch++) await store.write(encodeStoreRows(rows(batch * 10, 10)));
  expect(await store.maintain()).toEqual({ compacted: false, indexed: false });
  for (let batch = 5; batch < 9; batch++) await store.write(encodeStoreRows(rows(batch * 10, 10)));
  expect(await store.maintain()).toEqual({ compacted: true, indexed: false });
  expect(await openedTable(async (table) => Number((await table.stats()).fragmentStats.numFragments))).toBe(1);
  expect(await openedTable(async (table) => (await table.listVersions()).length)).toBeLessThan(5);
  expect(await store.count()).toBe(90);
  await store.close();
});

test("sixty small writes with maintenance after each leave few files", async () => {
  const store = lancedbStore({ path, maxFragments: 8, keepVersionsMs: 0 });
  await store.open({ dimensions: 8 });
  for (let batch = 0; batch < 60; batch++) {
    await store.write(encodeStoreRows(rows(batch, 3)));
    await store.maintain();
  }
  expect(await store.count()).toBe(62);
  expect(readdirSync(path, { recursive: true }).length).toBeLessThan(120);
  await store.close();
});

test("purge leaves no byte of a deleted or replaced row on the disk", async () => {
  const store = lancedbStore({ path });
  await store.open({ dimensions: 8 });
  const secret = "xanthophyllous";
  await store.write(encodeStoreRows([...rows(0, 300), rowOf(300, { text: `secret ${secret}`, key: secret })]));
  await store.write(encodeStoreRows([rowOf(301, { attributes: { note: `${secret}ish` } })]));
  await store.maintain();
  expect(filesThatHold(secret).length).toBeGreaterThan(0);
  await store.deleteBy({ op: "eq", field: "chunkId", value: idOf(300) });
  await store.write(encodeStoreRows([rowOf(301, { text: "replaced" })]));
  expect(filesThatHold(secret).length, "a delete alone only hides a row").toBeGreaterThan(0);
  await store.maintain({ purge: true });
  expect(filesThatHold(secret)).toEqual([]);
  expect(filesThatHold(secret.slice(0, 8))).toEqual([]);
  expect(await store.count()).toBe(301);
  expect((await store.search({ text: "passage", limit: 400 })).lexical).toHaveLength(300);
  await store.close();
});

test("a write of keys that are there twice leaves one row each", async () => {
  const store = lancedbStore({ path });
  await store.open({ dimensions: 8 });
  await store.write(encodeStoreRows(rows(0, 20)));
  await openedTable((table) => table.add(toTableRows(encodeStoreRows(rows(0, 10)), 8) as never));
  expect(await store.count()).toBe(30);
  await store.write(encodeStoreRows(rows(0, 15).map((row) => ({ ...row, tokens: 99 }))));
  expect(await store.count()).toBe(20);
  expect(await store.count({ op: "eq", field: "tokens", value: 99 })).toBe(15);
  await store.close();
});

describe("above exactUpTo", () => {
  const dimensions = 24;

  /** Half of the vectors at random, half around centres. */
  function vectors(count: number): Float32Array[] {
    const random = randomNumbers(11);
    const gauss = (): number => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
    const point = (): number[] => Array.from({ length: dimensions }, gauss);
    const centres = Array.from({ length: 40 }, point);
    return Array.from({ length: count }, (_, index) => {
      const centre = index % 2 === 0 ? undefined : centres[index % 40];
      return unitVector(point().map((value, place) => (centre === undefined ? value : centre[place]! + value * 0.5)));
    });
  }

  test("the approximate index finds what the exact search finds, in any scope, with new rows", async () => {
    const store = lancedbStore({ path, exactUpTo: 2_000 });
    await store.open({ dimensions });
    const points = vectors(6_030);
    const all = points.slice(0, 6_000);
    const queries = points.slice(6_000);
    const row = (index: number) => rowOf(index, { attributes: { tenant: index % 100 === 7 ? "small" : "large" } });
    const write = (start: number, end: number) =>
      store.write(
        encodeStoreRows(
          all.slice(start, end).map((_vector, index) => row(start + index)),
          all.slice(start, end),
          dimensions,
        ),
      );
    for (let start = 0; start < 5_000; start += 2_500) await write(start, start + 2_500);
    expect(await store.maintain()).toEqual({ compacted: false, indexed: true });
    expect(await openedTable(async (table) => (await table.indexStats("vector_idx"))?.indexType)).toMatch(/IVF/i);
    await write(5_000, 6_000);
    const filter = { op: "eq", field: "tenant", value: "small" } as const;
    for (const scope of [undefined, filter]) {
      let found = 0;
      const wanted = 10;
      for (const vector of queries) {
        const exact = all
          .map((other, index) => ({ id: idOf(index), index, score: cosineOf(vector, other) }))
          .filter(({ index }) => scope === undefined || index % 100 === 7)
          .sort((a, b) => b.score - a.score)
          .slice(0, wanted);
        const { dense = [] } = await store.search({
          vector,
          limit: wanted,
          ...(scope === undefined ? {} : { filter: scope }),
        });
        expect(dense).toHaveLength(wanted);
        const ids = new Set(dense.map((hit) => hit.chunkId));
        found += exact.filter(({ id }) => ids.has(id)).length;
        for (const hit of dense) {
          const own = cosineOf(vector, all[Number(hit.chunkId.slice(4))]!);
          expect(Math.abs(hit.score - own), "scores are exact").toBeLessThan(1e-5);
        }
      }
      expect(
        found / (queries.length * wanted),
        `recall ${scope === undefined ? "" : "in a scope"}`,
      ).toBeGreaterThanOrEqual(0.95);
    }
    expect((await store.maintain()).indexed, "the growth is below the factor").toBe(false);
    expect((await store.search({ vector: vectorOf(1, dimensions), limit: 6_500 })).dense).toHaveLength(6_000);
    await store.close();
  });

  const kept = /^(dense|search|score|stamp|watermark|deleteBy|maintain|write: keys)/;
  let places = "";
  beforeEach(() => {
    places = mkdtempSync(join(tmpdir(), "groundwork-lancedb-"));
  });
  afterEach(() => rmSync(places, { recursive: true, force: true }));
  // An index from the first row on: whatever a case does, it does through the approximate index after `maintain`.
  const cases = vectorStoreCases({
    async create(place) {
      const store = lancedbStore({ path: join(places, place), exactUpTo: 0, maxFragments: 0 });
      const write = store.write.bind(store);
      store.write = async (batch, options) => {
        const result = await write(batch, options);
        if (result.rows > 0) await store.maintain();
        return result;
      };
      return store;
    },
  });
  for (const suiteCase of cases.filter(({ name }) => kept.test(name)))
    test(`contract: ${suiteCase.name}`, suiteCase.run);
});
