import { embedMany } from "@groundwork/pipeline";
import { fakeProvider } from "@groundwork/testing/fake-provider";
import { hashEmbedder } from "@groundwork/testing/hash-embedder";
import { virtualClock } from "@groundwork/testing/virtual-clock";
import { describe, expect, test } from "vitest";
import { createGovernor, governedEmbedder } from "../src/index.ts";

describe("FIELD-COMPLAINTS 10: throttling never aborts the run nor pays a finished batch twice", () => {
  test.each(["groundwork", "aws", "fetch"] as const)(
    "as errors of %s, by the pipeline's own embedMany",
    async (errorStyle) => {
      const clock = virtualClock();
      // Nine minutes of storm, far beyond any number of tries, then a quota that the run exceeds many times, and single texts that fail.
      const fake = fakeProvider({
        clock,
        errorStyle,
        retryAfter: errorStyle === "aws" ? "none" : "seconds",
        storms: [
          { fromMs: 300, toMs: 540_000 },
          { fromMs: 600_000, toMs: 700_000, share: 0.5 },
        ],
        quota: { requests: 30 },
        partial: { share: 0.01, status: 429 },
      });
      const governor = createGovernor({ clock });
      const embedder = governedEmbedder(fake.embedder({ maxTextsPerCall: 10 }), governor);
      const texts = Array.from({ length: 1_500 }, (_, index) => `passage ${index} of the travel policy`);
      const progress: number[] = [];
      const vectors = await clock.run(embedMany(embedder, texts, { onProgress: (done) => progress.push(done) }));
      expect(vectors).toEqual((await hashEmbedder({ dimensions: 16, maxTextsPerCall: 1_500 }).doEmbed(texts)).vectors);
      expect(fake.ledger.faults(texts), "each text is embedded and billed exactly once").toEqual([]);
      expect(fake.ledger.requests("throttled")).toBeGreaterThan(4);
      expect(progress, "what is finished stays finished").toEqual([...progress].sort((a, b) => a - b));
      expect(progress.at(-1)).toBe(1_500);
      await clock.run(governor.close());
      expect(clock.pending).toBe(0);
    },
  );

  test("when a call fails for another reason, its finished texts are not paid again by the repeated run", async () => {
    const clock = virtualClock();
    const fake = fakeProvider({ clock, outages: [{ fromMs: 100, toMs: 3_600_000 }] });
    const governor = createGovernor({ clock, concurrency: { initial: 2, max: 2 } });
    const embedder = governedEmbedder(fake.embedder({ maxTextsPerCall: 10 }), governor);
    const texts = Array.from({ length: 200 }, (_, index) => `passage ${index}`);
    await expect(clock.run(embedder.doEmbed(texts), { limitMs: 3_600_000 })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      retryable: true,
    });
    expect(fake.ledger.requests("served")).toBeGreaterThan(1);
    await clock.advance(3_600_000);
    await clock.run(embedder.doEmbed(texts));
    expect(fake.ledger.faults(texts)).toEqual([]);
    await clock.run(governor.close());
  });
});

describe("FIELD-COMPLAINTS 11: batches are packed by tokens and count", () => {
  // The case of the reports, tokens divided by ten: 2,178 inputs of 123,000 tokens for a provider that takes 2,048 inputs and
  // 30,000 tokens a request.
  const texts = Array.from({ length: 2_178 }, (_, index) => `${index} ${"w".repeat(4 * 54)}`);
  const limits = { maxTexts: 2_048, maxTokens: 30_000 };

  test("a call of any size is cut into requests that the provider takes", async () => {
    const clock = virtualClock();
    const fake = fakeProvider({ clock, ...limits });
    const governor = createGovernor({ clock });
    const embedder = governedEmbedder(
      fake.embedder({ maxTextsPerCall: 2_048, maxTokensPerCall: 30_000, maxInputTokens: 8_192 }),
      governor,
    );
    const total = texts.reduce((sum, text) => sum + fake.tokensOf(text), 0);
    expect(total).toBeGreaterThan(120_000);
    await clock.run(embedder.doEmbed(texts));
    expect(fake.ledger.requests("too-large")).toBe(0);
    expect(fake.ledger.requests("served"), "and no smaller than need be").toBe(Math.ceil(total / 30_000));
    expect(fake.ledger.faults(texts)).toEqual([]);
    await clock.run(governor.close());
  });

  test("embedMany packs by both limits of the governed embedder", async () => {
    const clock = virtualClock();
    const fake = fakeProvider({ clock, ...limits });
    const governor = createGovernor({ clock });
    const embedder = governedEmbedder(
      fake.embedder({ maxTextsPerCall: 2_048, maxTokensPerCall: 30_000, maxInputTokens: 8_192 }),
      governor,
    );
    const short = Array.from({ length: 5_000 }, (_, index) => `short ${index}`);
    await clock.run(embedMany(embedder, [...texts, ...short]));
    expect(fake.ledger.requests("too-large")).toBe(0);
    expect(fake.ledger.faults([...texts, ...short])).toEqual([]);
    await clock.run(governor.close());
  });

  test("a driver that declares no token limit, or a wrong one, is corrected by the first refusals", async () => {
    const clock = virtualClock();
    const fake = fakeProvider({ clock, ...limits, errorStyle: "fetch" });
    const governor = createGovernor({ clock });
    const embedder = governedEmbedder(fake.embedder({ maxTextsPerCall: 2_048, maxInputTokens: 8_192 }), governor);
    await clock.run(embedMany(embedder, texts));
    expect(fake.ledger.requests("too-large")).toBeLessThan(6);
    expect(fake.ledger.faults(texts)).toEqual([]);
    await clock.run(governor.close());
  });
});
