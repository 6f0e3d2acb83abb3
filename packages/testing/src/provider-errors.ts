import { GroundworkError, type ProviderHints, withProviderHints } from "@groundwork/contracts";

/** In whose shape a fake provider throws: the library's own errors, the AWS SDK's, or those of SDKs around `fetch`. */
export type ErrorStyle = "groundwork" | "aws" | "fetch";

/** How an answer says when to come back. `none`: it does not. */
export type RetryAfterForm = "none" | "seconds" | "date" | "milliseconds";

export interface ProviderErrorOptions {
  readonly status: number;
  readonly style: ErrorStyle;
  readonly retryAfterMs?: number;
  readonly form?: RetryAfterForm;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly requestTooLarge?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

const AWS_NAMES: Readonly<Record<number, string>> = {
  400: "ValidationException",
  401: "UnrecognizedClientException",
  403: "AccessDeniedException",
  408: "ModelTimeoutException",
  429: "ThrottlingException",
  500: "InternalServerException",
  503: "ServiceUnavailableException",
};

const CODES = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  408: "TIMED_OUT",
  429: "THROTTLED",
} as const;

/** The waiting time is rounded up to what the form can say. */
function retryHeaders({ retryAfterMs, form = "none", now }: ProviderErrorOptions): Record<string, string> {
  if (retryAfterMs === undefined || form === "none") return {};
  if (form === "milliseconds") return { "retry-after-ms": String(Math.ceil(retryAfterMs)) };
  if (form === "seconds") return { "retry-after": String(Math.ceil(retryAfterMs / 1000)) };
  const date = (at: number): string => new Date(at).toUTCString();
  return { "retry-after": date(Math.ceil((now + retryAfterMs) / 1000) * 1000) };
}

export function providerError(options: ProviderErrorOptions): Error {
  const { status, style, retryAfterMs, form = "none", requestTooLarge = false } = options;
  const headers = { ...options.headers, ...retryHeaders(options) };
  const message = requestTooLarge ? "Too many inputs: the maximum batch size was exceeded." : "The request failed.";
  if (style === "aws") {
    return Object.assign(new Error(message), {
      name: AWS_NAMES[status] ?? "UnknownError",
      $fault: status < 500 ? "client" : "server",
      $metadata: { httpStatusCode: status, requestId: "00000000-0000-0000-0000-000000000000", attempts: 1 },
      ...(status === 429 ? { $retryable: { throttling: true } } : {}),
      $response: { statusCode: status, headers },
    });
  }
  if (style === "fetch") return Object.assign(new Error(message), { status, headers: new Headers(headers) });
  const code = CODES[status as keyof typeof CODES] ?? "UNAVAILABLE";
  const hints: ProviderHints = {
    ...(retryAfterMs === undefined || form === "none" ? {} : { retryAfterMs }),
    ...(requestTooLarge ? { requestTooLarge } : {}),
  };
  const retryable = status === 408 || status === 429 || status >= 500;
  return withProviderHints(new GroundworkError(code, `The provider answered ${status}.`, { retryable }), hints);
}

/** A connection that broke off, as `fetch` reports it. */
export function connectionReset(): Error {
  const cause = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" });
  return new TypeError("fetch failed", { cause });
}
