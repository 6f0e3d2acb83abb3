import { GroundworkError, type TokenCounter } from "@groundwork/contracts";
import type { BedrockConnectionOptions } from "./bedrock-client.ts";
import { BEDROCK_EMBEDDING_MODELS, type BedrockEmbeddingModelId, type BedrockModel } from "./bedrock-models.ts";
import type { ModelFormat } from "./model-formats.ts";
import { modelIdOf, targetOf } from "./model-target.ts";
import { bedrockTokenCounter } from "./token-estimate.ts";

/** A model that the driver does not know: its limits and its JSON. */
export interface CustomBedrockModel extends ModelFormat {
  readonly dimensions: number;
  /** Of one text; longer ones are cut. */
  readonly maxInputTokens: number;
  /** @default no limit but that of the tokens */
  readonly maxCharacters?: number;
  /** @default 1 */
  readonly maxTextsPerRequest?: number;
  readonly maxTokensPerRequest?: number;
  readonly languages?: readonly string[];
  /** @default the estimate of `bedrockTokenCounter` */
  readonly tokenCounter?: TokenCounter;
  /** Change it when `body`, `read` or the weights change. @default "1" */
  readonly revision?: string;
}

export interface BedrockEmbedderOptions extends BedrockConnectionOptions {
  /**
   * Id of a model of `BEDROCK_EMBEDDING_MODELS`, alone, as a cross-region profile (`eu.cohere.embed-v4:0`), or in an ARN of a foundation model
   * or inference profile. With `custom` any id.
   */
  readonly model: BedrockEmbeddingModelId | (string & {});
  /** One of the model's. @default the model's largest */
  readonly dimensions?: number;
  /** What is called in place of the model: a cross-region profile, or the ARN of an application profile or of provisioned throughput. */
  readonly inferenceProfile?: string;
  /** Calls that may be open at once, and requests of one call. @default 8 */
  readonly maxParallelCalls?: number;
  /** Goes with each request into the logs of the account, at most 16 pairs: never personal data. */
  readonly requestMetadata?: Readonly<Record<string, string>>;
  readonly custom?: CustomBedrockModel;
}

export interface ResolvedEmbedderOptions {
  readonly modelId: string;
  readonly target: string;
  readonly model: BedrockModel;
  readonly dimensions: number;
  readonly revision: string;
  readonly tokenCounter: TokenCounter;
  readonly maxParallelCalls: number;
  readonly requestMetadata: string | undefined;
}

const DEFAULT_PARALLEL = 8;
/** Bumped when bodies, cutting, blank texts or normalising change. */
const ARITHMETIC_REVISION = "1";

function refuse(message: string): never {
  throw new GroundworkError("INVALID_ARGUMENT", `bedrockEmbedder: ${message}`, { driver: "embed-bedrock" });
}

function checkWhole(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) refuse(`expected ${name} as a whole number from 1, found ${value}.`);
}

/** Errors: `INVALID_ARGUMENT`, with what would be right; `MODEL_NOT_FOUND` for a model that nobody has described. */
export function resolveOptions(options: BedrockEmbedderOptions): ResolvedEmbedderOptions {
  const { custom, inferenceProfile, maxParallelCalls = DEFAULT_PARALLEL, requestMetadata } = options;
  if (typeof options.model !== "string" || options.model === "") refuse("expected model, found none.");
  checkWhole("maxParallelCalls", maxParallelCalls);
  const modelId = custom === undefined ? modelIdOf(options.model) : options.model;
  const known: Readonly<Record<string, BedrockModel>> = BEDROCK_EMBEDDING_MODELS;
  const model =
    custom !== undefined ? describedModel(custom) : Object.hasOwn(known, modelId) ? known[modelId] : undefined;
  if (model === undefined)
    throw new GroundworkError(
      "MODEL_NOT_FOUND",
      `bedrockEmbedder: expected one of ${Object.keys(known).join(", ")}, found another model. ` +
        "Name the model in `model` and its ARN in `inferenceProfile`, or describe it in `custom`.",
      { driver: "embed-bedrock" },
    );
  const { dimensions = model.dimensions[0]! } = options;
  if (!model.dimensions.includes(dimensions))
    refuse(`expected dimensions as one of ${model.dimensions.join(", ")} of ${modelId}, found ${dimensions}.`);
  return {
    modelId,
    target: targetOf(options.model, inferenceProfile),
    model,
    dimensions,
    revision: `${ARITHMETIC_REVISION}${custom === undefined ? "" : `.custom-${custom.revision ?? "1"}`}.${dimensions}`,
    tokenCounter: custom?.tokenCounter ?? bedrockTokenCounter(),
    maxParallelCalls,
    requestMetadata: requestMetadata === undefined ? undefined : JSON.stringify(requestMetadata),
  };
}

function describedModel(custom: CustomBedrockModel): BedrockModel {
  const { dimensions, maxInputTokens, maxCharacters = Number.POSITIVE_INFINITY, maxTextsPerRequest = 1 } = custom;
  const { maxTokensPerRequest, languages } = custom;
  checkWhole("custom.dimensions", dimensions);
  checkWhole("custom.maxInputTokens", maxInputTokens);
  checkWhole("custom.maxTextsPerRequest", maxTextsPerRequest);
  return {
    dimensions: [dimensions],
    maxInputTokens,
    maxCharacters,
    maxTextsPerRequest,
    ...(maxTokensPerRequest === undefined ? {} : { maxTokensPerRequest }),
    ...(languages === undefined ? {} : { languages }),
    format: custom,
  };
}
