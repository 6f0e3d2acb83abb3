import { type Embedder, GroundworkError, partialEmbeddingOf, withProviderHints } from "@groundwork/contracts";
import { expectError } from "@groundwork/testing";
import { embedderCases } from "@groundwork/testing/embedder-suite";
import { type FakeProvider, type FakeProviderOptions, fakeProvider } from "@groundwork/testing/fake-provider";
import { hashEmbedder } from "@groundwork/testing/hash-embedder";
import { type VirtualClock, virtualClock } from "@groundwork/testing/virtual-clock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  createGovernor,
  type GovernedEmbedderOptions,
  type Governor,
  type GovernorEvent,
  type GovernorOptions,
  governedEmbedder,
  governedLanguageModel,
} from "../src/index.ts";

for (const { name, run } of embedderCases({
  name: "governed hash embedder",
  create: () => governedEmbedder(hashEmbedder({ delayMs: 10 }), createGovernor()),
  bitIdentical: true,
}))
  test(name, run);

let clock: VirtualClock;
let governor: Governor;

beforeEach(() => {
  clock = virtualClock();
  governor = createGovernor({ clock });
});

afterEach(async () => {
  await clock.run(governor.close());
  expect(clock.pending, "timers left behind").toBe(0);
});

function make(
  provider: Omit<FakeProviderOptions, "clock">,
  declared: Parameters<FakeProvider["embedder"]>[0] = {},
  options: GovernorOptions & GovernedEmbedderOptions = {},
): { readonly fake: FakeProvider; readonly embedder: Embedder } {
  const fake = fakeProvider({ clock, ...provider });
  governor = createGovernor({ clock, ...options });
  return { fake, embedder: governedEmbedder(fake.embedder(declared), governor, options) };
}

const textsOf = (count: number, words = 3): string[] =>
  Array.from({ length: count }, (_, index) => `text ${index} ${"word ".repeat(words)}`.trim());

/** The vectors that the model gives without any trouble. */
async function truth(texts: readonly string[], dimensions = 16): Promise<Float32Array> {
  return (await hashEmbedder({ dimensions, maxTextsPerCall: 1e6 }).doEmbed(texts)).vectors;
}

describe("partial results", () => {
  test.each(["429", "500"] as const)(
    "a request of which some texts fail with %s is continued with those alone",
    async (status) => {
      const { fake, embedder } = make({ partial: { share: 0.3, status: Number(status) as 429 | 500 }, seed: 3 });
      const texts = textsOf(90);
      const { vectors } = await clock.run(embedder.doEmbed(texts));
      expect(vectors).toEqual(await truth(texts));
      expect(fake.ledger.faults(texts)).toEqual([]);
      expect(fake.ledger.requests("partial")).toBeGreaterThan(0);
    },
  );

  test("a text that is refused for good fails the call, which carries every other vector", async () => {
    const { fake, embedder } = make({ refuse: (text) => text.startsWith("text 5 "), partial: { share: 0.2 } });
    const texts = textsOf(20);
    const error = await expectError(() => clock.run(embedder.doEmbed(texts)), "INVALID_ARGUMENT");
    expect(error.retryable).toBe(false);
    const partial = partialEmbeddingOf(error);
    expect(partial?.failures.map(({ index }) => index)).toEqual([5]);
    expect(partial?.embedded).toEqual([...texts.keys()].filter((index) => index !== 5));
    const others = texts.filter((_, index) => index !== 5);
    expect(partial?.vectors).toEqual(await truth(others));
    expect(fake.ledger.faults(others)).toEqual([]);
    expect(error.message).not.toContain("word");
    // The caller leaves the bad text out and asks again: nothing is paid for a second time.
    const { vectors, tokens } = await clock.run(embedder.doEmbed(others));
    expect(vectors).toEqual(await truth(others));
    expect(tokens).toBe(0);
    expect(fake.ledger.faults(others)).toEqual([]);
  });

  test("the same text twice in a call is paid once and has both its places", async () => {
    const { fake, embedder } = make({});
    const texts = ["same", "other", "same", "same"];
    const { vectors } = await clock.run(embedder.doEmbed(texts));
    expect(vectors).toEqual(await truth(texts));
    expect(fake.ledger.faults(texts)).toEqual([]);
  });

  test("what was finished before an abort is not paid for again", async () => {
    const { fake, embedder } = make(
      { latency: { medianMs: 100, p99Ms: 100 } },
      { maxTextsPerCall: 10 },
      {
        concurrency: { initial: 1, max: 1 },
      },
    );
    const texts = textsOf(50);
    const stop = new AbortController();
    const call = embedder.doEmbed(texts, { signal: stop.signal });
    call.catch(() => {});
    while (fake.ledger.requests("served") < 3) await clock.advance(10);
    stop.abort();
    const error = await expectError(() => call, "ABORTED");
    expect(partialEmbeddingOf(error)?.embedded).toHaveLength(30);
    const { vectors } = await clock.run(embedder.doEmbed(texts));
    expect(vectors).toEqual(await truth(texts));
    for (const text of texts.slice(0, 30)) expect(fake.ledger.billed(text)).toBe(1);
  });

  test("vectors of a failed call are kept for their purpose only, and no more than asked", async () => {
    const { fake, embedder } = make({ refuse: (text) => text === "bad" }, {}, { keepFinished: 1 });
    await expectError(() => clock.run(embedder.doEmbed(["a", "b", "bad"])), "INVALID_ARGUMENT");
    await clock.run(embedder.doEmbed(["b"], { purpose: "query" }));
    expect(fake.ledger.billed("b")).toBe(2);
    await clock.run(embedder.doEmbed(["a", "b"]));
    expect([fake.ledger.billed("a"), fake.ledger.billed("b")]).toEqual([2, 2]);
  });

  test("an embedder that gives the wrong number of vectors is not believed", async () => {
    governor = createGovernor({ clock });
    const broken: Embedder = { ...hashEmbedder(), doEmbed: async () => ({ vectors: new Float32Array(64) }) };
    await expectError(() => clock.run(governedEmbedder(broken, governor).doEmbed(["a", "b"])), "INTERNAL");
  });
});

describe("size of requests", () => {
  test("requests stay within the declared count and tokens, however many texts a call has", async () => {
    const { fake, embedder } = make({ maxTexts: 20, maxTokens: 120 }, { maxTextsPerCall: 20, maxTokensPerCall: 120 });
    const texts = [...textsOf(70, 1), ...textsOf(30, 8).map((text) => `long ${text}`)];
    const { vectors } = await clock.run(embedder.doEmbed(texts));
    expect(vectors).toEqual(await truth(texts));
    expect(fake.ledger.requests("too-large")).toBe(0);
    expect(fake.ledger.faults(texts)).toEqual([]);
  });

  test.each([
    ["texts", { maxTexts: 40 }],
    ["tokens", { maxTokens: 500 }],
    ["both", { maxTexts: 70, maxTokens: 700 }],
  ] as const)(
    "a provider that takes fewer %s than declared is asked for less, soon and lastingly",
    async (_title, limits) => {
      const { fake, embedder } = make(limits, { maxTextsPerCall: 1_000 });
      const first = textsOf(1_000);
      const { vectors } = await clock.run(embedder.doEmbed(first));
      expect(vectors).toEqual(await truth(first));
      const refused = fake.ledger.requests("too-large");
      expect(refused).toBeLessThan(12);
      expect(embedder.maxTextsPerCall).toBeLessThan(1_000);
      const texts = Array.from({ length: 3_000 }, (_, index) => `more ${index} word word`);
      for (let start = 0; start < texts.length; start += 500)
        await clock.run(embedder.doEmbed(texts.slice(start, start + 500)));
      expect(fake.ledger.requests("too-large") - refused, "it is learned").toBeLessThan(12);
      const smallest = Math.max(
        texts.length / (limits as { maxTexts?: number }).maxTexts! || 0,
        texts.reduce((sum, text) => sum + fake.tokensOf(text), 0) /
          ((limits as { maxTokens?: number }).maxTokens ?? 1e9),
      );
      expect(
        fake.ledger.requests("served") - first.length / 10,
        "and not too well: requests are still large",
      ).toBeLessThan(smallest * 2.5);
      expect(fake.ledger.faults([...first, ...texts])).toEqual([]);
    },
  );

  test("padded tokens count where the model declares a limit, as the contract says", async () => {
    const { fake, embedder } = make({}, { maxTextsPerCall: 100, maxTokensPerCall: 200 });
    // Ten short texts and a long one: together far under 200 tokens, padded to the longest far over.
    const texts = [...textsOf(10, 1), "long ".repeat(40)];
    await clock.run(embedder.doEmbed(texts));
    expect(fake.ledger.requests("served")).toBe(2);
  });

  test("while a size is found out only one request of a call is larger than what is known to pass", async () => {
    const { fake, embedder } = make({ maxTexts: 37 }, { maxTextsPerCall: 64 });
    for (let call = 0; call < 5; call++)
      await clock.run(embedder.doEmbed(textsOf(600).map((text) => `${call} ${text}`)));
    // One request finds that 64 are too many; then one at a time looks for the size between 32, which passes, and 64.
    expect(fake.ledger.requests("too-large")).toBeLessThanOrEqual(6);
    expect(embedder.maxTextsPerCall).toBe(36);
  });

  test("limits that a refusal states are believed at once", async () => {
    governor = createGovernor({ clock });
    const sizes: number[] = [];
    const inner = hashEmbedder({ maxTextsPerCall: 500 });
    const embedder = governedEmbedder(
      {
        ...inner,
        async doEmbed(texts, options) {
          sizes.push(texts.length);
          if (texts.length > 25)
            throw withProviderHints(new GroundworkError("INVALID_ARGUMENT", "Too many."), {
              requestTooLarge: true,
              limits: { maxTextsPerRequest: 25 },
            });
          return inner.doEmbed(texts, options);
        },
      },
      governor,
    );
    await clock.run(embedder.doEmbed(textsOf(100)));
    expect(sizes).toEqual([100, 25, 25, 25, 25]);
    expect(embedder.maxTextsPerCall).toBe(25);
  });

  test("a single text that is too large fails alone", async () => {
    const { fake, embedder } = make({ maxTokens: 60 });
    const texts = [...textsOf(10), "huge ".repeat(100)];
    const error = await expectError(() => clock.run(embedder.doEmbed(texts)), "INVALID_ARGUMENT");
    expect(partialEmbeddingOf(error)?.failures.map(({ index }) => index)).toEqual([10]);
    expect(fake.ledger.faults(texts.slice(0, 10))).toEqual([]);
  });
});

describe("manners", () => {
  test("it declares what the governor lets through", () => {
    const { embedder } = make({}, { maxParallelCalls: 50 }, { concurrency: { max: 8 } });
    expect(embedder).toMatchObject({ modelId: "fake-remote", revision: "1", dimensions: 16, maxParallelCalls: 8 });
  });

  test("wrong credentials fail at once and are not repeated", async () => {
    for (const errorStyle of ["groundwork", "aws", "fetch"] as const) {
      const { fake, embedder } = make({ badCredentials: true, errorStyle });
      await expectError(() => clock.run(embedder.doEmbed(textsOf(3))), "UNAUTHENTICATED");
      expect(fake.ledger.requests()).toBe(1);
      await governor.close();
    }
    make({});
  });

  test("a query does not wait for a provider that is down; an ingestion does", async () => {
    const { embedder } = make(
      { outages: [{ fromMs: 0, toMs: 30_000 }] },
      {},
      {
        breaker: { failures: 2, openMs: 40_000 },
        retry: { baseMs: 10 },
      },
    );
    const ingestion = embedder.doEmbed(textsOf(5));
    await clock.advance(5_000);
    await expectError(() => embedder.doEmbed(["question"], { purpose: "query" }), "UNAVAILABLE");
    expect((await clock.run(ingestion)).vectors).toEqual(await truth(textsOf(5)));
  });

  test("a question takes its turn among the requests of an ingestion", async () => {
    const { fake, embedder } = make({}, { maxTextsPerCall: 1 }, { concurrency: { initial: 1, max: 1 } });
    const ingestion = embedder.doEmbed(textsOf(100));
    await clock.advance(100);
    await clock.run(embedder.doEmbed(["question"], { purpose: "query" }));
    expect(fake.ledger.requests("served")).toBeLessThan(10);
    await clock.run(ingestion);
  });

  test("learned limits are told", async () => {
    const events: GovernorEvent[] = [];
    const { embedder } = make({ maxTexts: 10 }, { maxTextsPerCall: 40 }, { onEvent: (event) => events.push(event) });
    await clock.run(embedder.doEmbed(textsOf(40)));
    expect(events).toContainEqual(expect.objectContaining({ type: "limits", maxTexts: 20 }));
  });

  test("a language model goes through the same governor", async () => {
    const { fake } = make({ storms: [{ fromMs: 0, toMs: 2_000 }], retryAfter: "seconds", errorStyle: "aws" });
    const model = governedLanguageModel(fake.languageModel(), governor, { countTokens: fake.tokensOf });
    expect(await clock.run(model.doGenerate({ prompt: "how long" }))).toMatchObject({ text: "8 characters" });
    expect(governor.statistics()).toMatchObject({ throttled: 1, succeeded: 1, tokens: fake.tokensOf("how long") + 2 });
  });
});
