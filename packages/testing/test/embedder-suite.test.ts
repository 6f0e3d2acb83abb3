import type { Embedder, EmbedResult } from "@groundwork/contracts";
import { describe, expect, test } from "vitest";
import { embedderCases } from "../src/embedder-suite.ts";
import { expectError } from "../src/expect-error.ts";
import { hashEmbedder } from "../src/hash-embedder.ts";
import { failingCases } from "../src/suite-case.ts";

for (const { name, run } of embedderCases({ name: "hash embedder", create: () => hashEmbedder(), bitIdentical: true }))
  test(name, run);

/** The hash embedder with its result or its manners changed. */
function faulty(change: {
  readonly result?: (result: EmbedResult, texts: readonly string[]) => EmbedResult;
  readonly ignoreSignal?: boolean;
  readonly ignoreClose?: boolean;
  readonly texts?: (texts: readonly string[]) => readonly string[];
  readonly count?: (text: string) => number;
}): () => Embedder {
  return () => {
    const inner = hashEmbedder({ delayMs: 20 });
    return {
      ...inner,
      tokenCounter: { ...inner.tokenCounter, count: change.count ?? inner.tokenCounter.count },
      doEmbed: async (texts, options) => {
        const result = await inner.doEmbed(change.texts?.(texts) ?? texts, change.ignoreSignal ? {} : options);
        return change.result?.(result, texts) ?? result;
      },
      close: async () => (change.ignoreClose ? undefined : inner.close?.()),
    };
  };
}

const scaled = (vectors: Float32Array, factor: number): Float32Array => vectors.map((value) => value * factor);

const faults: Record<string, { readonly create: () => Embedder; readonly caught: string }> = {
  "gives the vectors in reverse": {
    create: faulty({ texts: (texts) => texts.toReversed() }),
    caught: "vectors come in the order of the texts",
  },
  "does not normalise": {
    create: faulty({ result: ({ vectors }) => ({ vectors: scaled(vectors, 3) }) }),
    caught: "L2-normalised",
  },
  "gives a vector for nothing": {
    create: faulty({ result: (result, texts) => (texts.length === 0 ? { vectors: new Float32Array(64) } : result) }),
    caught: "no text gives no vector",
  },
  "lets the batch into the vector": {
    create: faulty({
      result: ({ vectors }, texts) => {
        const changed = vectors.slice();
        if (texts.length > 1) changed[0] = Math.fround(changed[0]! * (1 + 2 ** -20) + 2 ** -30);
        return { vectors: changed };
      },
    }),
    caught: "does not depend on the batch",
  },
  "cuts nothing but says it does": {
    create: () => ({ ...hashEmbedder({ maxInputTokens: 100_000 }), maxInputTokens: 64 }),
    caught: "cut there",
  },
  "ignores the signal": { create: faulty({ ignoreSignal: true }), caught: "signal that has fired" },
  "works after close": { create: faulty({ ignoreClose: true }), caught: "closing twice" },
  "counts halves of tokens": { create: faulty({ count: (text) => text.length / 3 }), caught: "counts tokens" },
  "changes the caller's texts": {
    create: faulty({ texts: (texts) => (texts as string[]).sort() }),
    caught: "left alone",
  },
};

describe("planted faults are caught", () => {
  for (const [fault, { create, caught }] of Object.entries(faults))
    test(fault, async () => {
      const failed = await failingCases(embedderCases({ name: "faulty", create, bitIdentical: true, texts: 12 }));
      expect(failed.join("; ")).toContain(caught);
    });
});

describe("hash embedder", () => {
  test("texts that share words are nearer than others", async () => {
    const { vectors } = await hashEmbedder().doEmbed(["hotel rate limit", "the hotel rate", "blue whale song"]);
    const dot = (a: number, b: number): number =>
      vectors.subarray(a * 64, a * 64 + 64).reduce((sum, value, index) => sum + value * vectors[b * 64 + index]!, 0);
    expect(dot(0, 1)).toBeGreaterThan(dot(0, 2) + 0.3);
  });

  test("plants the faults it is told to", async () => {
    const embedder = hashEmbedder({
      maxTextsPerCall: 2,
      faults: {
        throttle: (call) => call === 1,
        unavailable: (call) => call === 2,
        rejectText: (text) => text === "bad",
      },
    });
    expect((await expectError(() => embedder.doEmbed(["a"]), "THROTTLED")).retryable).toBe(true);
    expect((await expectError(() => embedder.doEmbed(["a"]), "UNAVAILABLE")).retryable).toBe(true);
    expect((await expectError(() => embedder.doEmbed(["a", "bad"]), "INVALID_ARGUMENT")).retryable).toBe(false);
    await expectError(() => embedder.doEmbed(["a", "b", "c"]), "INVALID_ARGUMENT");
    await embedder.doEmbed(["a", "b"]);
    expect(embedder.log).toEqual({ calls: 5, texts: 2, mostParallel: 1 });
  });
});
