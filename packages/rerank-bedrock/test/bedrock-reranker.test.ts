import { governedReranker, sharedGovernor } from "@groundwork/provider-governor";
import { bedrockReranker } from "@groundwork/rerank-bedrock";
import { type FakeAws, fakeAws } from "@groundwork/testing/aws";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let aws: FakeAws;
const passages = (...texts: readonly string[]) => texts.map((text, index) => ({ chunkId: String(index), text }));
const connection = () => {
  const { endpoint, region, credentials } = aws;
  return { endpoint, region, credentials };
};

beforeEach(async () => {
  aws = await fakeAws({ keepInputs: true });
});
afterEach(() => aws.close());

const bodies = (): Record<string, unknown>[] =>
  aws.requests
    .of("InvokeModel")
    .map(({ input }) => JSON.parse(Buffer.from(input!.body as Uint8Array).toString("utf8")));

describe.each([
  ["amazon.rerank-v1:0", {}],
  ["cohere.rerank-v3-5:0", { api_version: 2 }],
  ["arn:aws:bedrock:eu-west-1::foundation-model/cohere.rerank-v3-5:0", { api_version: 2 }],
])("%s", (model, members) => {
  test("gives the scores in the order of the passages, all of them", async () => {
    await using reranker = bedrockReranker({ model, ...connection() });
    const texts = ["nothing of it", "travel needs approval", "approval", ""];
    expect(await reranker.doRerank("travel approval", passages(...texts))).toEqual([0, 1, 0.5, 0]);
    expect(bodies()).toEqual([{ query: "travel approval", documents: texts.slice(0, 3), top_n: 3, ...members }]);
    expect(reranker.modelId).toBe(model.split("/").at(-1));
  });
});

describe("bedrockReranker", () => {
  test("asks nothing when there is nothing to ask", async () => {
    await using reranker = bedrockReranker({ model: "amazon.rerank-v1:0", ...connection() });
    expect(await reranker.doRerank("travel", [])).toEqual([]);
    expect(await reranker.doRerank("travel", passages(" ", "\n"))).toEqual([0, 0]);
    expect(aws.requests.length).toBe(0);
    await expect(reranker.doRerank(" ", passages("a"))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  test("half surrogates are sent as U+FFFD", async () => {
    await using reranker = bedrockReranker({ model: "amazon.rerank-v1:0", ...connection() });
    expect(await reranker.doRerank("travel \ud800", passages("travel \udc00"))).toEqual([1]);
    expect(bodies()[0]).toMatchObject({ query: "travel \ufffd", documents: ["travel \ufffd"] });
  });

  test("refuses options and calls that are none", async () => {
    expect(() => bedrockReranker({ model: "cohere.rerank-v9" })).toThrow(/cohere\.rerank-v3-5:0/);
    expect(() => bedrockReranker({ model: "amazon.rerank-v1:0", maxPassages: 1_001 })).toThrow(/1 to 1000/);
    await using reranker = bedrockReranker({ model: "amazon.rerank-v1:0", maxPassages: 2, ...connection() });
    await expect(reranker.doRerank("a", passages("a", "b", "c"))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(reranker.doRerank("a", passages("a"), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "ABORTED",
    });
    await reranker.close();
    await expect(reranker.doRerank("a", passages("a"))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(aws.requests.length).toBe(0);
  });

  test("an abort ends a running call", async () => {
    await using reranker = bedrockReranker({ model: "amazon.rerank-v1:0", ...connection() });
    aws.faults.plant({ fault: { kind: "slow", ms: 5_000 } });
    const began = Date.now();
    await expect(reranker.doRerank("a", passages("a"), { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      code: "ABORTED",
    });
    expect(Date.now() - began).toBeLessThan(3_000);
    expect(await reranker.doRerank("a", passages("a"))).toEqual([1]);
  });

  test.each([
    ["ThrottlingException", 429, "THROTTLED", true],
    ["ModelNotReadyException", 429, "UNAVAILABLE", true],
    ["ModelTimeoutException", 408, "TIMED_OUT", true],
    ["ModelErrorException", 424, "UNAVAILABLE", true],
    ["AccessDeniedException", 403, "PERMISSION_DENIED", false],
    ["ResourceNotFoundException", 404, "MODEL_NOT_FOUND", false],
    ["ServiceQuotaExceededException", 400, "QUOTA_EXCEEDED", false],
    ["ValidationException", 400, "INVALID_ARGUMENT", false],
  ])("%s is %s %s", async (code, status, expected, retryable) => {
    await using reranker = bedrockReranker({ model: "amazon.rerank-v1:0", ...connection() });
    aws.faults.plant({ fault: { kind: "error", code, status, message: "secret words" } });
    const error = await reranker.doRerank("a", passages("a")).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: expected, retryable, ids: { driver: "rerank-bedrock" } });
    expect((error as Error).message).not.toContain("secret");
    expect(aws.requests.length).toBe(1);
  });

  test.each([
    ["no results", {}],
    ["a document left out", { results: [{ index: 0, relevance_score: 0.5 }] }],
    [
      "a position that is none",
      {
        results: [
          { index: 0, relevance_score: 1 },
          { index: 7, relevance_score: 1 },
        ],
      },
    ],
    [
      "one document twice",
      {
        results: [
          { index: 0, relevance_score: 1 },
          { index: 0, relevance_score: 1 },
        ],
      },
    ],
    [
      "a score that is none",
      {
        results: [
          { index: 0, relevance_score: 1 },
          { index: 1, relevance_score: "1" },
        ],
      },
    ],
  ])("an answer with %s is refused", async (_, answer) => {
    const client = { send: async () => ({ body: Buffer.from(JSON.stringify(answer)) }) } as never;
    await using reranker = bedrockReranker({ model: "amazon.rerank-v1:0", client });
    await expect(reranker.doRerank("a", passages("a", "b"))).rejects.toMatchObject({
      code: "UNAVAILABLE",
      retryable: false,
    });
  });

  test("a governor repeats what was throttled", async () => {
    await using governor = sharedGovernor({ provider: "bedrock", model: "rerank", region: "x" }, {});
    await using reranker = bedrockReranker({ model: "amazon.rerank-v1:0", ...connection() });
    aws.faults.plant({ times: 2, fault: { kind: "throttle" } });
    expect(await governedReranker(reranker, governor).doRerank("a", passages("a b", "b"))).toEqual([1, 0]);
    expect(aws.requests.of().map(({ status }) => status)).toEqual([429, 429, 200]);
  });
});
