import { cohereV3Format, cohereV4Format, type ModelFormat, titanV1Format, titanV2Format } from "./model-formats.ts";

/** What is known of a model, from its documentation. */
export interface BedrockModel {
  /** Lengths that can be asked for; the first is the default. */
  readonly dimensions: readonly number[];
  readonly maxInputTokens: number;
  /** Longest text of a request. */
  readonly maxCharacters: number;
  readonly maxTextsPerRequest: number;
  /** Of all texts of a request together. */
  readonly maxTokensPerRequest?: number;
  /** BCP 47; absent = the model was trained on more than 100. */
  readonly languages?: readonly string[];
  readonly format: ModelFormat;
}

export type BedrockEmbeddingModelId =
  | "amazon.titan-embed-text-v2:0"
  | "amazon.titan-embed-text-v1"
  | "cohere.embed-v4:0"
  | "cohere.embed-multilingual-v3"
  | "cohere.embed-english-v3";

const TITAN = { maxInputTokens: 8_192, maxCharacters: 50_000, maxTextsPerRequest: 1 };
const COHERE_V3 = {
  dimensions: [1_024],
  maxInputTokens: 512,
  maxCharacters: 2_048,
  maxTextsPerRequest: 96,
  format: cohereV3Format,
};

/** The models that the driver knows by their ids on Bedrock. */
export const BEDROCK_EMBEDDING_MODELS: Readonly<Record<BedrockEmbeddingModelId, BedrockModel>> = {
  "amazon.titan-embed-text-v2:0": { ...TITAN, dimensions: [1_024, 512, 256], format: titanV2Format },
  "amazon.titan-embed-text-v1": { ...TITAN, dimensions: [1_536], format: titanV1Format },
  "cohere.embed-v4:0": {
    dimensions: [1_536, 1_024, 512, 256],
    maxInputTokens: 128_000,
    // What a request of one such text may have, in bytes, is 25 MB.
    maxCharacters: 1_000_000,
    maxTextsPerRequest: 96,
    maxTokensPerRequest: 128_000,
    format: cohereV4Format,
  },
  "cohere.embed-multilingual-v3": COHERE_V3,
  "cohere.embed-english-v3": { ...COHERE_V3, languages: ["en"] },
};
