import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Connection } from "@groundwork/sqlite-file";
import { expectError } from "@groundwork/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sqliteArtifacts } from "../src/index.ts";
import { LogSync } from "../src/log-sync.ts";

const script = fileURLToPath(new URL("./artifact-process.ts", import.meta.url));

let folder = "";
let path = "";
const children = new Set<ChildProcess>();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "groundwork-artifact-processes-"));
  path = join(folder, "artifacts.sqlite");
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  /** What it told so far. */
  readonly told: unknown[];
  /** All that it told is in `told`. */
  readonly ended: Promise<void>;
}

function start(task: string, name: string): Started {
  const child = spawn(process.execPath, ["--conditions=@groundwork/source", script, task, path, name], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.add(child);
  const told: unknown[] = [];
  const lines = createInterface({ input: child.stdout! });
  lines.on("line", (line) => told.push(JSON.parse(line)));
  return { child, told, ended: once(lines, "close").then(() => undefined) };
}

async function kill({ child, ended }: Started): Promise<void> {
  child.kill("SIGKILL");
  await ended;
}

const hasTold = ({ told }: Started, many = 1): Promise<void> =>
  expect.poll(() => told.length, { timeout: 30_000, interval: 5 }).toBeGreaterThanOrEqual(many);

test("a process that is killed while it puts leaves every artifact that it was told is there, and none half", async () => {
  for (let round = 0; round < 5; round++) {
    const writer = start("put-forever", `w${round}`);
    await hasTold(writer, 30);
    await sleep(Math.random() * 100);
    await kill(writer);
    const store = sqliteArtifacts({ path });
    const keys = new Set(await Array.fromAsync(store.list(`w${round}/`)));
    expect(writer.told.filter((key) => !keys.has(key as string))).toEqual([]);
    for (const key of keys) {
      const [, filled, index] = key.split("/").map(Number) as [number, number, number];
      const bytes = (await store.get(key))!;
      expect(bytes.length, key).toBe(3_000 + 40_000 * index);
      expect(Buffer.compare(bytes, Buffer.alloc(bytes.length, filled % 251)), key).toBe(0);
    }
    await store.close();
  }
  const connection = new Connection(path);
  expect(Object.values(connection.get("PRAGMA integrity_check")!)).toEqual(["ok"]);
  connection.close();
});

test("several processes put and delete at once: nothing is lost, nothing comes back", async () => {
  const names = ["p1", "p2", "p3"];
  const writers = names.map((name) => start("put-and-delete", name));
  await Promise.all(writers.map(({ ended }) => ended));
  expect(writers.map(({ told }) => told)).toEqual(names.map(() => ["done"]));
  const store = sqliteArtifacts({ path });
  for (const name of names) {
    const keys = await Array.fromAsync(store.list(`${name}/`));
    expect(keys).toHaveLength(100);
    expect(keys.filter((key) => key.endsWith("/1"))).toEqual([]);
  }
  await store.close();
});

test("a process that stands in a transaction is waited for, and its death leaves nothing of it", async () => {
  const store = sqliteArtifacts({ path });
  await store.put("a", new Uint8Array([1]));
  const holder = start("hold-transaction", "holder");
  await hasTold(holder);

  const impatient = sqliteArtifacts({ path, busyTimeoutMs: 200 });
  expect(await impatient.get("a")).toEqual(new Uint8Array([1]));
  const error = await expectError(() => impatient.put("b", new Uint8Array([1])), "UNAVAILABLE");
  expect(error.retryable).toBe(true);
  await expectError(() => impatient.deletePrefix("a"), "UNAVAILABLE");
  await impatient.close();

  // Who waits must not keep its own process from working.
  const waiting = store.put("waited", new Uint8Array([2]));
  for (let turns = 0; turns < 10; turns++) await sleep(10);
  await kill(holder);
  await waiting;
  expect(await Array.fromAsync(store.list(""))).toEqual(["a", "waited"]);
  await store.close();
});

test("a handle on the log that is closed takes no lock with it", async () => {
  const store = sqliteArtifacts({ path });
  await store.put("a", new Uint8Array([1]));
  const connection = new Connection(path);
  connection.exec("BEGIN IMMEDIATE");
  const log = new LogSync(path);
  await log.sync();
  log.close();
  const locked = start("try-put", "b");
  await locked.ended;
  connection.exec("COMMIT");
  const free = start("try-put", "c");
  await free.ended;
  expect([locked.told, free.told]).toEqual([["UNAVAILABLE"], ["written"]]);
  connection.close();
  await store.close();
});
