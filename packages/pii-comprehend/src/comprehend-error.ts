import { type ErrorCode, GroundworkError, withProviderHints } from "@groundwork/contracts";

interface Meaning {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly advice: string;
  readonly tooLarge?: boolean;
}

const refused = (advice: string): Meaning => ({ code: "INVALID_ARGUMENT", retryable: false, advice });
const credentials: Meaning = {
  code: "UNAUTHENTICATED",
  retryable: false,
  advice: "Check the credentials, their session token and the clock of this machine.",
};
const busy: Meaning = { code: "THROTTLED", retryable: true, advice: "Send fewer requests; wait and repeat." };
const away: Meaning = { code: "UNAVAILABLE", retryable: true, advice: "Repeat later." };
const forbidden: Meaning = {
  code: "PERMISSION_DENIED",
  retryable: false,
  advice: "Allow the action to these credentials (IAM).",
};
const late: Meaning = { code: "TIMED_OUT", retryable: true, advice: "Repeat later, or with a longer time-out." };

/** What each name of an error means: those that the service's model lists, those common to all services, those of the SDK and of Node. */
export const COMPREHEND_ERRORS: Readonly<Record<string, Meaning>> = {
  // The service's own
  BatchSizeLimitExceededException: { ...refused("Send fewer texts at once."), tooLarge: true },
  ConcurrentModificationException: { code: "STORE_CONFLICT", retryable: true, advice: "Repeat." },
  InternalServerException: away,
  InvalidFilterException: refused("Check the filter of the list."),
  InvalidRequestException: refused("Check the request: text, language, addresses, role."),
  JobNotFoundException: { code: "NOT_FOUND", retryable: false, advice: "Check the id of the job and the region." },
  KmsKeyValidationException: { ...forbidden, advice: "Check the key and who may use it." },
  ResourceInUseException: refused("Use another name."),
  ResourceLimitExceededException: {
    code: "QUOTA_EXCEEDED",
    retryable: false,
    advice: "Delete what is not needed or ask for a higher quota.",
  },
  ResourceNotFoundException: { code: "NOT_FOUND", retryable: false, advice: "Check the name and the region." },
  ResourceUnavailableException: { code: "UNAVAILABLE", retryable: false, advice: "Check the state of the resource." },
  TextSizeLimitExceededException: { ...refused("Send a shorter text: lower maxBytes."), tooLarge: true },
  TooManyRequestsException: busy,
  TooManyTagKeysException: refused("Use fewer tags."),
  TooManyTagsException: refused("Use fewer tags."),
  UnsupportedLanguageException: refused("Use a language that the operation supports."),
  // Common to all services
  AccessDeniedException: forbidden,
  AccessDenied: forbidden,
  ExpiredTokenException: credentials,
  ExpiredToken: credentials,
  IncompleteSignature: credentials,
  IncompleteSignatureException: credentials,
  InternalFailure: away,
  InternalServerError: away,
  InvalidAction: refused("Check the endpoint."),
  InvalidClientTokenId: credentials,
  InvalidSignatureException: credentials,
  MalformedQueryString: refused("Check the request."),
  MissingAuthenticationToken: credentials,
  MissingAuthenticationTokenException: credentials,
  NotAuthorized: forbidden,
  OptInRequired: { ...forbidden, advice: "Enable the service or the region for this account." },
  RequestAbortedException: away,
  RequestEntityTooLargeException: { ...refused("Send a shorter text: lower maxBytes."), tooLarge: true },
  RequestExpired: credentials,
  RequestTimeoutException: late,
  SerializationException: refused("Check the request."),
  ServiceUnavailable: away,
  ServiceUnavailableException: away,
  SignatureDoesNotMatch: credentials,
  ThrottledException: busy,
  Throttling: busy,
  ThrottlingException: busy,
  UnknownOperationException: refused("Check the endpoint."),
  UnrecognizedClientException: credentials,
  ValidationError: refused("Check the request."),
  ValidationException: refused("Check the request."),
  // The SDK's and Node's
  CredentialsProviderError: credentials,
  RequestTimeout: late,
  SyntaxError: { ...away, advice: "The answer was cut off; repeat." },
  TimeoutError: late,
  EAI_AGAIN: away,
  ECONNREFUSED: away,
  ECONNRESET: away,
  EHOSTUNREACH: away,
  ENETUNREACH: away,
  ENOTFOUND: { ...away, retryable: false, advice: "Check the region and the endpoint." },
  EPIPE: away,
  ERR_HTTP2_STREAM_CANCEL: away,
  ETIMEDOUT: late,
};

function meaningOf(names: readonly string[], status: number | undefined): Meaning | undefined {
  for (const name of names) {
    const known = Object.hasOwn(COMPREHEND_ERRORS, name) ? COMPREHEND_ERRORS[name] : undefined;
    if (known !== undefined) return known;
  }
  if (status === 429) return busy;
  if (status === 401) return credentials;
  if (status === 403) return forbidden;
  if (status === 408 || status === 504) return late;
  if (status === 501) return refused("Check the endpoint.");
  if (status !== undefined && status >= 500) return away;
  if (status !== undefined && status >= 400) return refused("Check the request.");
  return undefined;
}

/**
 * The typed error of a failed request. The SDK's error is its cause; the message names code and status alone, since what a service writes may
 * quote the text. Unknown failures are not retryable: what may have been paid for is not repeated on a guess.
 */
export function comprehendError(thrown: unknown, operation: string, signal?: AbortSignal): GroundworkError {
  if (GroundworkError.isInstance(thrown)) return thrown;
  const { name, message, code, cause, $metadata, $response } = (thrown ?? {}) as {
    readonly name?: unknown;
    readonly message?: unknown;
    readonly code?: unknown;
    readonly cause?: { readonly code?: unknown };
    readonly $metadata?: { readonly httpStatusCode?: unknown };
    readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  };
  const ids = { driver: "pii-comprehend" };
  if (signal?.aborted || name === "AbortError" || code === "ABORT_ERR")
    return new GroundworkError("ABORTED", "The call was aborted by its signal.", { ...ids, cause: thrown });
  // The SDK says this by its message alone.
  if (typeof message === "string" && message.startsWith("Region is missing"))
    return new GroundworkError(
      "INVALID_CONFIGURATION",
      "Expected a region, found none. Set the option region or AWS_REGION.",
      { ...ids, cause: thrown },
    );
  // The SDK calls a broken connection a TimeoutError; its code says what it was.
  const names = [code, cause?.code, name].filter((value): value is string => typeof value === "string");
  const status = typeof $metadata?.httpStatusCode === "number" ? $metadata.httpStatusCode : undefined;
  const meaning = meaningOf(names, status);
  const what = [status, names.find((value) => value !== "Error" && /^\w{1,64}$/.test(value))].filter(
    (part) => part !== undefined,
  );
  const error = new GroundworkError(
    meaning?.code ?? "UNAVAILABLE",
    `Expected an answer of Amazon Comprehend to ${operation}, found ${what.length > 0 ? what.join(" ") : "an unknown error"}. ${
      meaning?.advice ?? "Look at the cause."
    }`,
    { ...ids, retryable: meaning?.retryable ?? false, cause: thrown },
  );
  const seconds = Number($response?.headers?.["retry-after"] ?? Number.NaN);
  return withProviderHints(error, {
    ...(meaning?.tooLarge === true ? { requestTooLarge: true } : {}),
    ...(seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {}),
  });
}
