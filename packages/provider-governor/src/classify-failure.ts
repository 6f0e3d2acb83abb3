import {
  type ErrorCode,
  GroundworkError,
  type ProviderHints,
  type ProviderLimits,
  providerHintsOf,
  withProviderHints,
} from "@groundwork/contracts";
import { type HeadersLike, limitsFromHeaders, retryAfterOf } from "./rate-limit-headers.ts";

/**
 * What to do about a failure. `throttled`: slow down and try again, without end; `transient`: try again some times; `too-large`:
 * only a smaller request can pass; `fatal`: never again; `aborted`: the caller's wish.
 */
export type FailureKind = "throttled" | "transient" | "too-large" | "fatal" | "aborted";

export interface ProviderFailure {
  readonly kind: FailureKind;
  readonly error: GroundworkError;
  readonly retryAfterMs?: number;
  readonly limits?: ProviderLimits;
}

/** Names that the AWS SDK's retry policy takes for throttling, and those of other providers. */
const THROTTLED = new Set([
  "BandwidthLimitExceeded",
  "EC2ThrottledException",
  "LimitExceededException",
  "PriorRequestNotComplete",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "SlowDown",
  "ThrottledException",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
  "TransactionInProgressException",
  "rate_limit_exceeded",
  "rate_limit_error",
  "overloaded_error",
  "RESOURCE_EXHAUSTED",
]);
const TRANSIENT = new Set([
  "InternalFailure",
  "InternalServerError",
  "InternalServerException",
  "ModelErrorException",
  "ModelNotReadyException",
  "ServiceUnavailable",
  "ServiceUnavailableException",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EPIPE",
  "UND_ERR_SOCKET",
  "UNAVAILABLE",
]);
const TIMED_OUT = new Set([
  "ModelTimeoutException",
  "RequestTimeout",
  "RequestTimeoutException",
  "TimeoutError",
  "ETIMEDOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "DEADLINE_EXCEEDED",
]);
const UNAUTHENTICATED = new Set([
  "CredentialsProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "IncompleteSignature",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "MissingAuthenticationToken",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
]);
const QUOTA_SPENT = new Set(["insufficient_quota", "billing_error", "ServiceQuotaExceededException"]);
const TOO_LARGE = new Set(["context_length_exceeded", "request_too_large", "RequestEntityTooLarge", "PayloadTooLarge"]);
const TOO_LARGE_MESSAGE =
  /\btoo (?:large|long|many (?:tokens|inputs?|texts|documents))\b|\b(?:max(?:imum)?|exceed\w*)\b.{0,80}\b(?:tokens?|inputs?|batch|array|length|size)\b/i;

/** What can be read off anything that was thrown, and off its causes. */
interface Facts {
  readonly names: readonly string[];
  readonly status: number | undefined;
  readonly headers: HeadersLike | undefined;
  readonly throttling: boolean;
  readonly retryable: boolean | undefined;
  readonly tooLargeMessage: boolean;
}

type Loose = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Loose => typeof value === "object" && value !== null;

/** The error itself, what it wraps, and the bodies and responses that SDKs hang on it; at most 12. */
function* related(thrown: unknown): Generator<Loose> {
  const waiting: unknown[] = [thrown];
  for (let seen = 0; seen < 12 && waiting.length > 0; seen++) {
    const value = waiting.shift();
    if (!isObject(value)) continue;
    yield value;
    waiting.push(value.cause, value.$response, value.response, value.error, value.data);
    if (Array.isArray(value.errors)) waiting.push(value.errors[0]);
  }
}

function factsOf(thrown: unknown): Facts {
  const names: string[] = [];
  let status: number | undefined;
  let headers: HeadersLike | undefined;
  let throttling = false;
  let retryable: boolean | undefined;
  let tooLargeMessage = false;
  for (const value of related(thrown)) {
    for (const name of [value.name, value.code, value.Code, value.type, value.__type, value.status])
      if (typeof name === "string" && /^[\w.#:/-]{1,128}$/.test(name)) names.push(name.replace(/^.*#|:.*$/g, ""));
    const metadata = isObject(value.$metadata) ? value.$metadata.httpStatusCode : undefined;
    for (const number of [metadata, value.status, value.statusCode])
      if (typeof number === "number" && number >= 300 && number < 600) status ??= number;
    for (const candidate of [value.headers, value.responseHeaders])
      if (isObject(candidate)) headers ??= candidate as HeadersLike;
    if (isObject(value.$retryable)) {
      retryable ??= true;
      throttling ||= value.$retryable.throttling === true;
    }
    if (typeof value.isRetryable === "boolean") retryable ??= value.isRetryable;
    if (typeof value.message === "string") tooLargeMessage ||= TOO_LARGE_MESSAGE.test(value.message.slice(0, 1000));
  }
  return { names, status, headers, throttling, retryable, tooLargeMessage };
}

const kindOfCode = (error: GroundworkError, hints: ProviderHints | undefined): FailureKind => {
  if (error.code === "ABORTED") return "aborted";
  if (hints?.requestTooLarge === true) return "too-large";
  if (!error.retryable) return "fatal";
  return error.code === "THROTTLED" || error.code === "QUOTA_EXCEEDED" ? "throttled" : "transient";
};

function decide(facts: Facts): { readonly kind: FailureKind; readonly code: ErrorCode } {
  const { names, status, throttling, retryable, tooLargeMessage } = facts;
  const named = (set: ReadonlySet<string>): boolean => names.some((name) => set.has(name));
  const refusedRequest = status === 400 || status === 422;
  if (named(QUOTA_SPENT) || status === 402) return { kind: "fatal", code: "QUOTA_EXCEEDED" };
  if (named(UNAUTHENTICATED) || status === 401) return { kind: "fatal", code: "UNAUTHENTICATED" };
  if (named(TOO_LARGE) || status === 413 || (refusedRequest && tooLargeMessage))
    return { kind: "too-large", code: "INVALID_ARGUMENT" };
  // A model that is being loaded answers 429 on some services; nobody called too often.
  if (names.includes("ModelNotReadyException")) return { kind: "transient", code: "UNAVAILABLE" };
  if (throttling || named(THROTTLED) || status === 429 || status === 529)
    return { kind: "throttled", code: "THROTTLED" };
  // An overloaded server that names a time asks everybody to wait, as a throttling does.
  if (status === 503 && facts.headers !== undefined && retryAfterOf(facts.headers, 0) !== undefined)
    return { kind: "throttled", code: "THROTTLED" };
  if (status === 403 || names.includes("AccessDeniedException")) return { kind: "fatal", code: "PERMISSION_DENIED" };
  if (status === 404) return { kind: "fatal", code: "MODEL_NOT_FOUND" };
  if (named(TIMED_OUT) || status === 408 || status === 504) return { kind: "transient", code: "TIMED_OUT" };
  if (named(TRANSIENT) || status === 409 || status === 425 || (status !== undefined && status >= 500))
    return { kind: "transient", code: "UNAVAILABLE" };
  if (retryable === true) return { kind: "transient", code: "UNAVAILABLE" };
  if (status !== undefined) return { kind: "fatal", code: "INVALID_ARGUMENT" };
  return { kind: "fatal", code: "UNAVAILABLE" };
}

const ADVICE: Readonly<Record<FailureKind, string>> = {
  throttled: "It asks for fewer calls; wait and repeat.",
  transient: "Repeat later.",
  "too-large": "The request is too large; send fewer or shorter texts.",
  fatal: "Repeating does not help: check the request, the credentials, the model and the account.",
  aborted: "The call was aborted by its signal.",
};

/**
 * Tells what a failed call of a provider means. It knows the library's own errors (`retryable` is taken as said), errors of the AWS
 * SDK, of SDKs that carry a status and headers, `fetch` responses and broken connections. Anything unknown is fatal: a call that
 * may have been paid for is not repeated on a guess. `now` is needed for dates in headers, milliseconds since the epoch.
 */
export function classifyFailure(thrown: unknown, now: number): ProviderFailure {
  const hints = providerHintsOf(thrown);
  const facts = factsOf(thrown);
  const retryAfterMs =
    hints?.retryAfterMs ?? (facts.headers === undefined ? undefined : retryAfterOf(facts.headers, now));
  const limits = hints?.limits ?? (facts.headers === undefined ? undefined : limitsFromHeaders(facts.headers, now));
  const extras = {
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(limits === undefined ? {} : { limits }),
  };
  if (GroundworkError.isInstance(thrown)) return { kind: kindOfCode(thrown, hints), error: thrown, ...extras };
  if (facts.names[0] === "AbortError" || facts.names.includes("ABORT_ERR")) {
    return { kind: "aborted", error: GroundworkError.from(thrown, "ABORTED", ADVICE.aborted) };
  }
  const { kind, code } = hints?.requestTooLarge
    ? { kind: "too-large" as const, code: "INVALID_ARGUMENT" as const }
    : decide(facts);
  const what = [facts.status, facts.names.find((name) => name !== "Error")].filter((part) => part !== undefined);
  const error = new GroundworkError(
    code,
    `Expected an answer of the provider, found ${what.length > 0 ? what.join(" ") : "an unknown error"}. ${ADVICE[kind]}`,
    { retryable: kind === "throttled" || kind === "transient", cause: thrown },
  );
  withProviderHints(error, { ...extras, ...(kind === "too-large" ? { requestTooLarge: true } : {}) });
  return { kind, error, ...extras };
}
