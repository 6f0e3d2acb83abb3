import { AwsServiceError } from "../../aws-error.ts";
import { restJson } from "../../protocols/rest-json.ts";
import type { AwsService } from "../../service.ts";
import { blob, string, structure } from "../../shape.ts";
import { type EmbedTexts, embeddingModels } from "./embedding-models.ts";
import { type BedrockModels, modelOf } from "./model-reference.ts";
import { hashVectors } from "./model-vectors.ts";
import { type RankDocuments, rankByWords, rerankModels } from "./rerank-models.ts";

export interface BedrockOptions extends BedrockModels {
  /** @default vectors of the words, without a model */
  readonly embed?: EmbedTexts;
  /** @default the share of the query's words that a document has */
  readonly rerank?: RankDocuments;
}

const MOST_BYTES = 25_000_000;
/** JSON is the default of the service; clients that are not told say that they send bytes. */
const JSON_TYPES: ReadonlySet<string> = new Set(["", "application/json", "application/octet-stream"]);

const invokeInput = structure(
  {
    modelId: string({
      min: 1,
      max: 2_048,
      pattern:
        /^(?:arn:aws[a-z-]*:bedrock:[a-z0-9-]*:\d{0,12}:[a-z-]+\/.+|[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::[a-z0-9]+)*)$/,
    }),
    body: blob,
    contentType: string(),
    accept: string(),
    requestMetadata: string({ max: 10_000 }),
  },
  ["modelId"],
);

const routes = [
  {
    operation: "InvokeModel",
    method: "POST",
    path: "/model/{modelId}/invoke",
    payload: "body",
    headers: {
      "content-type": "contentType",
      accept: "accept",
      "x-amzn-bedrock-request-metadata": "requestMetadata",
    },
    output: { payload: "body", headers: { contentType: "content-type" } },
  },
];

/** Sizes of a request, as far as its body can be read. */
function sizesOf(body: Uint8Array): Record<string, number> {
  try {
    const { inputText, texts, documents } = JSON.parse(Buffer.from(body).toString("utf8")) as {
      readonly inputText?: string;
      readonly texts?: readonly string[];
      readonly documents?: readonly string[];
    };
    const all = texts ?? documents ?? (inputText === undefined ? [] : [inputText]);
    return { texts: all.length, characters: all.reduce((sum, { length }) => sum + length, 0) };
  } catch {
    return {};
  }
}

/** `InvokeModel` of Bedrock for models that embed and rerank. */
export function bedrockRuntimeService(options: BedrockOptions = {}): AwsService {
  const { embed = hashVectors, rerank = rankByWords } = options;
  const models = { ...embeddingModels(embed), ...rerankModels(rerank) };
  /** Headers that the service's model does not know, by the output they go with. */
  const furtherHeaders = new WeakMap<object, Record<string, string>>();
  const rest = restJson(routes);
  return {
    name: "bedrock-runtime",
    signingName: "bedrock",
    protocols: [
      {
        ...rest,
        write(operation, output, requestId) {
          const answer = rest.write(operation, output, requestId);
          return { ...answer, headers: { ...answer.headers, ...furtherHeaders.get(output) } };
        },
      },
    ],
    operations: {
      InvokeModel: {
        input: invokeInput,
        describe: ({ modelId, body }) => ({ modelId: modelId as string, ...sizesOf(body as Uint8Array) }),
        async handle(input, context) {
          const body = input.body as Uint8Array;
          if (body.length > MOST_BYTES)
            throw new AwsServiceError("ValidationException", "The body of the request is too long.");
          if (!JSON_TYPES.has((input.contentType as string | undefined) ?? ""))
            throw new AwsServiceError("ValidationException", "The content type is not supported by the model.");
          const started = context.clock.now();
          const model = modelOf(input.modelId as string, Object.keys(models), context, options);
          const answer = await models[model]!(body, context.requestId);
          const output = { body: Buffer.from(JSON.stringify(answer.body)), contentType: "application/json" };
          furtherHeaders.set(output, {
            "x-amzn-bedrock-input-token-count": String(answer.inputTokens),
            "x-amzn-bedrock-invocation-latency": String(context.clock.now() - started),
          });
          return output;
        },
      },
    },
  };
}
