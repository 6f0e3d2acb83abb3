import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { encodeStoreRows, idOf, rowOf, scanIds, vectorOf } from "@groundwork/testing/vector-store-fixtures";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lancedbStore } from "../src/index.ts";

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "groundwork-lancedb-"));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

function startWriter(first: number, batches: number, rows: number): ChildProcess {
  const script = fileURLToPath(new URL("./processes/write-rows.ts", import.meta.url));
  const args = ["--conditions=@groundwork/source", script, path, String(first), String(batches), String(rows)];
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
}

test("two processes that write different rows at once both arrive", async () => {
  const writers = [startWriter(0, 8, 25), startWriter(10_000, 8, 25)];
  const codes = await Promise.all(writers.map(async (writer) => (await once(writer, "exit"))[0] as number));
  expect(codes).toEqual([0, 0]);
  const store = lancedbStore({ path });
  await store.open({ dimensions: 8 });
  const expected = [0, 10_000].flatMap((first) => Array.from({ length: 200 }, (_, index) => idOf(first + index)));
  expect(await scanIds(store)).toEqual(expected.sort());
  await store.close();
});

test("two processes that write the same rows at once leave one row a key", async () => {
  const writers = [startWriter(0, 5, 40), startWriter(0, 5, 40)];
  const codes = await Promise.all(writers.map(async (writer) => (await once(writer, "exit"))[0] as number));
  expect(codes).toEqual([0, 0]);
  const store = lancedbStore({ path });
  await store.open({ dimensions: 8 });
  expect(await store.count()).toBe(200);
  await store.close();
});

test("a reader sees what another process wrote while the reader was open", async () => {
  const store = lancedbStore({ path });
  await store.open({ dimensions: 8 });
  expect(await store.count()).toBe(0);
  const writer = startWriter(0, 1, 10);
  await once(writer, "exit");
  expect(await store.count()).toBe(10);
  expect((await store.search({ text: "passage", limit: 20 })).lexical).toHaveLength(10);
  await store.close();
});

test("a writer killed in the middle of writing leaves whole batches, and the store goes on", async () => {
  for (let round = 0; round < 2; round++) {
    const first = round * 100_000;
    const writer = startWriter(first, 500, 40);
    let confirmed = 0;
    for await (const line of createInterface({ input: writer.stdout! })) {
      if (!line.startsWith("batch")) continue;
      confirmed++;
      if (confirmed === 3) {
        setTimeout(() => writer.kill("SIGKILL"), round * 15);
      }
    }
    const store = lancedbStore({ path });
    await store.open({ dimensions: 8 });
    const count = await store.count({ op: "gte", field: "ordinal", value: first });
    expect(count % 40, "rows of half a batch").toBe(0);
    expect(count).toBeGreaterThanOrEqual(confirmed * 40);
    const words = await store.search({ text: "passage", limit: 100_000 });
    expect(words.lexical, "as many texts as rows").toHaveLength(await store.count());
    await store.write(encodeStoreRows([rowOf(first + 99_999)]));
    const { dense } = await store.search({ vector: vectorOf(first + 99_999), limit: 1 });
    expect(dense?.[0]?.chunkId).toBe(idOf(first + 99_999));
    await store.maintain({ purge: round === 1 });
    expect(await store.count({ op: "gte", field: "ordinal", value: first })).toBe(count + 1);
    await store.close();
  }
});
