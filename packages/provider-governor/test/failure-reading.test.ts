import { GroundworkError, providerHintsOf, withProviderHints } from "@groundwork/contracts";
import { connectionReset, providerError } from "@groundwork/testing/provider-errors";
import { describe, expect, test } from "vitest";
import { classifyFailure, type FailureKind } from "../src/index.ts";
import { durationOf, limitsFromHeaders, retryAfterOf } from "../src/rate-limit-headers.ts";

const NOW = Date.UTC(2026, 5, 1, 12, 0, 0);
const aws = (name: string, httpStatusCode: number, more: object = {}): Error =>
  Object.assign(new Error("text of a document"), { name, $metadata: { httpStatusCode }, ...more });

describe("what a failure means", () => {
  test.each<readonly [string, unknown, FailureKind, string]>([
    ["Bedrock throttling", aws("ThrottlingException", 429), "throttled", "THROTTLED"],
    [
      "throttling told by the SDK alone",
      aws("SomethingNew", 400, { $retryable: { throttling: true } }),
      "throttled",
      "THROTTLED",
    ],
    ["Textract's provisioned throughput", aws("ProvisionedThroughputExceededException", 400), "throttled", "THROTTLED"],
    ["TooManyRequestsException", aws("TooManyRequestsException", 429), "throttled", "THROTTLED"],
    ["a model being loaded", aws("ModelNotReadyException", 429), "transient", "UNAVAILABLE"],
    ["a model's time-out", aws("ModelTimeoutException", 408), "transient", "TIMED_OUT"],
    ["a model's own error", aws("ModelErrorException", 424), "transient", "UNAVAILABLE"],
    ["service unavailable", aws("ServiceUnavailableException", 503), "transient", "UNAVAILABLE"],
    ["an internal error", aws("InternalServerException", 500), "transient", "UNAVAILABLE"],
    ["expired credentials", aws("ExpiredTokenException", 403), "fatal", "UNAUTHENTICATED"],
    ["denied", aws("AccessDeniedException", 403), "fatal", "PERMISSION_DENIED"],
    ["validation", aws("ValidationException", 400), "fatal", "INVALID_ARGUMENT"],
    ["no such model", aws("ResourceNotFoundException", 404), "fatal", "MODEL_NOT_FOUND"],
    ["the service's quota", aws("ServiceQuotaExceededException", 400), "fatal", "QUOTA_EXCEEDED"],
    [
      "validation for size",
      Object.assign(aws("ValidationException", 400), {
        message: "Too many input tokens. Max input tokens: 8192, request input token count: 9123",
      }),
      "too-large",
      "INVALID_ARGUMENT",
    ],
    ["413", { status: 413, headers: new Headers() }, "too-large", "INVALID_ARGUMENT"],
    [
      "a context too long",
      { status: 400, error: { code: "context_length_exceeded" } },
      "too-large",
      "INVALID_ARGUMENT",
    ],
    [
      "an array too long",
      {
        status: 400,
        error: { message: "Invalid 'input': array too long. Expected an array with maximum length 2048." },
      },
      "too-large",
      "INVALID_ARGUMENT",
    ],
    ["429 of fetch", { status: 429, headers: new Headers() }, "throttled", "THROTTLED"],
    ["429 because nothing was paid", { status: 429, error: { code: "insufficient_quota" } }, "fatal", "QUOTA_EXCEEDED"],
    ["an overloaded service", { status: 529, error: { type: "overloaded_error" } }, "throttled", "THROTTLED"],
    ["503 with a time", { status: 503, headers: new Headers({ "retry-after": "7" }) }, "throttled", "THROTTLED"],
    ["503 without", { status: 503, headers: new Headers() }, "transient", "UNAVAILABLE"],
    ["an AI SDK error", { statusCode: 500, isRetryable: true, responseHeaders: {} }, "transient", "UNAVAILABLE"],
    ["a broken connection of fetch", connectionReset(), "transient", "UNAVAILABLE"],
    [
      "no address answers",
      new TypeError("fetch failed", {
        cause: new AggregateError([Object.assign(new Error("x"), { code: "ECONNREFUSED" })]),
      }),
      "transient",
      "UNAVAILABLE",
    ],
    [
      "a time-out of undici",
      new TypeError("fetch failed", { cause: { code: "UND_ERR_HEADERS_TIMEOUT" } }),
      "transient",
      "TIMED_OUT",
    ],
    ["an abort", new DOMException("stop", "AbortError"), "aborted", "ABORTED"],
    ["a bug", new RangeError("out of range"), "fatal", "UNAVAILABLE"],
    ["a thrown string", "no", "fatal", "UNAVAILABLE"],
    ["nothing", undefined, "fatal", "UNAVAILABLE"],
    ["our throttling", new GroundworkError("THROTTLED", "x", { retryable: true }), "throttled", "THROTTLED"],
    ["our unavailability", new GroundworkError("UNAVAILABLE", "x", { retryable: true }), "transient", "UNAVAILABLE"],
    ["our word that it is no use", new GroundworkError("UNAVAILABLE", "x"), "fatal", "UNAVAILABLE"],
    ["our quota", new GroundworkError("QUOTA_EXCEEDED", "x"), "fatal", "QUOTA_EXCEEDED"],
  ])("%s", (_title, thrown, kind, code) => {
    const failure = classifyFailure(thrown, NOW);
    expect([failure.kind, failure.error.code]).toEqual([kind, code]);
    if (!GroundworkError.isInstance(thrown))
      expect(failure.error.retryable).toBe(kind === "throttled" || kind === "transient");
  });

  test("the waiting time is found in every shape", () => {
    for (const style of ["groundwork", "aws", "fetch"] as const)
      for (const form of ["seconds", "date", "milliseconds"] as const) {
        const error = providerError({ status: 429, style, form, retryAfterMs: 4_000, now: NOW });
        expect(classifyFailure(error, NOW), `${style}, ${form}`).toMatchObject({
          kind: "throttled",
          retryAfterMs: 4_000,
        });
      }
    const wrapped = new GroundworkError("THROTTLED", "x", {
      retryable: true,
      cause: aws("ThrottlingException", 429, { $response: { headers: { "retry-after": "3" } } }),
    });
    expect(classifyFailure(wrapped, NOW).retryAfterMs).toBe(3_000);
  });

  test("a request that was too large says so to whoever gets the error, as do hints of a driver", () => {
    const { error } = classifyFailure({ status: 413 }, NOW);
    expect(providerHintsOf(error)).toEqual({ requestTooLarge: true });
    const driver = withProviderHints(new GroundworkError("INVALID_ARGUMENT", "x"), {
      requestTooLarge: true,
      limits: { maxTextsPerRequest: 96 },
    });
    expect(classifyFailure(driver, NOW)).toMatchObject({ kind: "too-large", limits: { maxTextsPerRequest: 96 } });
  });

  test("no word of the provider's message gets into ours", () => {
    const { error } = classifyFailure(aws("ValidationException", 400), NOW);
    expect(error.message).toContain("400 ValidationException");
    expect(error.message).not.toContain("document");
    expect(classifyFailure(Object.assign(new Error("x"), { name: "a b <script>" }), NOW).error.message).not.toContain(
      "script",
    );
  });

  test("a circle of causes ends", () => {
    const error: { cause?: unknown; status: number } = { status: 429 };
    error.cause = error;
    expect(classifyFailure(error, NOW).kind).toBe("throttled");
  });
});

describe("headers", () => {
  test.each([
    [{ "retry-after": "2" }, 2_000],
    [{ "Retry-After": "0.5" }, 500],
    [{ "retry-after": "Mon, 01 Jun 2026 12:00:30 GMT" }, 30_000],
    [{ "retry-after": "Mon, 01 Jun 2026 11:00:00 GMT" }, 0],
    // The server's clock is an hour ahead: its own date is what counts.
    [{ "retry-after": "Mon, 01 Jun 2026 13:00:30 GMT", date: "Mon, 01 Jun 2026 13:00:00 GMT" }, 30_000],
    [{ "retry-after-ms": "1250", "retry-after": "2" }, 1_250],
    [{ "x-ms-retry-after-ms": ["40"] }, 40],
    [{ "retry-after": "soon" }, undefined],
    [{}, undefined],
  ] as const)("Retry-After %o", (headers, expected) => {
    expect(retryAfterOf(headers, NOW)).toBe(expected);
  });

  test.each([
    ["1s", 1_000],
    ["6m0s", 360_000],
    ["1h2m3.5s", 3_723_500],
    ["20ms", 20],
    ["7", 7_000],
    ["1d", 86_400_000],
    ["2026-06-01T12:01:00Z", 60_000],
    [String(NOW / 1000 + 90), 90_000],
    ["", undefined],
    ["later", undefined],
  ] as const)("a span of %s", (text, expected) => {
    expect(durationOf(text, NOW)).toBe(expected);
  });

  test("limits of the known families", () => {
    expect(
      limitsFromHeaders(
        {
          "x-ratelimit-limit-requests": "5000",
          "x-ratelimit-remaining-requests": "4999",
          "x-ratelimit-reset-requests": "12ms",
          "x-ratelimit-limit-tokens": "160000",
          "x-ratelimit-remaining-tokens": "159976",
        },
        NOW,
      ),
    ).toEqual({
      requestsPerMinute: 5_000,
      remainingRequests: 4_999,
      tokensPerMinute: 160_000,
      remainingTokens: 159_976,
    });
    expect(
      limitsFromHeaders(
        new Headers({ "anthropic-ratelimit-requests-limit": "50", "anthropic-ratelimit-requests-remaining": "0" }),
        NOW,
      ),
    ).toEqual({ requestsPerMinute: 50, remainingRequests: 0 });
    expect(
      limitsFromHeaders({ ratelimit: '"default";r=7;t=3', "ratelimit-policy": '"default";q=10;w=5' }, NOW),
    ).toEqual({
      requestsPerMinute: 120,
      remainingRequests: 7,
    });
    expect(limitsFromHeaders({ "content-type": "application/json" }, NOW)).toBeUndefined();
  });

  test("a quota per day is not taken for one per minute", () => {
    const limits = limitsFromHeaders(
      {
        "x-ratelimit-limit-requests": "1440",
        "x-ratelimit-remaining-requests": "1439",
        "x-ratelimit-reset-requests": "1m0s",
      },
      NOW,
    );
    expect(limits?.requestsPerMinute).toBeCloseTo(1);
  });
});
