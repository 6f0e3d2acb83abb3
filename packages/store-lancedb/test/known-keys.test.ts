import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type Table } from "@lancedb/lancedb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { KnownKeys } from "../src/known-keys.ts";

const ROWS = 5_000;
let folder: string;
let table: Table;

const key = (number: number): string => `chk_${number}`;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "known-keys-"));
  const connection = await connect(folder, { readConsistencyInterval: 0 });
  table = await connection.createTable(
    "keys",
    Array.from({ length: ROWS }, (_, number) => ({ chunk_id: key(number) })),
  );
});

afterEach(async () => {
  table.close();
  await rm(folder, { recursive: true, force: true });
});

test("few keys are looked up in a large table, and its keys are not read", async () => {
  const known = new KnownKeys();
  const query = vi.spyOn(table, "query");
  expect(await known.versionWithout(table, [key(ROWS), key(ROWS + 1)])).toBe(await table.version());
  expect(await known.versionWithout(table, [key(ROWS), key(7)])).toBeUndefined();
  expect(query).not.toHaveBeenCalled();
});

test("a change of another writer during the look is no answer", async () => {
  const known = new KnownKeys();
  const countRows = table.countRows.bind(table);
  vi.spyOn(table, "countRows").mockImplementation(async (filter) => {
    const count = await countRows(filter);
    if (filter !== undefined) await table.add([{ chunk_id: key(ROWS) }]);
    return count;
  });
  expect(await known.versionWithout(table, [key(ROWS)])).toBeUndefined();
});

test("after some looks the keys are read once, and the answers stay right", async () => {
  const known = new KnownKeys();
  const query = vi.spyOn(table, "query");
  for (let round = 0; round < 8; round++) {
    const fresh = key(ROWS + round);
    const version = await known.versionWithout(table, [fresh]);
    expect(version).toBe(await table.version());
    known.committed(Number((await table.add([{ chunk_id: fresh }])).version), [fresh]);
    expect(await known.versionWithout(table, [fresh])).toBeUndefined();
    expect(await known.versionWithout(table, [key(round)])).toBeUndefined();
  }
  expect(query).toHaveBeenCalledTimes(1);
});
