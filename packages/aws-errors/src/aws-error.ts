import { GroundworkError, withProviderHints } from "@groundwork/contracts";
import {
  type AwsErrorMeaning,
  away,
  busy,
  COMMON_AWS_ERRORS,
  credentials,
  forbidden,
  late,
  refused,
} from "./common-aws-errors.ts";

export interface AwsErrorContext {
  /** As people call it: "Amazon Comprehend". */
  readonly service: string;
  readonly operation: string;
  /** Name of our package. */
  readonly driver: string;
  /** What names of the service's own errors mean; they go before the common ones. */
  readonly meanings?: Readonly<Record<string, AwsErrorMeaning>>;
  readonly signal?: AbortSignal | undefined;
}

function meaningOfStatus(status: number | undefined): AwsErrorMeaning | undefined {
  if (status === undefined) return undefined;
  if (status === 429) return busy;
  if (status === 401) return credentials;
  if (status === 403) return forbidden;
  if (status === 408 || status === 504) return late;
  if (status === 501) return refused("Check the endpoint.");
  if (status >= 500) return away;
  return status >= 400 ? refused("Check the request.") : undefined;
}

function meaningOf(
  names: readonly string[],
  status: number | undefined,
  own: Readonly<Record<string, AwsErrorMeaning>>,
): AwsErrorMeaning | undefined {
  for (const name of names)
    for (const table of [own, COMMON_AWS_ERRORS]) if (Object.hasOwn(table, name)) return table[name];
  return meaningOfStatus(status);
}

/**
 * The typed error of a failed request of an AWS client. The SDK's error is its cause; the message names code and status alone, since what a
 * service writes may quote what it was sent. Unknown failures are not retryable: what may have been paid for is not repeated on a guess. How
 * long to wait, and whether a smaller request may pass, are hints for whoever repeats.
 */
export function awsError(thrown: unknown, context: AwsErrorContext): GroundworkError {
  if (GroundworkError.isInstance(thrown)) return thrown;
  const { name, message, code, cause, $metadata, $response } = (thrown ?? {}) as {
    readonly name?: unknown;
    readonly message?: unknown;
    readonly code?: unknown;
    readonly cause?: { readonly code?: unknown };
    readonly $metadata?: { readonly httpStatusCode?: unknown };
    readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  };
  const { service, operation, driver, meanings = {}, signal } = context;
  if (signal?.aborted === true || name === "AbortError" || code === "ABORT_ERR")
    return new GroundworkError("ABORTED", "The call was aborted by its signal.", { driver, cause: thrown });
  // The SDK says this by its message alone.
  if (typeof message === "string" && message.startsWith("Region is missing"))
    return new GroundworkError(
      "INVALID_CONFIGURATION",
      "Expected a region, found none. Set the option region or AWS_REGION.",
      { driver, cause: thrown },
    );
  // The SDK calls a broken connection a TimeoutError; its code says what it was.
  const names = [code, cause?.code, name].filter((value): value is string => typeof value === "string");
  const status = typeof $metadata?.httpStatusCode === "number" ? $metadata.httpStatusCode : undefined;
  const meaning = meaningOf(names, status, meanings);
  const what = [status, names.find((value) => value !== "Error" && /^\w{1,64}$/.test(value))].filter(
    (part) => part !== undefined,
  );
  const error = new GroundworkError(
    meaning?.code ?? "UNAVAILABLE",
    `Expected an answer of ${service} to ${operation}, found ${what.length > 0 ? what.join(" ") : "an unknown error"}. ${
      meaning?.advice ?? "Look at the cause."
    }`,
    { driver, retryable: meaning?.retryable ?? false, cause: thrown },
  );
  const seconds = Number($response?.headers?.["retry-after"] ?? Number.NaN);
  return withProviderHints(error, {
    ...(meaning?.tooLarge === true ? { requestTooLarge: true } : {}),
    ...(seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {}),
  });
}
