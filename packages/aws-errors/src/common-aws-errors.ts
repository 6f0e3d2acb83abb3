import type { ErrorCode } from "@groundwork/contracts";

/** What an error means to a caller. */
export interface AwsErrorMeaning {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  /** What to do, as sentences. */
  readonly advice: string;
  /** A smaller request may pass. */
  readonly tooLarge?: boolean;
}

/** The request is wrong: repeating it is of no use. */
export const refused = (advice: string): AwsErrorMeaning => ({ code: "INVALID_ARGUMENT", retryable: false, advice });
export const credentials: AwsErrorMeaning = {
  code: "UNAUTHENTICATED",
  retryable: false,
  advice: "Check the credentials, their session token and the clock of this machine.",
};
export const busy: AwsErrorMeaning = {
  code: "THROTTLED",
  retryable: true,
  advice: "Send fewer requests; wait and repeat.",
};
export const away: AwsErrorMeaning = { code: "UNAVAILABLE", retryable: true, advice: "Repeat later." };
export const forbidden: AwsErrorMeaning = {
  code: "PERMISSION_DENIED",
  retryable: false,
  advice: "Allow the action to these credentials (IAM).",
};
export const late: AwsErrorMeaning = {
  code: "TIMED_OUT",
  retryable: true,
  advice: "Repeat later, or with a longer time-out.",
};

/** Errors that every service may answer, those of the SDK for JavaScript, and those of Node. */
export const COMMON_AWS_ERRORS: Readonly<Record<string, AwsErrorMeaning>> = {
  // Of every service
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
  RequestEntityTooLargeException: { ...refused("Send less at once."), tooLarge: true },
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
