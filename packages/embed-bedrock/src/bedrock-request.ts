import { type BedrockRuntimeClient, InvokeModelCommand } from "@aws-sdk/client-bedrock-runtime";
import { GroundworkError } from "@groundwork/contracts";
import { bedrockError } from "./bedrock-error.ts";
import type { BedrockModel } from "./bedrock-models.ts";
import type { FormatRequest, ModelAnswer } from "./model-formats.ts";

export interface RequestTarget {
  readonly client: BedrockRuntimeClient;
  /** Model id, inference profile or ARN. */
  readonly target: string;
  readonly model: BedrockModel;
  /** JSON of a flat object. */
  readonly requestMetadata: string | undefined;
}

const TOKENS_HEADER = "x-amzn-bedrock-input-token-count";

/** Vectors of one request, L2-normalised, `texts.length * dimensions` values; `tokens` as the answer or its headers have them. */
export interface EmbeddedRequest {
  readonly vectors: Float32Array;
  readonly tokens: number | undefined;
}

function wrongAnswer(expected: string, found: string, cause?: unknown): GroundworkError {
  return new GroundworkError(
    "UNAVAILABLE",
    `Expected ${expected} of Amazon Bedrock, found ${found}. Check the model.`,
    {
      driver: "embed-bedrock",
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

function normalized(vectors: ModelAnswer["vectors"], dimensions: number): Float32Array {
  const result = new Float32Array(vectors.length * dimensions);
  for (const [row, vector] of vectors.entries()) {
    if (vector.length !== dimensions)
      throw wrongAnswer(`vectors of ${dimensions} dimensions`, `one of ${vector.length}`);
    let sum = 0;
    // What JSON has for a number that is none counts as nothing, and must not pass.
    for (const value of vector) sum += typeof value === "number" ? value * value : Number.NaN;
    const length = Math.sqrt(sum);
    if (!(length > 0 && length < Number.POSITIVE_INFINITY))
      throw wrongAnswer("vectors with a direction", "one without");
    for (let index = 0; index < dimensions; index++) result[row * dimensions + index] = vector[index]! / length;
  }
  return result;
}

/** Makes one request. Errors: those of `bedrockError`; `UNAVAILABLE`, not retryable, for an answer that is not the model's. */
export async function sendRequest(
  { client, target, model, requestMetadata }: RequestTarget,
  texts: readonly string[],
  request: FormatRequest,
  signal: AbortSignal,
): Promise<EmbeddedRequest> {
  const command = new InvokeModelCommand({
    modelId: target,
    contentType: "application/json",
    accept: "application/json",
    body: Buffer.from(JSON.stringify(model.format.body(texts, request))),
    ...(requestMetadata === undefined ? {} : { requestMetadata }),
  });
  let counted = Number.NaN;
  // The SDK gives no headers of an answer.
  command.middlewareStack.add(
    (next) => async (given) => {
      const answer = await next(given);
      const { headers } = answer.response as { readonly headers?: Readonly<Record<string, string>> };
      counted = Number(headers?.[TOKENS_HEADER] ?? Number.NaN);
      return answer;
    },
    { step: "deserialize", name: "inputTokenCount" },
  );
  let parsed: unknown;
  try {
    const { body } = await client.send(command, { abortSignal: signal });
    parsed = JSON.parse(Buffer.from(body!).toString("utf8"));
  } catch (thrown) {
    throw bedrockError(thrown, signal);
  }
  let answer: ModelAnswer;
  try {
    answer = model.format.read(parsed);
  } catch (thrown) {
    throw wrongAnswer("an answer of the model", "another", thrown);
  }
  if (answer.vectors.length !== texts.length)
    throw wrongAnswer(`${texts.length} vectors`, String(answer.vectors.length));
  return {
    vectors: normalized(answer.vectors, request.dimensions),
    tokens: answer.tokens ?? (Number.isNaN(counted) ? undefined : counted),
  };
}
