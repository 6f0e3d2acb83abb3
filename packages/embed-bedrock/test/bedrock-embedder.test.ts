import { type GroundworkError, partialEmbeddingOf, providerHintsOf } from "@groundwork/contracts";
import { BEDROCK_EMBEDDING_MODELS, type BedrockEmbedderOptions, bedrockEmbedder } from "@groundwork/embed-bedrock";
import { type BedrockOptions, type FakeAws, fakeAws, type LoggedRequest } from "@groundwork/testing/aws";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const TITAN = "amazon.titan-embed-text-v2:0";
const COHERE = "cohere.embed-multilingual-v3";
const V4 = "cohere.embed-v4:0";

let aws: FakeAws;
const open = async (bedrock?: BedrockOptions): Promise<void> => {
  aws = await fakeAws({ keepInputs: true, ...(bedrock === undefined ? {} : { bedrock }) });
};
beforeEach(() => open());
afterEach(() => aws.close());

const create = (options: BedrockEmbedderOptions) => {
  const { endpoint, region, credentials } = aws;
  return bedrockEmbedder({ endpoint, region, credentials, ...options });
};
const bodyOf = ({ input }: LoggedRequest): Record<string, unknown> =>
  JSON.parse(Buffer.from(input!.body as Uint8Array).toString("utf8")) as Record<string, unknown>;
const bodies = () => aws.requests.of().map(bodyOf);
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, index) => sum + value * b[index]!, 0);
const rejection = (call: Promise<unknown>): Promise<GroundworkError> =>
  call.then(
    () => expect.unreachable("expected a rejection"),
    (error: unknown) => error as GroundworkError,
  );

describe("what is sent", () => {
  test.each([
    ["amazon.titan-embed-text-v1", undefined, "query", { inputText: "a b" }],
    [TITAN, undefined, "query", { inputText: "a b", dimensions: 1_024, normalize: true, embeddingTypes: ["float"] }],
    [TITAN, 256, "passage", { inputText: "a b", dimensions: 256, normalize: true, embeddingTypes: ["float"] }],
    [
      COHERE,
      undefined,
      "query",
      { texts: ["a b"], input_type: "search_query", truncate: "END", embedding_types: ["float"] },
    ],
    [
      "cohere.embed-english-v3",
      undefined,
      "passage",
      { texts: ["a b"], input_type: "search_document", truncate: "END", embedding_types: ["float"] },
    ],
    [
      V4,
      512,
      "passage",
      {
        texts: ["a b"],
        input_type: "search_document",
        truncate: "RIGHT",
        embedding_types: ["float"],
        output_dimension: 512,
      },
    ],
  ] as const)("%s %s %s", async (model, dimensions, purpose, body) => {
    await using embedder = create({ model, ...(dimensions === undefined ? {} : { dimensions }) });
    const { vectors, tokens } = await embedder.doEmbed(["a b"], { purpose });
    expect(vectors).toHaveLength(embedder.dimensions);
    expect(embedder.dimensions).toBe(dimensions ?? Math.max(...BEDROCK_EMBEDDING_MODELS[model].dimensions));
    expect(tokens).toBe(2);
    expect(bodies()).toEqual([body]);
    expect(aws.requests.of()[0]).toMatchObject({ status: 200, httpVersion: "2.0", ids: { modelId: model } });
  });

  test("up to 96 texts of Cohere go together, each text of Titan alone", async () => {
    const texts = Array.from({ length: 200 }, (_, index) => `text ${index}`);
    await using cohere = create({ model: COHERE });
    expect(cohere.maxTextsPerCall).toBe(96);
    await cohere.doEmbed(texts);
    expect(aws.requests.of().map(({ ids }) => ids.texts)).toEqual(expect.arrayContaining([96, 96, 8]));
    expect(aws.requests.length).toBe(3);
    aws.requests.clear();
    await using titan = create({ model: TITAN, maxParallelCalls: 3 });
    expect(titan.maxTextsPerCall).toBe(1);
    const { vectors, tokens } = await titan.doEmbed(texts);
    expect(vectors).toHaveLength(200 * 1_024);
    expect(aws.requests.length).toBe(200);
    expect(aws.requests.mostParallel).toBe(3);
    expect(tokens).toBe(400);
  });

  test("requests of Cohere v4 are packed by tokens too", async () => {
    await using embedder = create({ model: V4, dimensions: 256 });
    await embedder.doEmbed(Array.from({ length: 5 }, (_, index) => `${index} ${"abc ".repeat(49_990)}`));
    expect(aws.requests.of().map(({ ids }) => ids.texts)).toEqual([2, 2, 1]);
  });

  test("cross-region profiles, ARNs and metadata", async () => {
    const application = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc";
    await aws.close();
    await open({ deployments: { [application]: TITAN } });
    const foundation = `arn:aws:bedrock:eu-west-1::foundation-model/${TITAN}`;
    const system = `arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.${V4}`;
    for (const [options, target, modelId] of [
      [{ model: `eu.${V4}` }, `eu.${V4}`, V4],
      [{ model: V4, inferenceProfile: `global.${V4}` }, `global.${V4}`, V4],
      [{ model: foundation }, foundation, TITAN],
      [{ model: system }, system, V4],
      [{ model: TITAN, inferenceProfile: application }, application, TITAN],
    ] as const) {
      aws.requests.clear();
      await using embedder = create({ ...options, requestMetadata: { project: "policies" } });
      await embedder.doEmbed(["a"]);
      expect(embedder.modelId).toBe(modelId);
      expect(aws.requests.of()[0]!.input).toMatchObject({ modelId: target, requestMetadata: '{"project":"policies"}' });
    }
  });

  test("the key of a cache does not depend on how the model is reached, but on its dimensions", () => {
    const a = create({ model: V4 });
    const b = create({ model: `eu.${V4}`, region: "eu-central-1" });
    const c = create({ model: V4, dimensions: 256 });
    expect([b.modelId, b.revision]).toEqual([a.modelId, a.revision]);
    expect(c.revision).not.toBe(a.revision);
  });
});

describe("texts that the service would refuse", () => {
  test("blank texts cost nothing and have a vector of length 1", async () => {
    await using embedder = create({ model: TITAN });
    const { vectors, tokens } = await embedder.doEmbed(["", "travel", " \n\t"]);
    const rows = [0, 1, 2].map((row) => vectors.slice(row * 1_024, (row + 1) * 1_024));
    expect(rows[0]).toEqual(rows[2]);
    for (const row of rows) expect(dot(row, row)).toBeCloseTo(1, 5);
    expect(dot(rows[0]!, rows[1]!)).toBeLessThan(0.5);
    expect(aws.requests.length).toBe(1);
    expect(tokens).toBe(2);
    expect(await embedder.doEmbed([])).toMatchObject({ vectors: new Float32Array(0), tokens: 0 });
  });

  test("half surrogates are sent as U+FFFD", async () => {
    await using embedder = create({ model: TITAN });
    await embedder.doEmbed(["a \ud83d b"]);
    expect(bodies()[0]!.inputText).toBe("a \ufffd b");
  });

  test.each([
    ["words", "policy "],
    ["one word", "abcdefghij"],
    ["emoji", "😀"],
    ["Chinese", "規程"],
    ["digits", "4711 "],
    ["blanks", `a${" ".repeat(60)}`],
  ])("long texts are cut, none in the middle of a character: %s", async (_, piece) => {
    for (const model of [TITAN, COHERE] as const) {
      aws.requests.clear();
      await using embedder = create({ model });
      await embedder.doEmbed([piece.repeat(20_000)]);
      const [body] = bodies();
      const sent = (body!.inputText as string | undefined) ?? (body!.texts as string[])[0]!;
      expect(sent.isWellFormed()).toBe(true);
      expect(sent.length).toBeGreaterThan(100);
      expect(sent.length).toBeLessThanOrEqual(BEDROCK_EMBEDDING_MODELS[model].maxCharacters);
      expect(embedder.tokenCounter.count(sent) + 2).toBeLessThanOrEqual(embedder.maxInputTokens);
      expect(aws.requests.of().map(({ status }) => status)).toEqual([200]);
    }
  });

  test("a text of which the service counts more tokens than the estimate is cut by what it says", async () => {
    const sent: number[] = [];
    const client = {
      async send({ input }: { readonly input: { readonly body: Uint8Array } }) {
        const { inputText } = JSON.parse(Buffer.from(input.body).toString("utf8")) as { readonly inputText: string };
        sent.push(inputText.length);
        // A tokenizer that makes a token of each letter.
        if (inputText.length > 8_192)
          throw Object.assign(
            new Error(`Too many input tokens. Max input tokens: 8192, request input token count: ${inputText.length} `),
            {
              name: "ValidationException",
              $metadata: { httpStatusCode: 400 },
            },
          );
        const embedding = new Array<number>(1_024).fill(0.5);
        return { body: Buffer.from(JSON.stringify({ embedding, inputTextTokenCount: inputText.length })) };
      },
    } as never;
    await using embedder = bedrockEmbedder({ model: TITAN, client });
    const { tokens } = await embedder.doEmbed(["a".repeat(50_000)]);
    expect(sent).toEqual([16_384, 7_782]);
    expect(tokens).toBe(7_782);
  });
});

describe("several requests of one call", () => {
  const texts = Array.from({ length: 10 }, (_, index) => `text ${index}`);

  test("when one is refused for good, the others' vectors are kept", async () => {
    await using embedder = create({ model: TITAN, maxParallelCalls: 2 });
    const whole = await embedder.doEmbed(texts);
    aws.faults.plant({ skip: 3, fault: { kind: "error", code: "ValidationException", status: 400 } });
    const error = await rejection(embedder.doEmbed(texts));
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", retryable: false });
    const partial = partialEmbeddingOf(error)!;
    expect(partial.embedded).toHaveLength(9);
    expect(partial.failures).toHaveLength(1);
    expect(partial.failures[0]!.error).toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(partial.tokens).toBe(18);
    for (const [row, position] of partial.embedded.entries())
      expect(partial.vectors.slice(row * 1_024, (row + 1) * 1_024)).toEqual(
        whole.vectors.slice(position * 1_024, (position + 1) * 1_024),
      );
  });

  test("when one is throttled, no further one is sent", async () => {
    await using embedder = create({ model: TITAN, maxParallelCalls: 1 });
    aws.faults.plant({ skip: 4, times: Number.POSITIVE_INFINITY, fault: { kind: "throttle", retryAfterSeconds: 3 } });
    const error = await rejection(embedder.doEmbed(texts));
    expect(error).toMatchObject({ code: "THROTTLED", retryable: true });
    expect(providerHintsOf(error)).toEqual({ retryAfterMs: 3_000 });
    const partial = partialEmbeddingOf(error)!;
    expect(partial.embedded).toEqual([0, 1, 2, 3]);
    expect(partial.failures.map(({ index }) => index)).toEqual([4, 5, 6, 7, 8, 9]);
    expect(aws.requests.length).toBe(5);
  });

  test("what was refused for good goes before what was throttled, and asking again helps some", async () => {
    await using embedder = create({ model: TITAN, maxParallelCalls: 2 });
    aws.faults.plant({ fault: { kind: "throttle" } });
    aws.faults.plant({ fault: { kind: "error", code: "ValidationException", status: 400 } });
    const error = await rejection(embedder.doEmbed(["a", "b"]));
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", retryable: true });
    const { embedded, failures } = partialEmbeddingOf(error)!;
    expect(embedded).toEqual([]);
    expect(failures.map((failure) => failure.error.code).sort()).toEqual(["INVALID_ARGUMENT", "THROTTLED"]);
  });

  test("an abort ends the call soon and keeps what was paid for", async () => {
    await using embedder = create({ model: TITAN, maxParallelCalls: 1 });
    aws.faults.plant({ skip: 2, fault: { kind: "slow", ms: 5_000 } });
    const began = Date.now();
    const error = await rejection(embedder.doEmbed(texts, { signal: AbortSignal.timeout(500) }));
    expect(Date.now() - began).toBeLessThan(3_000);
    expect(error).toMatchObject({ code: "ABORTED", retryable: false });
    expect(partialEmbeddingOf(error)!.embedded).toEqual([0, 1]);
    expect((await embedder.doEmbed(["still there"])).vectors).toHaveLength(1_024);
  });

  test("close ends running calls", async () => {
    const embedder = create({ model: TITAN });
    aws.faults.plant({ fault: { kind: "slow", ms: 5_000 } });
    const call = rejection(embedder.doEmbed(["a"]));
    setTimeout(() => void embedder.close(), 100);
    expect(await call).toMatchObject({ code: "ABORTED" });
  });

  test("a client of one's own outlives the embedder", async () => {
    let destroyed = 0;
    const client = { destroy: () => destroyed++ } as never;
    await bedrockEmbedder({ model: TITAN, client }).close();
    expect(destroyed).toBe(0);
  });
});

describe("options", () => {
  test.each<[BedrockEmbedderOptions, RegExp]>([
    [{ model: "" }, /expected model/],
    [{ model: TITAN, dimensions: 300 }, /1024, 512, 256/],
    [{ model: TITAN, maxParallelCalls: 0 }, /maxParallelCalls/],
    [{ model: TITAN, inferenceProfile: "my profile" }, /inferenceProfile/],
    [{ model: "amazon.titan-embed-text-v9" }, /amazon\.titan-embed-text-v2:0.*custom/],
    [{ model: "toString" }, /custom/],
    [
      { model: "x", custom: { dimensions: 0, maxInputTokens: 1, body: () => ({}), read: () => ({ vectors: [] }) } },
      /custom\.dimensions/,
    ],
  ])("%o", (options, message) => {
    expect(() => bedrockEmbedder(options)).toThrow(message);
  });

  test("a model that the caller describes", async () => {
    await aws.close();
    await open({ deployments: { "arn:aws:bedrock:eu-west-1:123456789012:provisioned-model/mine": COHERE } });
    await using embedder = create({
      model: "arn:aws:bedrock:eu-west-1:123456789012:provisioned-model/mine",
      custom: {
        dimensions: 1_024,
        maxInputTokens: 100,
        maxTextsPerRequest: 2,
        languages: ["en"],
        revision: "7",
        body: (texts, { purpose }) => ({ texts, input_type: purpose === "query" ? "classification" : "clustering" }),
        read: (answer) => ({ vectors: (answer as { readonly embeddings: number[][] }).embeddings }),
      },
    });
    const { vectors, tokens } = await embedder.doEmbed(["a", "b", "c"], { purpose: "query" });
    expect(vectors).toHaveLength(3 * 1_024);
    // The answer does not say it: the header does.
    expect(tokens).toBe(3);
    expect(bodies()).toEqual([
      { texts: ["a", "b"], input_type: "classification" },
      { texts: ["c"], input_type: "classification" },
    ]);
    expect(embedder.revision).toContain("7");
    expect(embedder.languages).toEqual(["en"]);
  });

  test.each([
    ["another number of vectors", { embeddings: { float: [] } }],
    ["another number of dimensions", { embeddings: { float: [[1, 2, 3]] } }],
    ["no vectors", { message: "?" }],
    ["a vector of zeros", { embeddings: { float: [new Array(1_024).fill(0)] } }],
    ["a value that is no number", { embeddings: { float: [[...new Array(1_023).fill(1), null]] } }],
    ["nothing", null],
  ])("an answer with %s is refused", async (_, answer) => {
    const client = { send: async () => ({ body: Buffer.from(JSON.stringify(answer)) }) } as never;
    await using embedder = bedrockEmbedder({ model: COHERE, client });
    expect(await rejection(embedder.doEmbed(["a"]))).toMatchObject({ code: "UNAVAILABLE", retryable: false });
  });

  test("vectors are brought to length 1", async () => {
    const client = {
      send: async () => ({ body: Buffer.from(JSON.stringify({ embeddings: [new Array(1_024).fill(3)] })) }),
    } as never;
    await using embedder = bedrockEmbedder({ model: COHERE, client });
    const { vectors, tokens } = await embedder.doEmbed(["a"]);
    expect(dot(vectors, vectors)).toBeCloseTo(1, 5);
    expect(tokens).toBeUndefined();
  });
});
