import { type AwsErrorMeaning, away, awsError, COMMON_AWS_ERRORS, late, refused } from "@groundwork/aws-errors";
import type { GroundworkError } from "@groundwork/contracts";

const unknownModel: AwsErrorMeaning = {
  code: "MODEL_NOT_FOUND",
  retryable: false,
  advice: "Check the model's id, the region, and the ARN of the inference profile.",
};

const OWN: Readonly<Record<string, AwsErrorMeaning>> = {
  AccessDeniedException: {
    code: "PERMISSION_DENIED",
    retryable: false,
    advice: "Allow bedrock:InvokeModel on the model and its inference profile (IAM), and get access to the model.",
  },
  ConflictException: { ...away, advice: "Repeat." },
  InternalServerException: away,
  ModelErrorException: { ...away, advice: "The model failed; repeat." },
  ModelNotReadyException: { ...away, advice: "The model is being loaded; repeat." },
  ModelStreamErrorException: { ...away, advice: "The model failed; repeat." },
  ModelTimeoutException: late,
  ResourceNotFoundException: unknownModel,
  ServiceQuotaExceededException: {
    code: "QUOTA_EXCEEDED",
    retryable: false,
    advice: "Ask for a higher quota of the account.",
  },
};

/** What an error means that is told by its words alone. They are looked at and never repeated. */
const BY_WORDS: readonly (readonly [words: RegExp, meaning: AwsErrorMeaning])[] = [
  // What the SDK calls a time-out when a connection of HTTP/2 breaks.
  [/did not get a response/, away],
  [/model identifier is invalid|model (?:id|identifier) (?:is )?not (?:found|supported)/i, unknownModel],
  [/on-demand throughput/i, refused("Give the ARN or the id of an inference profile (option inferenceProfile).")],
  [
    /too many input tokens|maxLength|maximum item count|too (?:long|large)|exceeds? the (?:maximum|limit)/i,
    { ...refused("Send fewer or shorter texts at once."), tooLarge: true },
  ],
];

/** What each name of an error means: those that the service's model lists, those common to all services, those of the SDK and of Node. */
export const BEDROCK_ERRORS: Readonly<Record<string, AwsErrorMeaning>> = { ...COMMON_AWS_ERRORS, ...OWN };

/** The typed error of a failed request. */
export function bedrockError(thrown: unknown, signal?: AbortSignal): GroundworkError {
  const { name, message } = (thrown ?? {}) as { readonly name?: unknown; readonly message?: unknown };
  const byWords =
    (name === "ValidationException" || name === "TimeoutError") && typeof message === "string"
      ? BY_WORDS.find(([words]) => words.test(message))?.[1]
      : undefined;
  return awsError(thrown, {
    service: "Amazon Bedrock",
    operation: "InvokeModel",
    driver: "embed-bedrock",
    meanings: byWords === undefined ? OWN : { ...OWN, [name as string]: byWords },
    signal,
  });
}

/** By how much a text was too long, where the service refused it for its tokens: allowed over found, below 1. */
export function excessOf(error: GroundworkError): number | undefined {
  const { message } = (error.cause ?? {}) as { readonly message?: unknown };
  if (typeof message !== "string") return undefined;
  const match = /max input tokens:\s*(\d+)\D+count:\s*(\d+)/i.exec(message);
  const share = match === null ? Number.NaN : Number(match[1]) / Number(match[2]);
  return share > 0 && share < 1 ? share : undefined;
}
