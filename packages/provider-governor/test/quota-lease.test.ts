import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { GroundworkError, type QuotaLease, type QuotaStore, withProviderHints } from "@groundwork/contracts";
import { expectError, failingCases } from "@groundwork/testing";
import { fakeProvider } from "@groundwork/testing/fake-provider";
import { quotaStoreCases } from "@groundwork/testing/quota-store-suite";
import { seededRandom } from "@groundwork/testing/seeded-random";
import { virtualClock } from "@groundwork/testing/virtual-clock";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createGovernor, governedEmbedder, leaseQuota, memoryQuotaStore } from "../src/index.ts";
import { sqliteQuotaStore } from "../src/sqlite-quota-store.ts";

let folder: string;
let files = 0;
const newPath = (): string => join(folder, `quota-${++files}.sqlite`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwork-quota-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Handles of one store in memory; only the store itself is closed at the end. */
function memoryHandles(): { open: () => QuotaStore; reset: () => void } {
  let store = memoryQuotaStore();
  return {
    open: () => {
      let open = true;
      const check = (): void => {
        if (!open) throw new GroundworkError("INVALID_ARGUMENT", "Closed.");
      };
      return {
        read: async (...call) => {
          check();
          return store.read(...call);
        },
        compareAndSet: async (...call) => {
          check();
          return store.compareAndSet(...call);
        },
        close: async () => {
          open = false;
        },
      };
    },
    reset: () => {
      store = memoryQuotaStore();
    },
  };
}

for (const { name, run } of quotaStoreCases({ name: "memory", ...memoryHandles() })) test(name, run);

let path = "";
for (const { name, run } of quotaStoreCases({
  name: "sqlite",
  open: () => sqliteQuotaStore(path),
  reset: () => {
    path = newPath();
  },
}))
  test(name, run);

test("the suite catches a store that writes without comparing, and one that forgets", async () => {
  const { open, reset } = memoryHandles();
  const careless = (): QuotaStore => {
    const store = open();
    return {
      ...store,
      async compareAndSet(key, _expected, value) {
        while (!(await store.compareAndSet(key, (await store.read(key))?.version, value)));
        return true;
      },
    };
  };
  expect(await failingCases(quotaStoreCases({ name: "careless", open: careless, reset }))).toEqual([
    "careless: a write with an old version, or as the first where there is one, changes nothing",
    "careless: of writers with the same version exactly one wins",
    "careless: nothing is lost when handles count together",
    "careless: a signal that has fired stops a call before it does anything",
  ]);
  const forgetful = quotaStoreCases({ name: "forgetful", open: memoryQuotaStore, reset: () => {} });
  expect(await failingCases(forgetful)).not.toEqual([]);
});

describe.each([
  ["memory", memoryQuotaStore],
  ["sqlite", () => sqliteQuotaStore(newPath())],
] as const)("a quota in %s that several leases share", (_name, openStore) => {
  test("all together keep the rate, whoever asks how often", async () => {
    const clock = virtualClock();
    const store = openStore();
    const random = seededRandom(3);
    const taken: number[] = [];
    const spend = async (lease: QuotaLease): Promise<void> => {
      while (clock.now() < start + 60_000) {
        const cost = { requests: 1, tokens: random.integer(10, 400) };
        if (lease.tryTake(cost)) {
          taken.push(cost.tokens);
          continue;
        }
        const waitMs = await lease.refill(cost);
        if (waitMs > 0) await clock.sleep(waitMs);
      }
    };
    const start = clock.now();
    const leases = Array.from({ length: 4 }, () =>
      leaseQuota({ store, key: "k", tokensPerMinute: 60_000, burstSeconds: 5, now: clock.now }),
    );
    await clock.run(Promise.all(leases.map(spend)));
    const total = taken.reduce((sum, tokens) => sum + tokens, 0);
    // A minute's quota and the burst, with at most a call of debt; and it is used, but for what the leases still hold.
    expect(total).toBeLessThanOrEqual(60_000 + 5_000 + 400);
    expect(total).toBeGreaterThan(60_000 - 4 * 1_000);
    for (const lease of leases) await lease.release();
    await store.close?.();
  });

  test("a budget that does not refill is never overspent, and what is not used is given back", async () => {
    const store = openStore();
    const open = (): QuotaLease => leaseQuota({ store, key: "budget", totalTokens: 1_000 });
    const [a, b] = [open(), open()];
    expect(await a.refill({ requests: 1, tokens: 700 })).toBe(0);
    await expectError(() => b.refill({ requests: 1, tokens: 400 }), "QUOTA_EXCEEDED");
    expect(a.tryTake({ requests: 1, tokens: 300 })).toBe(true);
    await a.release();
    await a.release();
    expect(await b.refill({ requests: 1, tokens: 700 })).toBe(0);
    await expectError(() => a.refill({ requests: 1, tokens: 1 }), "INVALID_ARGUMENT");
    expect(a.tryTake({ requests: 0, tokens: 0 })).toBe(false);
    await store.close?.();
  });

  test("an estimate is corrected, also beyond what is held", async () => {
    const store = openStore();
    const lease = leaseQuota({ store, key: "k", totalTokens: 100 });
    await lease.refill({ requests: 1, tokens: 40 });
    expect(lease.tryTake({ requests: 1, tokens: 40 })).toBe(true);
    lease.settle({ requests: 1, tokens: 40 }, { requests: 1, tokens: 90 });
    await expectError(() => lease.refill({ requests: 1, tokens: 20 }), "QUOTA_EXCEEDED");
    expect(await lease.refill({ requests: 1, tokens: 10 })).toBe(0);
    await store.close?.();
  });

  test("a pause of one is a pause of all", async () => {
    const clock = virtualClock();
    const store = openStore();
    const open = (): QuotaLease => leaseQuota({ store, key: "k", requestsPerMinute: 600, now: clock.now });
    const [a, b] = [open(), open()];
    await a.pause(5_000);
    await b.pause(1_000);
    expect(await b.refill({ requests: 1, tokens: 0 })).toBe(5_000);
    await clock.advance(5_000);
    expect(await b.refill({ requests: 1, tokens: 0 })).toBe(0);
    await store.close?.();
  });
});

test("governors that share a lease keep the account's quota together; a storm of one stops the others", async () => {
  const clock = virtualClock();
  const store = memoryQuotaStore();
  const fake = fakeProvider({
    clock,
    quota: { requests: 100, windowMs: 60_000 },
    retryAfter: "seconds",
    storms: [{ fromMs: 61_000, toMs: 90_000 }],
  });
  const texts: string[] = [];
  const governors = Array.from({ length: 4 }, (_, number) => {
    const lease = leaseQuota({ store, key: "account", requestsPerMinute: 100, burstSeconds: 6, now: clock.now });
    return createGovernor({ name: `process ${number}`, clock, lease, random: () => 0.5 });
  });
  const work = governors.map(async (governor, number) => {
    const embedder = governedEmbedder(fake.embedder({ maxTextsPerCall: 5 }), governor);
    const mine = Array.from({ length: 250 }, (_, index) => `process ${number} text ${index}`);
    texts.push(...mine);
    await embedder.doEmbed(mine);
  });
  await clock.run(Promise.all(work));
  for (const governor of governors) await clock.run(governor.close());
  expect(clock.pending).toBe(0);
  expect(fake.ledger.faults(texts)).toEqual([]);
  // Without the lease each of the four would find the limits for itself.
  expect(fake.ledger.requests("throttled")).toBeLessThan(16);
  expect(fake.ledger.durationMs).toBeLessThan(200_000);
});

test("a governor takes from its lease what calls really cost, and gives the rest back when it is closed", async () => {
  const store = memoryQuotaStore();
  const open = (): QuotaLease => leaseQuota({ store, key: "k", totalTokens: 1_000 });
  const governor = createGovernor({ lease: open(), retry: { baseMs: 1 } });
  await governor.run({ tokens: 900 }, async ({ report }) => report({ tokens: 100 }));
  await governor.run({ tokens: 800 }, async ({ attempt, report }) => {
    if (attempt === 1) throw new GroundworkError("THROTTLED", "Not served.", { retryable: true });
    report({ tokens: 50 });
  });
  await governor.close();
  // Later: the pause that the throttling asked of all is over.
  const rest = leaseQuota({ store, key: "k", totalTokens: 1_000, now: () => Date.now() + 3_600_000 });
  await expectError(() => rest.refill({ requests: 1, tokens: 851 }), "QUOTA_EXCEEDED");
  expect(await rest.refill({ requests: 1, tokens: 850 })).toBe(0);
  const closing = createGovernor({
    lease: { ...rest, tryTake: () => true, release: () => Promise.reject(new Error("gone")) },
  });
  await closing.run({}, async () => {});
  await closing.close();
});

test("a throttling of one process stops the next call of another", async () => {
  const clock = virtualClock();
  const store = memoryQuotaStore();
  const open = (): QuotaLease => leaseQuota({ store, key: "k", requestsPerMinute: 6_000, now: clock.now });
  const [a, b] = [createGovernor({ clock, lease: open() }), createGovernor({ clock, lease: open() })];
  const told = a.run({}, async ({ attempt }) => {
    if (attempt > 1) return;
    const error = new GroundworkError("THROTTLED", "Wait.", { retryable: true });
    throw withProviderHints(error, { retryAfterMs: 10_000 });
  });
  await clock.advance(1);
  const began = clock.now();
  await clock.run(b.run({}, async () => {}));
  expect(clock.now() - began).toBeGreaterThanOrEqual(9_900);
  await clock.run(told);
  await a.close();
  await b.close();
});

describe("trouble of the store", () => {
  test("a store that is busy for a while delays calls, one that is broken fails them with its error", async () => {
    const clock = virtualClock();
    const inner = memoryQuotaStore();
    let failures = 3;
    const busy: QuotaStore = {
      ...inner,
      async read(...call) {
        if (failures-- > 0) throw new GroundworkError("CATALOG_BUSY", "Busy.", { retryable: true });
        return inner.read(...call);
      },
    };
    const governor = createGovernor({ clock, lease: leaseQuota({ store: busy, key: "k", requestsPerMinute: 60 }) });
    expect(await clock.run(governor.run({}, async () => "done"))).toBe("done");
    await governor.close();

    const broken: QuotaStore = {
      ...inner,
      async read() {
        throw new GroundworkError("STORE_CORRUPT", "Broken.");
      },
    };
    const other = createGovernor({ clock, lease: leaseQuota({ store: broken, key: "k", requestsPerMinute: 60 }) });
    const results = await clock.run(Promise.allSettled([other.run({}, async () => 1), other.run({}, async () => 2)]));
    for (const result of results) expect(result).toMatchObject({ reason: { code: "STORE_CORRUPT" } });
    await other.close();
  });

  test("a record of something else is told, not overwritten", async () => {
    const store = memoryQuotaStore();
    await store.compareAndSet("k", undefined, '{"name":"ana"}');
    const error = await expectError(
      () => leaseQuota({ store, key: "k", totalTokens: 5 }).refill({ requests: 1, tokens: 1 }),
      "STORE_CORRUPT",
    );
    expect(error.message).not.toContain("ana");
    expect((await store.read("k"))?.value).toBe('{"name":"ana"}');
  });

  test("a file that is no database, or in no folder, is a typed error", async () => {
    const file = newPath();
    await writeFile(file, "this is a letter, not a database, and long enough to be looked at".repeat(40));
    await expectError(async () => sqliteQuotaStore(file), "STORE_CORRUPT");
    await expectError(async () => sqliteQuotaStore(join(folder, "no", "such", "folder.sqlite")), "STORE_CORRUPT");
  });

  test("wrong numbers are refused by name", () => {
    const store = memoryQuotaStore();
    expect(() => leaseQuota({ store, key: "k", requestsPerMinute: 0 })).toThrow(/requestsPerMinute/);
    expect(() => leaseQuota({ store, key: "k", totalTokens: Number.NaN })).toThrow(/totalTokens/);
  });
});

test("processes that share a budget through a file spend exactly that budget", async () => {
  const file = newPath();
  const script = fileURLToPath(new URL("quota-process.ts", import.meta.url));
  const runs = await Promise.all(
    [1, 2, 3].map(() =>
      promisify(execFile)(process.execPath, ["--conditions=@groundwork/source", script, file, "100"], {
        env: { ...process.env, NODE_OPTIONS: "" },
      }),
    ),
  );
  const outputs = runs.map(({ stdout }) => JSON.parse(stdout) as { calls: number; codes: string[] });
  expect(outputs.reduce((sum, { calls }) => sum + calls, 0)).toBe(100);
  expect(outputs.flatMap(({ codes }) => codes)).toContain("QUOTA_EXCEEDED");
  expect(new Set(outputs.flatMap(({ codes }) => codes))).toEqual(new Set(["QUOTA_EXCEEDED"]));
});
