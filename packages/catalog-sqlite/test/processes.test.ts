import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Catalog } from "@groundwork/contracts";
import { expectError } from "@groundwork/testing";
import { collect, commitOf, documentOf } from "@groundwork/testing/catalog-fixtures";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sqliteCatalog } from "../src/index.ts";

const script = fileURLToPath(new URL("./catalog-process.ts", import.meta.url));

let folder = "";
let path = "";
let catalog: Catalog;
const children = new Set<ChildProcess>();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "groundwork-processes-"));
  path = join(folder, "catalog.sqlite");
  catalog = sqliteCatalog({ path });
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await catalog.close();
  await rm(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  /** What it tells next. */
  told(): Promise<unknown>;
}

function start(task: string, name: string): Started {
  const child = spawn(process.execPath, ["--conditions=@groundwork/source", script, task, path, name], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.add(child);
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return {
    child,
    async told() {
      const line = await lines.next();
      if (line.done === true) throw new Error(`process ${name} ended and told nothing`);
      return JSON.parse(line.value) as unknown;
    },
  };
}

async function kill({ child }: Started): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

const NAMES = ["p1", "p2", "p3", "p4"];

test("four processes open a new catalog at once and publish: no sequence twice, nothing lost", async () => {
  const results = await Promise.all(
    NAMES.map((name) => start("publish", name).told() as Promise<{ sequences: number[]; committed: number }>),
  );
  await catalog.open();
  const sequences = results.flatMap((result) => result.sequences).sort((a, b) => a - b);
  expect(sequences).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  const committed = results.reduce((sum, result) => sum + result.committed, 0);
  expect(committed).toBe(80);
  expect(await collect(catalog.listDocuments())).toHaveLength(committed * 40);
  expect(await catalog.watermark()).toBe(100);
  expect(await catalog.openPublications()).toEqual([]);
});

test("four processes take turns with a lease: no turn is lost, every token is new", async () => {
  await catalog.open();
  const results = await Promise.all(NAMES.map((name) => start("count", name).told() as Promise<{ tokens: number[] }>));
  expect(await catalog.getSetting("counter")).toBe("80");
  const tokens = results.flatMap((result) => result.tokens).sort((a, b) => a - b);
  expect(tokens).toEqual(Array.from({ length: 80 }, (_, index) => index + 1));
  for (const { tokens: own } of results) expect(own).toEqual([...own].sort((a, b) => a - b));
});

test("a process that is killed in the midst of a transaction blocks others until then, and leaves nothing", async () => {
  await catalog.open();
  await catalog.updateDocuments([documentOf("a.md"), documentOf("b.md")]);
  const holder = start("hold-transaction", "holder");
  expect(await holder.told()).toBe("holds");

  const impatient = sqliteCatalog({ path, busyTimeoutMs: 200 });
  await impatient.open();
  expect((await collect(impatient.listDocuments())).map(({ state }) => state)).toEqual(["live", "live"]);
  const error = await expectError(() => impatient.setSetting("a", "b"), "CATALOG_BUSY");
  expect(error.retryable).toBe(true);
  await impatient.close();

  // Who waits must not keep its own process from working.
  const waiting = catalog.setSetting("waited", "yes");
  let turns = 0;
  for (; turns < 10; turns++) await sleep(10);
  await kill(holder);
  await waiting;
  expect(await catalog.getSetting("waited")).toBe("yes");
  expect(await catalog.getSetting("half")).toBeUndefined();
  expect((await collect(catalog.listDocuments())).map(({ state }) => state)).toEqual(["live", "live"]);

  const controller = new AbortController();
  const second = start("hold-transaction", "holder");
  await second.told();
  setTimeout(() => controller.abort(), 50);
  await expectError(() => catalog.setSetting("a", "b", { signal: controller.signal }), "ABORTED");
  await kill(second);
});

test("the lease and the publication of a killed process end, and others take over", async () => {
  await catalog.open();
  const holder = start("hold-lease", "holder");
  const held = (await holder.told()) as { token: number; sequence: number };
  await expectError(() => catalog.acquireLease("maintenance"), "LEASE_HELD");
  await kill(holder);
  // Its process is gone from this host: nobody waits until its lease would have ended.
  const lease = await catalog.acquireLease("maintenance");
  expect(lease.token).toBe(held.token + 1);

  const own = await catalog.beginPublication("run");
  await catalog.commitPublication(own, commitOf());
  expect(await catalog.watermark()).toBe(held.sequence - 1);
  const [abandoned] = await catalog.openPublications();
  expect(abandoned).toMatchObject({ sequence: held.sequence, runId: "holder" });
  await expect.poll(() => abandoned!.expiresAt <= Date.now(), { timeout: 20_000 }).toBe(true);
  await catalog.abortPublication(held.sequence);
  expect(await catalog.watermark()).toBe(own);
  await lease.release();
});

test("a reader iterates over one state while others write", async () => {
  await catalog.open();
  await catalog.updateDocuments(Array.from({ length: 400 }, (_, index) => documentOf(`d/${index}`)));
  const writers = [start("rewrite", "w1"), start("rewrite", "w2")];
  for (const writer of writers) await writer.told();
  const states = new Set<number>();
  for (let round = 0; round < 25; round++) {
    const seen = new Set<number>();
    let count = 0;
    for await (const { chunks } of catalog.listDocuments()) {
      seen.add(chunks);
      if (++count % 100 === 0) await sleep(5);
    }
    expect(count).toBe(400);
    expect([...seen], "documents of two commits at once").toHaveLength(1);
    for (const chunks of seen) states.add(chunks);
  }
  await catalog.setSetting("stop", "yes");
  const rounds = await Promise.all(writers.map(({ told }) => told() as Promise<{ rounds: number }>));
  for (const result of rounds) expect(result.rounds).toBeGreaterThan(1);
  expect(states.size, "the writers must have written between the iterations").toBeGreaterThan(1);
});

test("a process that is killed again and again while it publishes never leaves half a publication", async () => {
  await catalog.open();
  for (let round = 0; round < 6; round++) {
    const writer = start("rewrite", `w${round}`);
    await writer.told();
    await sleep(Math.random() * 300);
    await kill(writer);
    const chunks = new Set((await collect(catalog.listDocuments())).map((document) => document.chunks));
    expect(chunks.size).toBeLessThanOrEqual(1);
    for (const { sequence } of await catalog.openPublications()) await catalog.abortPublication(sequence);
  }
  expect(await catalog.openPublications()).toEqual([]);
  const documents = await collect(catalog.listDocuments());
  expect([0, 400]).toContain(documents.length);
  await catalog.close();
  const again = sqliteCatalog({ path });
  await again.open();
  expect(await again.watermark()).toBeGreaterThan(0);
  await again.close();
});
