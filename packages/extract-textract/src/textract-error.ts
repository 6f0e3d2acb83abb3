import { type AwsErrorMeaning, awsError, busy, forbidden, refused } from "@groundwork/aws-errors";
import { GroundworkError } from "@groundwork/contracts";

/** Name of this driver in ids of errors. */
export const DRIVER = "extract-textract";

/** What the exceptions of the service mean to a caller of this driver. */
export const TEXTRACT_ERRORS: Readonly<Record<string, AwsErrorMeaning>> = {
  BadDocumentException: {
    code: "CORRUPT_DOCUMENT",
    retryable: false,
    advice: "The service cannot read the document: repair it or send its pages as pictures.",
  },
  ConflictException: { code: "STORE_CONFLICT", retryable: true, advice: "Repeat." },
  DocumentTooLargeException: {
    code: "DOCUMENT_TOO_LARGE",
    retryable: false,
    advice: "Pictures and synchronous documents may have 10 MB, PDF and TIFF in jobs 500 MB.",
  },
  HumanLoopQuotaExceededException: {
    code: "QUOTA_EXCEEDED",
    retryable: false,
    advice: "Ask for a higher quota of human reviews.",
  },
  IdempotentParameterMismatchException: {
    code: "STORE_CONFLICT",
    retryable: false,
    advice: "Another job has this token: use another prefix or tokenSalt.",
  },
  InvalidJobIdException: {
    code: "NOT_FOUND",
    retryable: false,
    advice: "The job is not of this account or its results are gone: they are kept for 7 days.",
  },
  InvalidKMSKeyException: { ...forbidden, advice: "Check the key and who may use it." },
  InvalidParameterException: refused("Check features, queries, adapters and the document."),
  InvalidS3ObjectException: {
    code: "PERMISSION_DENIED",
    retryable: false,
    advice: "The service cannot read the object: check bucket, its region, and rights of these credentials.",
  },
  LimitExceededException: { ...busy, advice: "As many jobs run as the account may have: wait and repeat." },
  ProvisionedThroughputExceededException: busy,
  ResourceNotFoundException: { code: "NOT_FOUND", retryable: false, advice: "Check the adapter and the region." },
  ServiceQuotaExceededException: {
    code: "QUOTA_EXCEEDED",
    retryable: false,
    advice: "Ask for a higher quota.",
  },
  UnsupportedDocumentException: {
    code: "UNSUPPORTED_MEDIA_TYPE",
    retryable: false,
    advice:
      "The service reads PNG, JPEG, PDF and TIFF without a password; several pages only in jobs: give the option s3.",
  },
};

/** The typed error of a failed call. */
export function textractError(thrown: unknown, operation: string, signal?: AbortSignal): GroundworkError {
  return awsError(thrown, {
    service: "Amazon Textract",
    operation,
    driver: DRIVER,
    meanings: TEXTRACT_ERRORS,
    signal,
  });
}

/** Codes in the status of a failed job that tell what is wrong with the document; others are the service's own trouble. */
const DOCUMENT_FAULTS: readonly (readonly [pattern: RegExp, error: keyof typeof TEXTRACT_ERRORS])[] = [
  [/TOO_?(?:MANY|LARGE)|MANY.?PAGES|SIZE.?LIMIT/i, "DocumentTooLargeException"],
  [/UNSUPPORTED|INVALID_IMAGE_TYPE|ENCRYPTED|PASSWORD/i, "UnsupportedDocumentException"],
  [/INVALID_IMAGE|BAD_?DOCUMENT|CORRUPT|MALFORMED/i, "BadDocumentException"],
  [/ACCESS|PERMISSION|S3/i, "InvalidS3ObjectException"],
];

/** Why a job gave nothing. Only a code of capitals is taken over from what the service says. */
export function failedJob(status: string, message = ""): GroundworkError {
  const code = /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/.exec(message)?.[0];
  const known = DOCUMENT_FAULTS.find(([pattern]) => pattern.test(message))?.[1];
  const meaning = known === undefined ? undefined : TEXTRACT_ERRORS[known];
  return new GroundworkError(
    meaning?.code ?? "UNAVAILABLE",
    `Expected a Textract job to succeed, found ${status}${code === undefined ? "" : ` (${code})`}. ${
      meaning?.advice ?? "Repeat later: another job is started."
    }`,
    { driver: DRIVER, retryable: meaning?.retryable ?? true },
  );
}
