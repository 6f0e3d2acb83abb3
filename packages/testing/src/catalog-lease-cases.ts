import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Catalog, Lease } from "@groundwork/contracts";
import { type CatalogSuiteOptions, catalogCase, twoCatalogsCase } from "./catalog-fixtures.ts";
import { expectError } from "./expect-error.ts";
import type { SuiteCase } from "./suite-case.ts";

export function leaseCases(options: CatalogSuiteOptions): SuiteCase[] {
  const ttlMs = options.leaseMs ?? 150;
  const ended = (): Promise<void> => sleep(ttlMs * 1.3);
  return [
    twoCatalogsCase(options, "a lease is held by one, and refused to others as retryable", async (first, second) => {
      const lease = await first.acquireLease("maintenance");
      assert.equal(lease.name, "maintenance");
      for (const catalog of [first, second]) {
        const error = await expectError(() => catalog.acquireLease("maintenance"), "LEASE_HELD");
        assert.equal(error.retryable, true);
      }
      const other = await second.acquireLease("publication");
      await other.release();
      await lease.release();
      await (await second.acquireLease("maintenance")).release();
    }),
    twoCatalogsCase(options, "tokens grow with each holder", async (first, second) => {
      let last = 0;
      for (const catalog of [first, second, first]) {
        const lease = await catalog.acquireLease("l");
        assert.ok(lease.token > last, `token ${lease.token} after ${last}`);
        last = lease.token;
        await lease.release();
      }
    }),
    twoCatalogsCase(
      options,
      "a lease that is not renewed is free for others, and lost to its holder",
      async (first, second) => {
        const dead = await first.acquireLease("l", { ttlMs });
        await ended();
        const lease = await second.acquireLease("l", { ttlMs: 60_000 });
        assert.ok(lease.token > dead.token);
        await expectError(() => dead.renew(), "LEASE_LOST");
        // A holder that was thought dead must not free what another holds.
        await dead.release();
        await expectError(() => first.acquireLease("l"), "LEASE_HELD");
        await lease.renew();
        await lease.release();
      },
    ),
    twoCatalogsCase(options, "a lease that is renewed stays", async (first, second) => {
      const lease = await first.acquireLease("l", { ttlMs: ttlMs * 2 });
      for (let round = 0; round < 4; round++) {
        await sleep(ttlMs);
        await lease.renew();
      }
      await expectError(() => second.acquireLease("l"), "LEASE_HELD");
      await lease.release();
    }),
    catalogCase(options, "a lease past its time that nobody took can be renewed", async (catalog) => {
      const lease = await catalog.acquireLease("l", { ttlMs });
      await ended();
      await lease.renew();
      await expectError(() => catalog.acquireLease("l"), "LEASE_HELD");
    }),
    catalogCase(options, "a released lease is lost, and may be released again", async (catalog) => {
      const lease = await catalog.acquireLease("l");
      await lease.release();
      await lease.release();
      await expectError(() => lease.renew(), "LEASE_LOST");
      {
        await using again = await catalog.acquireLease("l");
        assert.ok(again.token > lease.token);
      }
      await (await catalog.acquireLease("l")).release();
    }),
    twoCatalogsCase(options, "who waits gets the lease when it is released, or when it ends", async (first, second) => {
      const lease = await first.acquireLease("l", { ttlMs: 60_000 });
      const waiting = second.acquireLease("l", { waitMs: 10_000, ttlMs });
      // A failure shows below, where it is awaited.
      waiting.catch(() => undefined);
      await sleep(30);
      await lease.release();
      const next = await waiting;
      assert.ok(next.token > lease.token);
      const afterEnd = await first.acquireLease("l", { waitMs: 10_000 });
      assert.ok(afterEnd.token > next.token);
    }),
    twoCatalogsCase(options, "waiting ends in time, or with an abort", async (first, second) => {
      const lease = await first.acquireLease("l", { ttlMs: 60_000 });
      const before = performance.now();
      await expectError(() => second.acquireLease("l", { waitMs: 60 }), "LEASE_HELD");
      assert.ok(performance.now() - before >= 50, "it did not wait");
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 30);
      await expectError(() => second.acquireLease("l", { waitMs: 30_000, signal: controller.signal }), "ABORTED");
      await lease.release();
      // An aborted wait must not take the lease later.
      await sleep(50);
      await (await first.acquireLease("l")).release();
    }),
    twoCatalogsCase(options, "of many at once one gets the lease", async (first, second) => {
      const attempts = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? first : second).acquireLease("l"));
      const results = await Promise.allSettled(attempts);
      const won = results.filter((result): result is PromiseFulfilledResult<Lease> => result.status === "fulfilled");
      assert.equal(won.length, 1);
    }),
    twoCatalogsCase(options, "a lease guards a counter", async (first, second) => {
      const add = async (catalog: Catalog): Promise<void> => {
        await using lease = await catalog.acquireLease("counter", { waitMs: 30_000 });
        const value = Number((await catalog.getSetting("counter")) ?? "0");
        await sleep(1);
        await catalog.setSetting("counter", String(value + 1));
        await lease.renew();
      };
      await Promise.all(Array.from({ length: 12 }, (_, index) => add(index % 2 === 0 ? first : second)));
      assert.equal(await first.getSetting("counter"), "12");
    }),
  ];
}
