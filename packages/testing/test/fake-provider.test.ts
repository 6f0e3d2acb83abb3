import { partialEmbeddingOf, providerHintsOf } from "@groundwork/contracts";
import { describe, expect, test } from "vitest";
import { embedderCases } from "../src/embedder-suite.ts";
import { expectError } from "../src/expect-error.ts";
import { fakeProvider, realTime } from "../src/fake-provider.ts";
import { virtualClock } from "../src/virtual-clock.ts";

for (const { name, run } of embedderCases({
  name: "driver of the fake provider",
  create: () => {
    const embedder = fakeProvider({ clock: realTime, latency: { medianMs: 2, p99Ms: 2 } }).embedder();
    let open = true;
    return {
      ...embedder,
      doEmbed: async (...call) => {
        if (!open) await expectError(() => Promise.reject(new Error("closed")));
        return embedder.doEmbed(...call);
      },
      close: async () => {
        open = false;
      },
    };
  },
}).filter(({ name }) => !name.includes("closing twice")))
  test(name, run);

describe("virtual clock", () => {
  test("fires timers in order of time and lets hours pass in no time", async () => {
    const clock = virtualClock(0);
    const order: string[] = [];
    const work = Promise.all([
      clock.sleep(3_600_000).then(() => order.push("hour")),
      clock.sleep(1.2).then(() => order.push("soon")),
      clock.sleep(60_000).then(async () => {
        order.push("minute");
        await clock.sleep(1);
        order.push("minute and a bit");
      }),
    ]);
    await clock.run(work);
    expect(order).toEqual(["soon", "minute", "minute and a bit", "hour"]);
    expect(clock.now()).toBe(3_600_000);
    expect(clock.pending).toBe(0);
  });

  test("says so when nothing can ever settle the work, or when it takes too long", async () => {
    const clock = virtualClock();
    await expect(clock.run(new Promise(() => {}))).rejects.toThrow(/no timer/);
    await expect(clock.run(clock.sleep(10_000), { limitMs: 9_999 })).rejects.toThrow(/not done within/);
  });

  test("an aborted sleep leaves no timer", async () => {
    const clock = virtualClock();
    const stop = new AbortController();
    const sleep = clock.sleep(10, stop.signal);
    stop.abort(new Error("enough"));
    await expect(sleep).rejects.toThrow("enough");
    expect(clock.pending).toBe(0);
  });
});

describe("fake provider", () => {
  test("the same seed gives the same trouble", async () => {
    const outcomes = async (seed: number): Promise<string[]> => {
      const clock = virtualClock();
      const fake = fakeProvider({
        clock,
        seed,
        storms: [{ fromMs: 0, toMs: 1e6, share: 0.3 }],
        resets: { before: 0.2, after: 0.2 },
        partial: { share: 0.1 },
      });
      const embedder = fake.embedder();
      const found: string[] = [];
      for (let call = 0; call < 30; call++)
        found.push(
          await clock.run(
            embedder.doEmbed(["a", "b"]).then(
              () => "served",
              (error: Error) => `${error.name} ${error.message}`,
            ),
          ),
        );
      return found;
    };
    expect(await outcomes(1)).toEqual(await outcomes(1));
    expect(await outcomes(1)).not.toEqual(await outcomes(2));
    expect(new Set(await outcomes(1)).size).toBeGreaterThan(3);
  });

  test("the ledger tells lost answers from waste", async () => {
    const clock = virtualClock();
    const fake = fakeProvider({ clock });
    const lossy = fakeProvider({ clock, resets: { after: 1 } });
    const embedder = fake.embedder();
    expect(fake.ledger.faults(["a"])).toEqual(["text 0: its vector arrived 0 times"]);
    await clock.run(embedder.doEmbed(["a"]));
    expect(fake.ledger.faults(["a"])).toEqual([]);
    await clock.run(embedder.doEmbed(["a"]));
    expect(fake.ledger.faults(["a"])).toEqual(["text 0: its vector arrived 2 times"]);

    const stop = new AbortController();
    const aborted = embedder.doEmbed(["b"], { signal: stop.signal });
    await clock.advance(1);
    stop.abort();
    await expectError(() => aborted, "ABORTED");
    await clock.run(embedder.doEmbed(["b"]));
    expect(fake.ledger.faults(["b"]), "whoever aborts a running request wastes it").toEqual([
      "text 0: billed 2 times, 0 answers lost",
    ]);

    await expect(clock.run(lossy.embedder().doEmbed(["c"]))).rejects.toThrow("fetch failed");
    expect(lossy.ledger.requests("lost")).toBe(1);
    expect([lossy.ledger.billed("c"), lossy.ledger.delivered("c")]).toEqual([1, 0]);
  });

  test("a hard quota per window, with the time to its end in the form asked for", async () => {
    const clock = virtualClock(Date.UTC(2026, 0, 1));
    const fake = fakeProvider({ clock, quota: { requests: 2, windowMs: 10_000 }, retryAfter: "seconds" });
    const embedder = fake.embedder();
    await clock.run(Promise.all([embedder.doEmbed(["a"]), embedder.doEmbed(["b"])]));
    const error = await expectError(() => clock.run(embedder.doEmbed(["c"])), "THROTTLED");
    expect(providerHintsOf(error)?.retryAfterMs).toBeGreaterThan(9_000);
    await clock.advance(10_000);
    await clock.run(embedder.doEmbed(["c"]));
    expect(fake.ledger.requests("throttled")).toBe(1);
  });

  test("requests at once beyond the limit, too large ones and bad credentials are refused", async () => {
    const clock = virtualClock();
    const narrow = fakeProvider({ clock, maxParallel: 1 }).embedder();
    const both = await clock.run(Promise.allSettled([narrow.doEmbed(["a"]), narrow.doEmbed(["b"])]));
    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    const small = fakeProvider({ clock, maxTexts: 1 }).embedder();
    const error = await expectError(() => clock.run(small.doEmbed(["a", "b"])), "INVALID_ARGUMENT");
    expect(providerHintsOf(error)?.requestTooLarge).toBe(true);
    const locked = fakeProvider({ clock, badCredentials: true }).embedder();
    await expectError(() => clock.run(locked.doEmbed(["a"])), "UNAUTHENTICATED");
  });

  test("a partial failure carries what was embedded", async () => {
    const clock = virtualClock();
    const fake = fakeProvider({ clock, refuse: (text) => text === "bad" });
    const error = await expectError(() => clock.run(fake.embedder().doEmbed(["a", "bad", "c"])), "INVALID_ARGUMENT");
    const partial = partialEmbeddingOf(error);
    expect(partial?.embedded).toEqual([0, 2]);
    expect(partial?.vectors).toHaveLength(32);
    expect(partial?.failures).toMatchObject([{ index: 1, error: { code: "INVALID_ARGUMENT", retryable: false } }]);
    expect(fake.ledger.billed("bad")).toBe(0);
  });

  test("the ideal time counts quota, parallel requests and storms", () => {
    const clock = virtualClock();
    const texts = Array.from({ length: 96 * 10 }, (_, index) => String(index));
    const latency = { medianMs: 100, p99Ms: 100 };
    expect(fakeProvider({ clock, latency, maxParallel: 2 }).idealMs(texts)).toBe(500);
    expect(fakeProvider({ clock, latency, quota: { requests: 4, windowMs: 1_000 } }).idealMs(texts)).toBe(2_000);
    const storms = [
      { fromMs: 50, toMs: 1_050 },
      { fromMs: 60_000, toMs: 90_000 },
    ];
    expect(fakeProvider({ clock, latency, storms }).idealMs(texts)).toBe(1_100);
  });
});
