import * as sdk from "@aws-sdk/client-comprehend";
import { type ErrorCode, providerHintsOf } from "@groundwork/contracts";
import { comprehendError, comprehendPii } from "@groundwork/pii-comprehend";
import { classifyFailure } from "@groundwork/provider-governor";
import { type AwsFault, fakeAws } from "@groundwork/testing/aws";
import { describe, expect, test, vi } from "vitest";
import { COMPREHEND_ERRORS } from "../src/comprehend-error.ts";

type Row = readonly [name: string, status: number, code: ErrorCode, retryable: boolean, kind: string];

const TABLE: readonly Row[] = [
  ["BatchSizeLimitExceededException", 400, "INVALID_ARGUMENT", false, "too-large"],
  ["ConcurrentModificationException", 400, "STORE_CONFLICT", true, "transient"],
  ["InternalServerException", 500, "UNAVAILABLE", true, "transient"],
  ["InvalidFilterException", 400, "INVALID_ARGUMENT", false, "fatal"],
  ["InvalidRequestException", 400, "INVALID_ARGUMENT", false, "fatal"],
  ["JobNotFoundException", 404, "NOT_FOUND", false, "fatal"],
  ["KmsKeyValidationException", 400, "PERMISSION_DENIED", false, "fatal"],
  ["ResourceInUseException", 400, "INVALID_ARGUMENT", false, "fatal"],
  ["ResourceLimitExceededException", 400, "QUOTA_EXCEEDED", false, "fatal"],
  ["ResourceNotFoundException", 404, "NOT_FOUND", false, "fatal"],
  ["ResourceUnavailableException", 404, "UNAVAILABLE", false, "fatal"],
  ["TextSizeLimitExceededException", 400, "INVALID_ARGUMENT", false, "too-large"],
  ["TooManyRequestsException", 429, "THROTTLED", true, "throttled"],
  ["TooManyTagKeysException", 400, "INVALID_ARGUMENT", false, "fatal"],
  ["TooManyTagsException", 400, "INVALID_ARGUMENT", false, "fatal"],
  ["UnsupportedLanguageException", 400, "INVALID_ARGUMENT", false, "fatal"],
  ["AccessDeniedException", 400, "PERMISSION_DENIED", false, "fatal"],
  ["ExpiredTokenException", 400, "UNAUTHENTICATED", false, "fatal"],
  ["IncompleteSignatureException", 400, "UNAUTHENTICATED", false, "fatal"],
  ["InternalFailure", 500, "UNAVAILABLE", true, "transient"],
  ["InvalidSignatureException", 400, "UNAUTHENTICATED", false, "fatal"],
  ["MissingAuthenticationTokenException", 400, "UNAUTHENTICATED", false, "fatal"],
  ["OptInRequired", 403, "PERMISSION_DENIED", false, "fatal"],
  ["RequestExpired", 400, "UNAUTHENTICATED", false, "fatal"],
  ["SerializationException", 400, "INVALID_ARGUMENT", false, "fatal"],
  ["ServiceUnavailable", 503, "UNAVAILABLE", true, "transient"],
  ["ThrottlingException", 400, "THROTTLED", true, "throttled"],
  ["UnrecognizedClientException", 400, "UNAUTHENTICATED", false, "fatal"],
  ["ValidationException", 400, "INVALID_ARGUMENT", false, "fatal"],
  // Names that nobody has listed go by their status.
  ["SomethingNew", 400, "INVALID_ARGUMENT", false, "fatal"],
  ["SomethingNew", 403, "PERMISSION_DENIED", false, "fatal"],
  ["SomethingNew", 429, "THROTTLED", true, "throttled"],
  ["SomethingNew", 502, "UNAVAILABLE", true, "transient"],
  ["SomethingNew", 504, "TIMED_OUT", true, "transient"],
];

describe("every error of the service has one meaning", () => {
  test.each(TABLE)("%s (%i) is %s, retryable %s", async (name, status, code, retryable, kind) => {
    await using aws = await fakeAws();
    const { endpoint, region, credentials } = aws;
    await using detector = comprehendPii({ endpoint, region, credentials });
    aws.faults.plant({ fault: { kind: "error", code: name, status } });
    const error = await detector.detect(["some text"]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, retryable, ids: { driver: "pii-comprehend" } });
    expect((error as { cause: Error }).cause).toBeInstanceOf(Error);
    // Whoever paces the calls draws the same conclusion.
    expect(classifyFailure(error, Date.now()).kind).toBe(kind);
    expect(aws.requests.length).toBe(1);
  });

  test("the table holds every exception of the SDK", () => {
    const names = Object.entries(sdk)
      .filter(
        ([name, value]) =>
          typeof value === "function" && name.endsWith("Exception") && name !== "ComprehendServiceException",
      )
      .map(([name]) => name);
    expect(names.length).toBeGreaterThan(10);
    const tested = new Set(TABLE.map(([name]) => name));
    for (const name of names) {
      expect(COMPREHEND_ERRORS, name).toHaveProperty(name);
      expect(tested, name).toContain(name);
    }
  });

  test.each<[AwsFault, ErrorCode, boolean]>([
    [{ kind: "reset", when: "before" }, "UNAVAILABLE", true],
    [{ kind: "reset", when: "after" }, "UNAVAILABLE", true],
    [{ kind: "truncate" }, "UNAVAILABLE", true],
    [{ kind: "truncate", bytes: 0 }, "UNAVAILABLE", true],
    [{ kind: "expired-credentials" }, "UNAUTHENTICATED", false],
  ])("%o", async (fault, code, retryable) => {
    await using aws = await fakeAws();
    const { endpoint, region, credentials } = aws;
    await using detector = comprehendPii({ endpoint, region, credentials });
    aws.faults.plant({ fault });
    await expect(detector.detect(["some text"])).rejects.toMatchObject({ code, retryable });
    expect(await detector.detect(["some text"])).toEqual([[]]);
  });

  test("no answer in time, nobody there, no such host, no credentials", async () => {
    await using aws = await fakeAws();
    const { endpoint, region, credentials } = aws;
    await using impatient = comprehendPii({
      endpoint,
      region,
      credentials,
      requestHandler: { requestTimeout: 50, throwOnRequestTimeout: true },
    });
    aws.faults.plant({ fault: { kind: "slow", ms: 500 } });
    await expect(impatient.detect(["some text"])).rejects.toMatchObject({ code: "TIMED_OUT", retryable: true });
    await using wrong = comprehendPii({ endpoint, region, credentials: { accessKeyId: "a", secretAccessKey: "b" } });
    await expect(wrong.detect(["some text"])).rejects.toMatchObject({ code: "UNAUTHENTICATED", retryable: false });
    await using none = comprehendPii({
      endpoint,
      region,
      credentials: async () => {
        throw Object.assign(new Error("none"), { name: "CredentialsProviderError" });
      },
    });
    await expect(none.detect(["some text"])).rejects.toMatchObject({ code: "UNAUTHENTICATED", retryable: false });
    await aws.close();
    await using nobody = comprehendPii({ endpoint, region, credentials });
    await expect(nobody.detect(["some text"])).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
  });

  test("no region", async () => {
    for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION"]) vi.stubEnv(name, undefined);
    vi.stubEnv("AWS_CONFIG_FILE", "none");
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "none");
    try {
      await using detector = comprehendPii({ credentials: { accessKeyId: "a", secretAccessKey: "b" } });
      await expect(detector.detect(["some text"])).rejects.toMatchObject({
        code: "INVALID_CONFIGURATION",
        retryable: false,
      });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("a time to wait is passed on", () => {
    const error = comprehendError(
      {
        name: "ThrottlingException",
        $metadata: { httpStatusCode: 400 },
        $response: { headers: { "retry-after": "7" } },
      },
      "DetectPiiEntities",
    );
    expect(providerHintsOf(error)).toEqual({ retryAfterMs: 7000 });
  });

  test("what nobody knows is not repeated", () => {
    expect(comprehendError(new TypeError("?"), "DetectPiiEntities")).toMatchObject({
      code: "UNAVAILABLE",
      retryable: false,
    });
  });
});
