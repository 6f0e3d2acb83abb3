import { type AwsErrorMeaning, away, awsError, busy, credentials, forbidden, refused } from "@groundwork/aws-errors";
import { type ErrorIds, GroundworkError } from "@groundwork/contracts";

const gone: AwsErrorMeaning = { code: "NOT_FOUND", retryable: false, advice: "List the source again." };
const noBucket: AwsErrorMeaning = {
  code: "SOURCE_NOT_FOUND",
  retryable: false,
  advice: "Check the name of the bucket and the account. Nothing was deleted.",
};
const changed: AwsErrorMeaning = {
  code: "SOURCE_CHANGED",
  retryable: true,
  advice: "The object has changed since it was listed. List the source again.",
};
const archived: AwsErrorMeaning = {
  code: "SOURCE_UNAVAILABLE",
  retryable: false,
  advice: "The object is in an archive. Restore it first.",
};
const elsewhere: AwsErrorMeaning = {
  code: "INVALID_CONFIGURATION",
  retryable: false,
  advice: "Set the region of the bucket.",
};

/** What each of the errors of S3 that reading can meet means. */
export const S3_ERRORS: Readonly<Record<string, AwsErrorMeaning>> = {
  AccessDenied: forbidden,
  AccountProblem: forbidden,
  AllAccessDisabled: forbidden,
  AuthorizationHeaderMalformed: elsewhere,
  BucketRegionError: elsewhere,
  ExpiredToken: credentials,
  Forbidden: forbidden,
  IllegalLocationConstraintException: elsewhere,
  InternalError: away,
  InvalidAccessKeyId: credentials,
  InvalidArgument: refused("Check prefix and page size."),
  InvalidBucketName: noBucket,
  InvalidObjectState: archived,
  InvalidRange: changed,
  InvalidToken: credentials,
  KMSDisabledException: { ...forbidden, advice: "Enable the key that the object is encrypted with." },
  "KMS.DisabledException": { ...forbidden, advice: "Enable the key that the object is encrypted with." },
  MethodNotAllowed: gone,
  MovedPermanently: elsewhere,
  NoSuchBucket: noBucket,
  NoSuchKey: gone,
  NoSuchVersion: gone,
  NotFound: gone,
  NotSignedUp: forbidden,
  PermanentRedirect: elsewhere,
  PreconditionFailed: changed,
  Redirect: elsewhere,
  RequestTimeTooSkewed: credentials,
  RequestTimeout: { code: "TIMED_OUT", retryable: true, advice: "Repeat later." },
  SignatureDoesNotMatch: credentials,
  SlowDown: busy,
  TemporaryRedirect: away,
};

/** The typed error of a request to S3. */
export function s3Error(
  thrown: unknown,
  operation: string,
  ids: ErrorIds,
  signal: AbortSignal | undefined,
): GroundworkError {
  const { $metadata } = (thrown ?? {}) as { readonly $metadata?: { readonly httpStatusCode?: number } };
  // An answer to HEAD has no body: its status is all there is.
  const byStatus = $metadata?.httpStatusCode === 412 ? { "412": changed, Unknown: changed, UnknownError: changed } : {};
  const error = awsError(thrown, {
    service: "Amazon S3",
    operation,
    driver: "source-s3",
    meanings: { ...S3_ERRORS, ...byStatus },
    signal,
  });
  const { message, retryable, cause } = error;
  const code = error.code === "UNAVAILABLE" ? "SOURCE_UNAVAILABLE" : error.code;
  return new GroundworkError(code, message, { ...error.ids, ...ids, retryable, cause });
}
