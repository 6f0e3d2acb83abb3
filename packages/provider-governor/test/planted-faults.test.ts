import {
  type Embedder,
  type EmbedOptions,
  type EmbedResult,
  GroundworkError,
  partialEmbeddingOf,
  providerHintsOf,
} from "@groundwork/contracts";
import type { FakeProviderOptions } from "@groundwork/testing/fake-provider";
import type { VirtualClock } from "@groundwork/testing/virtual-clock";
import { expect, test } from "vitest";
import { governed, ingest, type MakeEmbedder, textsOf } from "./ingestion.ts";

/** Ways in which callers of metered models are written and should not be. */
type Fault =
  | "throttling aborts the run"
  | "gives up after five tries"
  | "repeats the whole batch after a partial failure"
  | "repeats the finished batches of a call"
  | "drops the texts that failed"
  | "ignores Retry-After"
  | "gives the vectors in the order of arrival"
  | "leaves a timer behind"
  | "asks twice to be sure";

function faultyEmbedder(driver: Embedder, clock: VirtualClock, fault: Fault): Embedder {
  const tries = fault === "throttling aborts the run" ? 1 : fault === "gives up after five tries" ? 5 : 100_000;

  async function waitAfter(error: unknown): Promise<void> {
    const asked = (fault === "gives up after five tries" ? undefined : providerHintsOf(error)?.retryAfterMs) ?? 500;
    await clock.sleep(fault === "ignores Retry-After" ? 20 : asked);
  }

  async function batch(texts: readonly string[]): Promise<Float32Array> {
    for (let attempt = 1; ; attempt++) {
      try {
        if (fault === "asks twice to be sure") await driver.doEmbed(texts);
        return (await driver.doEmbed(texts)).vectors;
      } catch (error) {
        const partial = partialEmbeddingOf(error);
        if (!GroundworkError.isInstance(error) || !error.retryable || attempt >= tries) throw error;
        await waitAfter(error);
        if (partial === undefined || fault === "repeats the whole batch after a partial failure") continue;
        const vectors = new Float32Array(texts.length * driver.dimensions);
        const put = (index: number, vector: Float32Array): void => vectors.set(vector, index * driver.dimensions);
        const part = (from: Float32Array, place: number): Float32Array =>
          from.subarray(place * driver.dimensions, (place + 1) * driver.dimensions);
        for (const [place, index] of partial.embedded.entries()) put(index, part(partial.vectors, place));
        if (fault === "drops the texts that failed") return vectors;
        const rest = partial.failures.map(({ index }) => index);
        const later = await batch(rest.map((index) => texts[index]!));
        for (const [place, index] of rest.entries()) put(index, part(later, place));
        return vectors;
      }
    }
  }

  return {
    ...driver,
    async doEmbed(texts: readonly string[], _options?: EmbedOptions): Promise<EmbedResult> {
      if (fault === "leaves a timer behind") clock.schedule(() => {}, 100_000_000);
      const size = driver.maxTextsPerCall;
      const whole = async (): Promise<EmbedResult> => {
        const vectors = new Float32Array(texts.length * driver.dimensions);
        let place = 0;
        for (let start = 0; start < texts.length; start += size) {
          const slice = texts.slice(start, start + size);
          const found =
            fault === "repeats the finished batches of a call"
              ? (await driver.doEmbed(slice)).vectors
              : await batch(slice);
          vectors.set(found, place * driver.dimensions);
          place += slice.length;
        }
        if (fault === "gives the vectors in the order of arrival") vectors.reverse();
        return { vectors };
      };
      if (fault !== "repeats the finished batches of a call") return whole();
      for (;;) {
        try {
          return await whole();
        } catch (error) {
          await waitAfter(error);
        }
      }
    },
  };
}

const faulty =
  (fault: Fault): MakeEmbedder =>
  (driver, clock) => ({ embedder: faultyEmbedder(driver, clock, fault), close: async () => {} });

const trouble: Omit<FakeProviderOptions, "clock"> = {
  storms: [{ fromMs: 150, toMs: 15_000 }],
  retryAfter: "milliseconds",
  partial: { share: 0.03 },
};

/** What the fake provider finds wrong with an embedder. */
async function verdict(make: MakeEmbedder): Promise<string> {
  const { faults, fake } = await ingest(make, trouble, {
    callers: ["a", "b"].map((caller) => textsOf(caller, 6, 40)),
    declared: { maxTextsPerCall: 10 },
  });
  if (fake.ledger.requests("throttled") > 60) faults.push("the provider was hammered while it throttled");
  return faults.join("; ");
}

test("the governed embedder passes", async () => {
  expect(await verdict(governed())).toBe("");
});

test.each<readonly [Fault, RegExp]>([
  ["throttling aborts the run", /the run was aborted: (THROTTLED|UNAVAILABLE)/],
  ["gives up after five tries", /the run was aborted: THROTTLED|its vector arrived 0 times/],
  ["repeats the whole batch after a partial failure", /its vector arrived [2-9]\d* times/],
  ["repeats the finished batches of a call", /its vector arrived [2-9]\d* times/],
  ["drops the texts that failed", /its vector arrived 0 times/],
  ["ignores Retry-After", /hammered/],
  ["gives the vectors in the order of arrival", /a vector is not its text's/],
  ["leaves a timer behind", /timers were left behind/],
  ["asks twice to be sure", /its vector arrived [2-9]\d* times/],
])("the fake provider catches an embedder that: %s", async (fault, caught) => {
  expect(await verdict(faulty(fault))).toMatch(caught);
});
