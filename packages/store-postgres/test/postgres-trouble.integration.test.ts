import type { VectorStore } from "@groundwork/contracts";
import { encodeStoreRows, rowOf, scanIds, vectorOf, write } from "@groundwork/testing/vector-store-fixtures";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { addressOf } from "../../../test/servers/test-servers.ts";
import { type PostgresStoreOptions, postgresStore } from "../src/index.ts";
import { dropSchema, newSchema, onServer } from "./postgres-schemas.ts";

const schema = newSchema("trouble");
const rows = `"${schema}".chunks`;
let opened: VectorStore[] = [];

async function open(options: PostgresStoreOptions = {}): Promise<VectorStore> {
  const store = postgresStore({ url: addressOf("postgres"), schema, applicationName: schema, ...options });
  opened.push(store);
  await store.open({ dimensions: 8 });
  return store;
}

beforeEach(async () => {
  const store = await open();
  await write(
    store,
    Array.from({ length: 50 }, (_, index) => rowOf(index)),
  );
});
afterEach(async () => {
  await Promise.all(opened.map((store) => store.close()));
  opened = [];
  await dropSchema(schema);
});
afterAll(() => dropSchema(schema));

/** Sessions of the store that work or wait for a lock. */
function busySessions(): Promise<number> {
  return onServer(async (client) => {
    const sql =
      "SELECT count(*)::integer AS busy FROM pg_stat_activity WHERE application_name = $1 AND state <> 'idle'";
    return (await client.query(sql, [schema])).rows[0].busy as number;
  });
}

/** Those of them that wait for another's. */
function waitingSessions(): Promise<number> {
  return onServer(async (client) => {
    const sql =
      "SELECT count(*)::integer AS waiting FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'";
    return (await client.query(sql, [schema])).rows[0].waiting as number;
  });
}

async function until(check: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it did not happen in five seconds");
}

const CALLS: readonly (readonly [string, (store: VectorStore, signal: AbortSignal) => Promise<unknown>])[] = [
  ["write", (store, signal) => store.write(encodeStoreRows([rowOf(1, { tokens: 99 })]), { signal })],
  ["deleteBy", (store, signal) => store.deleteBy({ and: [] }, { signal })],
  ["stamp", (store, signal) => store.stamp({ and: [] }, { publishedTo: 3 }, { signal })],
  ["search", (store, signal) => store.search({ vector: vectorOf(1), text: "passage", limit: 5 }, { signal })],
  ["count", (store, signal) => store.count(undefined, { signal })],
  ["scan", (store, signal) => scanIds(store, undefined, { signal })],
];

test.each(CALLS)("%s: a signal stops what the server is doing, and the handle works on", async (_name, call) => {
  const store = opened[0]!;
  await onServer(async (client) => {
    await client.query("BEGIN");
    await client.query(`LOCK TABLE ${rows} IN ACCESS EXCLUSIVE MODE`);
    const controller = new AbortController();
    const running = call(store, controller.signal);
    running.catch(() => undefined);
    await until(async () => (await busySessions()) > 0);
    const started = performance.now();
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: "ABORTED" });
    expect(performance.now() - started).toBeLessThan(1_000);
    await until(async () => (await busySessions()) === 0);
    await client.query("COMMIT");
  });
  expect(await store.count(undefined, { watermark: 5 })).toBe(50);
});

test("a signal in the middle of the rows of a write leaves nothing of it", async () => {
  const store = opened[0]!;
  const controller = new AbortController();
  const many = Array.from({ length: 400 }, (_, index) => rowOf(1_000 + index));
  await onServer(async (client) => {
    // Another transaction has put in one of the keys and is not through: the rows are taken up to there, and wait.
    await client.query("BEGIN");
    await client.query(`CREATE TEMPORARY TABLE held ON COMMIT DROP AS SELECT * FROM ${rows} LIMIT 1`);
    await client.query("UPDATE held SET chunk_id = $1", [many[200]!.chunkId]);
    await client.query(`INSERT INTO ${rows} SELECT * FROM held`);
    const running = store.write(encodeStoreRows(many), { signal: controller.signal });
    running.catch(() => undefined);
    await until(async () => (await waitingSessions()) > 0);
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: "ABORTED" });
    await until(async () => (await busySessions()) === 0);
    await client.query("ROLLBACK");
  });
  expect(await store.count()).toBe(50);
  await write(store, many.slice(0, 10));
  expect(await store.count()).toBe(60);
});

test("a session that the server ends is UNAVAILABLE and worth another try, and the next call has a new one", async () => {
  const store = opened[0]!;
  await onServer(async (client) => {
    await client.query("BEGIN");
    await client.query(`LOCK TABLE ${rows} IN ACCESS EXCLUSIVE MODE`);
    const running = store.count();
    running.catch(() => undefined);
    await until(async () => (await busySessions()) > 0);
    await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", [schema]);
    await expect(running).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
    await client.query("COMMIT");
  });
  expect(await store.count()).toBe(50);
});

test("idle sessions that the server ends disturb nobody", async () => {
  const store = opened[0]!;
  expect(await store.count()).toBe(50);
  await onServer((client) =>
    client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", [schema]),
  );
  await until(async () => (await store.count().catch(() => 0)) === 50);
});

test("a statement that takes longer than it may is TIMED_OUT and can be tried again", async () => {
  const store = await open({ statementTimeoutMs: 200 });
  await onServer(async (client) => {
    await client.query("BEGIN");
    await client.query(`LOCK TABLE ${rows} IN ACCESS EXCLUSIVE MODE`);
    await expect(store.count()).rejects.toMatchObject({ code: "TIMED_OUT", retryable: true });
    await client.query("COMMIT");
  });
  expect(await store.count()).toBe(50);
});

test("no connection free in time is UNAVAILABLE; a scan that ends early gives its own back", async () => {
  const store = await open({ maxConnections: 1, connectTimeoutMs: 300 });
  for await (const batch of store.scan()) {
    expect(batch.numRows).toBe(50);
    await expect(store.count()).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
    break;
  }
  expect(await store.count()).toBe(50);
});

test("a scan sees the rows of one moment, whatever is written meanwhile", async () => {
  const store = opened[0]!;
  await write(
    store,
    Array.from({ length: 3_000 }, (_, index) => rowOf(100 + index)),
  );
  const seen = new Set<string>();
  for await (const batch of store.scan(undefined, { columns: ["chunk_id"] })) {
    expect(batch.numRows).toBeLessThanOrEqual(store.capabilities.maxRowsPerWrite);
    for (const chunkId of batch.getChild("chunk_id")!) seen.add(chunkId as string);
    await store.deleteBy({ op: "gte", field: "ordinal", value: 2_000 });
    await write(store, [rowOf(0), rowOf(9_000)]);
  }
  expect(seen.size).toBe(3_050);
});

test("writers of the same keys at once leave one row each, and words that are counted rightly", async () => {
  const handles = [opened[0]!, await open(), await open()];
  for (let round = 0; round < 4; round++)
    await Promise.all(
      handles.flatMap((store, index) => [
        write(
          store,
          Array.from({ length: 60 }, (_, row) =>
            rowOf((row * 7 + index) % 60, { text: `word${round} handle${index}` }),
          ),
        ),
        store.deleteBy({ op: "eq", field: "ordinal", value: round * 3 }),
        store.stamp({ op: "lt", field: "ordinal", value: 20 }, { publishedTo: 9 }),
      ]),
    );
  await onServer(async (client) => {
    const counted = `SELECT term::text, count(*)::integer AS texts FROM ${rows}, unnest(terms) AS term GROUP BY term ORDER BY 1`;
    const noted = `SELECT term::text, sum(texts)::integer AS texts FROM "${schema}".chunks_words GROUP BY term HAVING sum(texts) <> 0 ORDER BY 1`;
    expect((await client.query(noted)).rows).toEqual((await client.query(counted)).rows);
    const totals = await client.query(
      `SELECT sum(texts)::integer AS texts, sum(terms)::integer AS terms FROM "${schema}".chunks_totals`,
    );
    const actual = await client.query(
      `SELECT count(*)::integer AS texts, sum(term_total)::integer AS terms FROM ${rows}`,
    );
    expect(totals.rows).toEqual(actual.rows);
  });
});
