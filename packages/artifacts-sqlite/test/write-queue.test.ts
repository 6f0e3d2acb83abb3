import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Connection, openDatabase } from "@groundwork/sqlite-file";
import { expectError } from "@groundwork/testing";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { ARTIFACT_DATABASE } from "../src/artifact-database.ts";
import { WriteQueue } from "../src/write-queue.ts";

const folder = mkdtempSync(join(tmpdir(), "groundwork-write-queue-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
let path = "";
let connection: Connection;
let transactions = 0;
let synced = 0;
let sync: () => Promise<void> = async () => undefined;
let queue: WriteQueue;

beforeEach(async () => {
  path = join(folder, `${++files}.sqlite`);
  connection = await openDatabase({ kind: ARTIFACT_DATABASE, path, integrityCheckLimit: 0, timeoutMs: 1_000 });
  transactions = 0;
  synced = 0;
  sync = async () => undefined;
  queue = new WriteQueue({
    connect: async () => {
      transactions++;
      return connection;
    },
    sync: async () => {
      synced++;
      await sync();
    },
    timeoutMs: 1_500,
    maxTransactionBytes: 1_000,
  });
});
afterEach(() => connection.close());

const put = (key: string, bytes = 1, signal?: AbortSignal): Promise<number> =>
  queue.write(bytes, (given) => given.run("INSERT INTO artifacts (key, bytes) VALUES (?, zeroblob(?))", key, bytes), {
    signal,
  });
const count = (): number => connection.number("SELECT count(*) FROM artifacts");

test("what arrives in one turn of the event loop shares one transaction and one sync", async () => {
  const puts = [put("a"), put("b")];
  await Promise.resolve();
  puts.push(put("c"));
  process.nextTick(() => puts.push(put("d")));
  await sleep(30);
  await Promise.all(puts);
  expect(puts).toHaveLength(4);
  expect([transactions, synced, count()]).toEqual([1, 1, 4]);
});

test("what arrives while the disk is at work shares the next transaction", async () => {
  let done: () => void = () => undefined;
  sync = () => new Promise((resolve) => (done = resolve));
  let finished = 0;
  const first = put("a").then(() => finished++);
  await expect.poll(() => synced).toBe(1);
  const rest = Array.from({ length: 5 }, async (_, index) => {
    await sleep(index);
    await put(`b${index}`);
  });
  await sleep(30);
  // Committed, but not on the disk: nobody is told so.
  expect([count(), finished]).toEqual([1, 0]);
  sync = async () => undefined;
  done();
  await Promise.all([first, ...rest]);
  expect([transactions, synced, count()]).toEqual([2, 2, 6]);
});

test("transactions are bounded, and a write larger than the bound has one of its own", async () => {
  await Promise.all([put("a", 600), put("b", 300), put("c", 300), put("large", 5_000), put("d", 900), put("e", 100)]);
  expect([transactions, count()]).toEqual([4, 6]);
});

test("writes are done in the order of their calls", async () => {
  const results = await Promise.all([
    put("a"),
    queue.write(Number.POSITIVE_INFINITY, (given) => given.run("DELETE FROM artifacts")),
    put("b"),
    queue.write(Number.POSITIVE_INFINITY, (given) => given.run("DELETE FROM artifacts")),
  ]);
  expect(results).toEqual([1, 1, 1, 1]);
  expect([transactions, count()]).toEqual([4, 0]);
});

test("a full disk fails the writes of its transaction, and the next ones go on", async () => {
  connection.exec(`PRAGMA max_page_count = ${connection.number("PRAGMA page_count") + 4}`);
  const results = await Promise.allSettled([put("a", 900_000), put("b", 100)]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  const error = await expectError(() => put("c", 900_000), "DISK_FULL");
  expect(error.retryable).toBe(true);
  expect(error.message).toMatch(/artifact store is full/);
  expect(count()).toBe(1);
});

test("another writer is waited for without standing still, for a bounded time", async () => {
  const other = new Connection(path);
  other.exec("BEGIN IMMEDIATE");
  const waiting = put("a");
  let turns = 0;
  const turning = setInterval(() => turns++, 5);
  const late = sleep(1_000).then(() => put("late"));
  const error = await expectError(() => waiting, "UNAVAILABLE");
  expect(error.retryable).toBe(true);
  expect(error.message).toMatch(/locked by another process/);
  expect(turns).toBeGreaterThan(3);
  clearInterval(turning);
  // Who came later has time left, and shares the transaction with whoever came since.
  other.exec("COMMIT");
  other.close();
  await Promise.all([late, put("b")]);
  expect(count()).toBe(2);
});

test("an abort ends the wait for another writer, of that write alone", async () => {
  const other = new Connection(path);
  other.exec("BEGIN IMMEDIATE");
  const controller = new AbortController();
  const aborted = put("a", 1, controller.signal);
  const kept = put("b");
  setTimeout(() => controller.abort(), 30);
  await expectError(() => aborted, "ABORTED");
  other.exec("COMMIT");
  other.close();
  await kept;
  expect(connection.all("SELECT key FROM artifacts")).toEqual([{ key: "b" }]);
});

test("a disk that does not take the log is told to those whose writes were in it", async () => {
  sync = async () => {
    throw Object.assign(new Error("EIO: i/o error"), { code: "EIO" });
  };
  const results = await Promise.allSettled([put("a"), put("b")]);
  expect(results.map((result) => result.status === "rejected" && result.reason.code)).toEqual([
    "UNAVAILABLE",
    "UNAVAILABLE",
  ]);
  sync = async () => undefined;
  await put("c");
});

test("a connection that cannot be had fails all that wait, and is asked for again", async () => {
  let broken = true;
  const lazy = new WriteQueue({
    connect: async () => {
      if (broken) throw new Error("no");
      return connection;
    },
    sync: async () => undefined,
    timeoutMs: 300,
    maxTransactionBytes: 1_000,
  });
  const results = await Promise.allSettled([lazy.write(1, () => 1), lazy.write(1, () => 2)]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  broken = false;
  expect(await lazy.write(1, () => 3)).toBe(3);
});
