import type { FakeProviderOptions } from "@groundwork/testing/fake-provider";
import { type SeededRandom, seededRandom } from "@groundwork/testing/seeded-random";
import { describe, expect, test } from "vitest";
import { governed, ingest, textsOf } from "./ingestion.ts";

/** Trouble of every kind, in any mixture. */
function randomProvider(random: SeededRandom): Omit<FakeProviderOptions, "clock"> {
  const spans = (most: number, longest: number) =>
    Array.from({ length: random.integer(0, most) }, () => {
      const fromMs = random.integer(0, 60_000);
      const share = random.pick([1, 1, 0.5, 0.1]);
      return { fromMs, toMs: fromMs + random.integer(100, longest), share };
    });
  return {
    seed: random.integer(1, 1e6),
    errorStyle: random.pick(["groundwork", "aws", "fetch"]),
    retryAfter: random.pick(["none", "seconds", "date", "milliseconds"]),
    latency: { medianMs: random.integer(1, 400), p99Ms: random.integer(400, 20_000) },
    storms: spans(3, 120_000),
    outages: spans(2, 20_000).map((span) => ({ ...span, status: random.pick([500, 503]) })),
    resets: { before: random.pick([0, 0.02]), after: random.pick([0, 0.02]) },
    ...(random.chance(0.5) ? { partial: { share: 0.05, status: random.pick([429, 500] as const) } } : {}),
    ...(random.chance(0.5) ? { maxParallel: random.integer(1, 12) } : {}),
    ...(random.chance(0.5)
      ? { quota: { requests: random.integer(5, 100), windowMs: random.integer(1_000, 60_000) } }
      : {}),
    ...(random.chance(0.3) ? { maxTexts: random.integer(1, 40) } : {}),
    ...(random.chance(0.3) ? { maxTokens: random.integer(40, 400) } : {}),
    statesLimits: random.chance(0.3),
  };
}

describe("under random trouble every run completes and every text is paid exactly once", () => {
  test.each(Array.from({ length: 40 }, (_, index) => [index + 1]))("schedule %i", async (seed) => {
    const random = seededRandom(seed);
    const callers = Array.from({ length: random.integer(1, 4) }, (_, caller) =>
      textsOf(`caller ${caller}`, random.integer(1, 6), random.integer(1, 40), random.integer(0, 6)),
    );
    const { faults } = await ingest(
      governed({ concurrency: { initial: random.integer(1, 8), max: random.integer(8, 32) } }),
      randomProvider(random),
      { callers, declared: { maxTextsPerCall: random.pick([1, 16, 96]) } },
    );
    expect(faults).toEqual([]);
  });
});

describe("throughput beside the ideal of a caller who knows every limit", () => {
  const callers = ["a", "b", "c", "d"].map((caller) => textsOf(caller, 60, 4));
  const declared = { maxTextsPerCall: 4 };

  test("a limit of parallel requests is found and used", async () => {
    const { faults, efficiency, fake } = await ingest(
      governed(),
      { maxParallel: 8, maxTexts: 4, latency: { medianMs: 200, p99Ms: 200 } },
      { callers, declared },
    );
    expect(faults).toEqual([]);
    expect(fake.ledger.mostParallel).toBeGreaterThanOrEqual(8);
    expect(efficiency).toBeGreaterThan(0.5);
  });

  test.each(["seconds", "none"] as const)(
    "a hard quota per window, unknown to the caller, Retry-After: %s",
    async (retryAfter) => {
      const { faults, efficiency } = await ingest(
        governed(),
        { quota: { requests: 60, windowMs: 60_000 }, maxTexts: 4, retryAfter },
        { callers, declared },
      );
      expect(faults).toEqual([]);
      expect(efficiency).toBeGreaterThan(retryAfter === "none" ? 0.7 : 0.9);
    },
  );

  test("a hard quota that is configured is kept with almost no throttling", async () => {
    const { faults, efficiency, fake } = await ingest(
      governed({ quotas: { requestsPerMinute: 60 } }),
      { quota: { requests: 60, windowMs: 60_000 }, maxTexts: 4, retryAfter: "seconds" },
      { callers, declared },
    );
    expect(faults).toEqual([]);
    expect(efficiency).toBeGreaterThan(0.7);
    expect(fake.ledger.requests("throttled")).toBeLessThan(10);
  });

  test("a storm costs little more than its own length", async () => {
    const storm = await ingest(
      governed(),
      {
        storms: [{ fromMs: 500, toMs: 120_500 }],
        maxTexts: 4,
        retryAfter: "date",
        latency: { medianMs: 200, p99Ms: 200 },
      },
      { callers, declared },
    );
    expect(storm.faults).toEqual([]);
    expect(storm.durationMs).toBeLessThan(120_500 + 20_000);
    expect(storm.fake.ledger.requests("throttled")).toBeLessThan(30);
  });

  test("a slow tail does not hold the others up", async () => {
    const { faults, durationMs } = await ingest(
      governed(),
      { latency: { medianMs: 50, p99Ms: 5_000 }, maxTexts: 4, seed: 4 },
      { callers, declared },
    );
    expect(faults).toEqual([]);
    expect(durationMs).toBeLessThan(20_000);
  });
});
