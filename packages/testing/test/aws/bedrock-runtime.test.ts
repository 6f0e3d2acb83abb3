import { BedrockRuntimeClient, InvokeModelCommand } from "@aws-sdk/client-bedrock-runtime";
import { type BedrockOptions, type FakeAws, fakeAws } from "@groundwork/testing/aws";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterEach, describe, expect, test } from "vitest";

let aws: FakeAws;
let client: BedrockRuntimeClient;
async function open(bedrock: BedrockOptions = {}, http1 = false): Promise<void> {
  aws = await fakeAws({ bedrock });
  const { endpoint, region, credentials } = aws;
  client = new BedrockRuntimeClient({
    endpoint,
    region,
    credentials,
    maxAttempts: 1,
    ...(http1 ? { requestHandler: new NodeHttpHandler() } : {}),
  });
}
afterEach(async () => {
  client.destroy();
  await aws.close();
});

async function invoke(modelId: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await client.send(
    new InvokeModelCommand({ modelId, contentType: "application/json", body: Buffer.from(JSON.stringify(body)) }),
  );
  expect(answer.contentType).toBe("application/json");
  return JSON.parse(Buffer.from(answer.body!).toString("utf8")) as Record<string, unknown>;
}

const TITAN = "amazon.titan-embed-text-v2:0";
const V3 = "cohere.embed-english-v3";
const V4 = "cohere.embed-v4:0";
const norm = (vector: unknown): number => Math.sqrt((vector as number[]).reduce((sum, value) => sum + value ** 2, 0));

test.each([false, true])("Titan v2 answers floats and bits (HTTP/1.1: %s)", async (http1) => {
  await open({}, http1);
  const both = await invoke(TITAN, {
    inputText: "travel approval",
    dimensions: 256,
    embeddingTypes: ["float", "binary"],
  });
  expect(both.embedding).toHaveLength(256);
  expect(norm(both.embedding)).toBeCloseTo(1);
  const { float, binary } = both.embeddingsByType as Record<string, number[]>;
  expect(float).toEqual(both.embedding);
  expect(binary).toEqual(float!.map((value) => (value > 0 ? 1 : 0)));
  expect(both.inputTextTokenCount).toBe(4);
  const raw = await invoke(TITAN, { inputText: "travel travel approval", normalize: false });
  expect(raw.embedding).toHaveLength(1_024);
  expect(norm(raw.embedding)).toBeGreaterThan(1.5);
  expect(await invoke(TITAN, { inputText: "a", embeddingTypes: ["binary"] })).not.toHaveProperty("embedding");
  expect(aws.requests.of()[0]).toMatchObject({
    httpVersion: http1 ? "1.1" : "2.0",
    ids: { modelId: TITAN, texts: 1, characters: 15 },
  });
});

test("Cohere answers by type where types are named, cuts what it is told to, and has the purpose", async () => {
  const seen: unknown[] = [];
  await open({
    embed: (texts, purpose) => {
      seen.push([purpose, ...texts]);
      return texts.map((_, index) => Float32Array.from([1, -1 - index, 0.5]));
    },
  });
  const plain = await invoke(V3, { texts: ["a", "b"], input_type: "search_query" });
  expect(plain).toMatchObject({ response_type: "embeddings_floats", texts: ["a", "b"] });
  expect((plain.embeddings as number[][]).map(({ length }) => length)).toEqual([1_024, 1_024]);
  const typed = await invoke(V4, {
    texts: ["one two three"],
    input_type: "search_document",
    embedding_types: ["float", "int8", "uint8", "binary", "ubinary"],
    output_dimension: 256,
    max_tokens: 2,
    truncate: "LEFT",
  });
  const by = typed.embeddings as Record<string, number[][]>;
  expect(typed.response_type).toBe("embeddings_by_type");
  expect(by.float![0]).toHaveLength(256);
  expect(by.int8![0]!.slice(0, 4)).toEqual([85, -85, 42, 0]);
  expect(by.uint8![0]!.slice(0, 4)).toEqual([213, 43, 170, 128]);
  expect(by.ubinary![0]![0]).toBe(0b10100000);
  expect(by.binary![0]![0]).toBe(0b10100000 - 128);
  expect(seen).toEqual([
    ["query", "a", "b"],
    ["passage", "three"],
  ]);
});

test("rerank gives the best first, as many as are asked for", async () => {
  await open();
  const documents = ["nothing", "travel approval", "approval"];
  expect(await invoke("amazon.rerank-v1:0", { query: "travel approval", documents })).toEqual({
    results: [
      { index: 1, relevance_score: 1 },
      { index: 2, relevance_score: 0.5 },
      { index: 0, relevance_score: 0 },
    ],
  });
  const best = await invoke("cohere.rerank-v3-5:0", { query: "approval", documents, top_n: 1, api_version: 2 });
  expect(best.results).toEqual([{ index: 1, relevance_score: 1 }]);
});

describe("what is refused", () => {
  const text = { texts: ["a"], input_type: "search_query" };
  test.each<[model: string, body: unknown, message: RegExp]>([
    [TITAN, {}, /required key \[inputText\] not found/],
    [TITAN, { inputText: "" }, /inputText: expected minLength: 1, actual: 0/],
    [TITAN, { inputText: 7 }, /expected type: String, found: number/],
    [TITAN, { inputText: "a".repeat(50_001) }, /expected maxLength: 50000, actual: 50001/],
    [TITAN, { inputText: "a ".repeat(9_000) }, /Max input tokens: 8192, request input token count: 9000/],
    [TITAN, { inputText: "a", dimensions: 300 }, /dimensions: .*enum/],
    [TITAN, { inputText: "a", texts: [] }, /extraneous key \[texts\]/],
    ["amazon.titan-embed-text-v1", { inputText: "a", dimensions: 256 }, /extraneous key \[dimensions\]/],
    [V3, { texts: ["a"] }, /required key \[input_type\]/],
    [V3, { ...text, input_type: "query" }, /input_type: .*enum/],
    [V3, { ...text, texts: [] }, /minimum item count: 1/],
    [V3, { ...text, texts: new Array(97).fill("a") }, /maximum item count: 96, found: 97/],
    [V3, { ...text, texts: ["a".repeat(2_049)] }, /expected maxLength: 2048/],
    [V3, { ...text, texts: ["a ".repeat(600)] }, /Max input tokens: 512/],
    [V3, { ...text, output_dimension: 256 }, /extraneous key/],
    [V4, { ...text, truncate: "END" }, /truncate: .*enum/],
    [V4, { ...text, output_dimension: 300 }, /output_dimension: .*enum/],
    ["amazon.rerank-v1:0", { query: "a", documents: [] }, /minimum item count/],
    ["amazon.rerank-v1:0", { query: "a", documents: ["a"], top_n: 2 }, /top_n/],
    ["cohere.rerank-v3-5:0", { query: "a", documents: ["a"] }, /api_version/],
    ["amazon.titan-embed-text-v9", { inputText: "a" }, /model identifier is invalid/],
    [
      "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v1",
      { inputText: "a" },
      /identifier is invalid/,
    ],
  ])("%s %o", async (model, body, message) => {
    await open();
    await expect(invoke(model, body)).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringMatching(message),
      $metadata: { httpStatusCode: 400 },
    });
  });

  test("what is not text of JSON", async () => {
    await open();
    const send = (input: Partial<ConstructorParameters<typeof InvokeModelCommand>[0]>) =>
      client.send(new InvokeModelCommand({ modelId: TITAN, body: Buffer.from("{}"), ...input }));
    await expect(send({ body: Buffer.from("{") })).rejects.toThrow(/no JSON/);
    await expect(send({ body: Buffer.from("[]") })).rejects.toThrow(/JSONArray/);
    await expect(send({ contentType: "text/plain" })).rejects.toThrow(/content type/);
  });
});

test("models are reached by profiles and ARNs, or not at all", async () => {
  const mine = "arn:aws:bedrock:eu-west-1:123456789012:provisioned-model/mine";
  await open({ deployments: { [mine]: TITAN }, profileOnly: [V4], denied: [V3] });
  const body = { texts: ["a"], input_type: "search_query" };
  await expect(invoke(V4, body)).rejects.toThrow(/on-demand throughput/);
  for (const id of [`eu.${V4}`, `global.${V4}`, `arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.${V4}`])
    expect(await invoke(id, body)).toHaveProperty("embeddings");
  expect(await invoke(mine, { inputText: "a" })).toHaveProperty("embedding");
  await expect(invoke(V3, body)).rejects.toMatchObject({
    name: "AccessDeniedException",
    $metadata: { httpStatusCode: 403 },
  });
  await expect(invoke(`${mine}s`, { inputText: "a" })).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    $metadata: { httpStatusCode: 404 },
  });
});

test("throttling has the status of the service", async () => {
  await open();
  aws.faults.plant({ fault: { kind: "throttle" } });
  await expect(invoke(TITAN, { inputText: "a" })).rejects.toMatchObject({
    name: "ThrottlingException",
    $metadata: { httpStatusCode: 429 },
  });
});
