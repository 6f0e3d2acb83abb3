import * as sdk from "@aws-sdk/client-bedrock-runtime";
import { type ErrorCode, providerHintsOf } from "@groundwork/contracts";
import { bedrockEmbedder, bedrockError } from "@groundwork/embed-bedrock";
import { classifyFailure } from "@groundwork/provider-governor";
import { type AwsFault, fakeAws } from "@groundwork/testing/aws";
import { describe, expect, test, vi } from "vitest";
import { BEDROCK_ERRORS } from "../src/bedrock-error.ts";

type Row = readonly [name: string, status: number, code: ErrorCode, retryable: boolean, kind: string];

const TABLE: readonly Row[] = [
  ["AccessDeniedException", 403, "PERMISSION_DENIED", false, "fatal"],
  ["ConflictException", 400, "UNAVAILABLE", true, "transient"],
  ["InternalServerException", 500, "UNAVAILABLE", true, "transient"],
  ["ModelErrorException", 424, "UNAVAILABLE", true, "transient"],
  ["ModelNotReadyException", 429, "UNAVAILABLE", true, "transient"],
  ["ModelStreamErrorException", 424, "UNAVAILABLE", true, "transient"],
  ["ModelTimeoutException", 408, "TIMED_OUT", true, "transient"],
  ["ResourceNotFoundException", 404, "MODEL_NOT_FOUND", false, "fatal"],
  ["ServiceQuotaExceededException", 400, "QUOTA_EXCEEDED", false, "fatal"],
  ["ServiceUnavailableException", 503, "UNAVAILABLE", true, "transient"],
  ["ThrottlingException", 429, "THROTTLED", true, "throttled"],
  ["ValidationException", 400, "INVALID_ARGUMENT", false, "fatal"],
  ["ExpiredTokenException", 403, "UNAUTHENTICATED", false, "fatal"],
  ["IncompleteSignatureException", 400, "UNAUTHENTICATED", false, "fatal"],
  ["InternalFailure", 500, "UNAVAILABLE", true, "transient"],
  ["InvalidSignatureException", 403, "UNAUTHENTICATED", false, "fatal"],
  ["MissingAuthenticationTokenException", 403, "UNAUTHENTICATED", false, "fatal"],
  ["OptInRequired", 403, "PERMISSION_DENIED", false, "fatal"],
  ["RequestExpired", 400, "UNAUTHENTICATED", false, "fatal"],
  ["SerializationException", 400, "INVALID_ARGUMENT", false, "fatal"],
  ["UnknownOperationException", 404, "INVALID_ARGUMENT", false, "fatal"],
  ["UnrecognizedClientException", 403, "UNAUTHENTICATED", false, "fatal"],
  // Names that nobody has listed go by their status.
  ["SomethingNew", 400, "INVALID_ARGUMENT", false, "fatal"],
  ["SomethingNew", 403, "PERMISSION_DENIED", false, "fatal"],
  ["SomethingNew", 429, "THROTTLED", true, "throttled"],
  ["SomethingNew", 502, "UNAVAILABLE", true, "transient"],
  ["SomethingNew", 504, "TIMED_OUT", true, "transient"],
];

const MODEL = "amazon.titan-embed-text-v2:0";

describe("every error of the service has one meaning", () => {
  test.each(TABLE)("%s (%i) is %s, retryable %s", async (name, status, code, retryable, kind) => {
    await using aws = await fakeAws();
    const { endpoint, region, credentials } = aws;
    await using embedder = bedrockEmbedder({ model: MODEL, endpoint, region, credentials });
    aws.faults.plant({ fault: { kind: "error", code: name, status, message: "quotes the text" } });
    const error = (await embedder.doEmbed(["some text"]).catch((thrown: unknown) => thrown)) as Error;
    expect(error).toMatchObject({ code, retryable, ids: { driver: "embed-bedrock" } });
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.message).not.toContain("quotes");
    // Whoever paces the calls draws the same conclusion.
    expect(classifyFailure(error, Date.now()).kind).toBe(kind);
    expect(aws.requests.length).toBe(1);
  });

  test("the table holds every exception of the SDK", () => {
    const names = Object.entries(sdk)
      .filter(
        ([name, value]) =>
          typeof value === "function" && name.endsWith("Exception") && name !== "BedrockRuntimeServiceException",
      )
      .map(([name]) => name);
    expect(names.length).toBeGreaterThan(10);
    const tested = new Set(TABLE.map(([name]) => name));
    for (const name of names) {
      expect(BEDROCK_ERRORS, name).toHaveProperty(name);
      expect(tested, name).toContain(name);
    }
  });

  test.each<[AwsFault, ErrorCode, boolean]>([
    [{ kind: "reset", when: "before" }, "UNAVAILABLE", true],
    [{ kind: "reset", when: "after" }, "UNAVAILABLE", true],
    [{ kind: "truncate" }, "UNAVAILABLE", true],
    [{ kind: "truncate", bytes: 0 }, "UNAVAILABLE", true],
    [{ kind: "expired-credentials" }, "UNAUTHENTICATED", false],
  ])("%o, over HTTP/2 and HTTP/1.1", async (fault, code, retryable) => {
    const { NodeHttpHandler } = await import("@smithy/node-http-handler");
    for (const requestHandler of [undefined, new NodeHttpHandler()]) {
      await using aws = await fakeAws();
      const { endpoint, region, credentials } = aws;
      await using embedder = bedrockEmbedder({
        model: MODEL,
        endpoint,
        region,
        credentials,
        ...(requestHandler === undefined ? {} : { requestHandler }),
      });
      aws.faults.plant({ fault });
      await expect(embedder.doEmbed(["some text"])).rejects.toMatchObject({ code, retryable });
      expect((await embedder.doEmbed(["some text"])).vectors).toHaveLength(1_024);
      expect(new Set(aws.requests.of().map(({ httpVersion }) => httpVersion))).toEqual(
        new Set([requestHandler === undefined ? "2.0" : "1.1"]),
      );
    }
  });

  test("no answer in time, nobody there, no credentials", async () => {
    await using aws = await fakeAws();
    const { endpoint, region, credentials } = aws;
    await using impatient = bedrockEmbedder({
      model: MODEL,
      endpoint,
      region,
      credentials,
      requestHandler: { requestTimeout: 50 },
    });
    aws.faults.plant({ fault: { kind: "slow", ms: 500 } });
    await expect(impatient.doEmbed(["some text"])).rejects.toMatchObject({ code: "TIMED_OUT", retryable: true });
    await using wrong = bedrockEmbedder({
      model: MODEL,
      endpoint,
      region,
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
    });
    await expect(wrong.doEmbed(["some text"])).rejects.toMatchObject({ code: "UNAUTHENTICATED", retryable: false });
    await using none = bedrockEmbedder({
      model: MODEL,
      endpoint,
      region,
      credentials: async () => {
        throw Object.assign(new Error("none"), { name: "CredentialsProviderError" });
      },
    });
    await expect(none.doEmbed(["some text"])).rejects.toMatchObject({ code: "UNAUTHENTICATED", retryable: false });
    await aws.close();
    await using nobody = bedrockEmbedder({ model: MODEL, endpoint, region, credentials });
    await expect(nobody.doEmbed(["some text"])).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
  });

  test("no region", async () => {
    for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION"]) vi.stubEnv(name, undefined);
    vi.stubEnv("AWS_CONFIG_FILE", "none");
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "none");
    try {
      await using embedder = bedrockEmbedder({ model: MODEL, credentials: { accessKeyId: "a", secretAccessKey: "b" } });
      await expect(embedder.doEmbed(["some text"])).rejects.toMatchObject({
        code: "INVALID_CONFIGURATION",
        retryable: false,
      });
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe("what the service says by its words", () => {
  const refusal = (message: string) =>
    bedrockError({ name: "ValidationException", message, $metadata: { httpStatusCode: 400 } });

  test.each([
    ["Too many input tokens. Max input tokens: 8192, request input token count: 9875 "],
    ["Malformed input request: #/inputText: expected maxLength: 50000, actual: 60000, please reformat"],
    ["Malformed input request: #/texts: expected maximum item count: 96, found: 97, please reformat"],
  ])("too large: %s", (message) => {
    const error = refusal(message);
    expect(providerHintsOf(error)).toEqual({ requestTooLarge: true });
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", retryable: false });
    expect(classifyFailure(error, Date.now()).kind).toBe("too-large");
  });

  test("other refusals are not too large", () => {
    expect(providerHintsOf(refusal("Malformed input request: #/inputText: expected minLength: 1, actual: 0"))).toEqual(
      {},
    );
    expect(refusal("The provided model identifier is invalid.")).toMatchObject({ code: "MODEL_NOT_FOUND" });
    expect(refusal("Invocation of model ID x with on-demand throughput isn’t supported.").message).toContain(
      "inferenceProfile",
    );
  });

  test("a time to wait is passed on", () => {
    const error = bedrockError({
      name: "ThrottlingException",
      $metadata: { httpStatusCode: 429 },
      $response: { headers: { "retry-after": "7" } },
    });
    expect(providerHintsOf(error)).toEqual({ retryAfterMs: 7_000 });
  });

  test("what nobody knows is not repeated", () => {
    expect(bedrockError(new TypeError("?"))).toMatchObject({ code: "UNAVAILABLE", retryable: false });
  });
});
