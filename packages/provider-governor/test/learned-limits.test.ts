import { seededRandom } from "@groundwork/testing/seeded-random";
import { expect, test } from "vitest";
import { LearnedLimits, type RequestSize } from "../src/learned-limits.ts";

interface Trial {
  readonly refused: number;
  /** Texts of the last request that was taken. */
  readonly last: number;
}

/** Sends requests of texts of one length, as large as the limits allow, to a provider with real limits. */
function send(limits: LearnedLimits, real: RequestSize, perText: number, requests: number): Trial {
  let refused = 0;
  let last = 0;
  for (let request = 0; request < requests; request++) {
    const texts = Math.max(1, Math.min(limits.maxTexts, Math.floor(limits.maxTokens / perText), 5_000));
    const size = { texts, tokens: texts * perText };
    if (size.texts <= real.texts && size.tokens <= real.tokens) {
      limits.accepted(size);
      last = texts;
    } else {
      limits.refused(size);
      refused++;
    }
  }
  return { refused, last };
}

const best = (real: RequestSize, perText: number): number => Math.min(real.texts, Math.floor(real.tokens / perText));

test("whatever the real limits are, requests come near them after few refusals", () => {
  const random = seededRandom(4);
  for (let round = 0; round < 300; round++) {
    const real = { texts: random.integer(1, 300), tokens: random.integer(50, 20_000) };
    const perText = random.integer(1, Math.min(50, real.tokens));
    const limits = new LearnedLimits({ texts: 2_048, tokens: Number.POSITIVE_INFINITY });
    const { refused, last } = send(limits, real, perText, 200);
    const found = `${JSON.stringify(real)} at ${perText}`;
    expect(refused, found).toBeLessThan(20);
    expect(last, found).toBeGreaterThanOrEqual(Math.floor(best(real, perText) * 0.7));
  }
});

test("short texts do not keep long ones in small requests for ever, nor the other way round", () => {
  for (const [real, first, second] of [
    [{ texts: 96, tokens: 100_000 }, 5, 500],
    [{ texts: 2_000, tokens: 8_000 }, 500, 5],
  ] as const) {
    const limits = new LearnedLimits({ texts: 2_048, tokens: Number.POSITIVE_INFINITY });
    send(limits, real, first, 60);
    const { refused, last } = send(limits, real, second, 60);
    expect(refused).toBeLessThan(12);
    expect(last).toBeGreaterThanOrEqual(best(real, second) * 0.7);
  }
});

test("a limit that was declared too low is not exceeded", () => {
  const limits = new LearnedLimits({ texts: 10, tokens: 100 });
  send(limits, { texts: 1e6, tokens: 1e6 }, 1, 20);
  expect([limits.maxTexts, limits.maxTokens]).toEqual([10, 100]);
});
