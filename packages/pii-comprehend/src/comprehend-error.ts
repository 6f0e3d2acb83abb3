import {
  type AwsErrorMeaning,
  away,
  awsError,
  busy,
  COMMON_AWS_ERRORS,
  forbidden,
  refused,
} from "@groundwork/aws-errors";
import type { GroundworkError } from "@groundwork/contracts";

const OWN: Readonly<Record<string, AwsErrorMeaning>> = {
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
  RequestEntityTooLargeException: { ...refused("Send a shorter text: lower maxBytes."), tooLarge: true },
};

/** What each name of an error means: those that the service's model lists, those common to all services, those of the SDK and of Node. */
export const COMPREHEND_ERRORS: Readonly<Record<string, AwsErrorMeaning>> = { ...COMMON_AWS_ERRORS, ...OWN };

/** The typed error of a failed request. */
export function comprehendError(thrown: unknown, operation: string, signal?: AbortSignal): GroundworkError {
  return awsError(thrown, { service: "Amazon Comprehend", operation, driver: "pii-comprehend", meanings: OWN, signal });
}
