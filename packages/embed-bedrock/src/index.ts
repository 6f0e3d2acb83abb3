export type { BedrockConnectionOptions } from "./bedrock-client.ts";
export { type BedrockEmbedder, bedrockEmbedder } from "./bedrock-embedder.ts";
export type { BedrockEmbedderOptions, CustomBedrockModel } from "./bedrock-embedder-options.ts";
export { bedrockError } from "./bedrock-error.ts";
export { BEDROCK_EMBEDDING_MODELS, type BedrockEmbeddingModelId, type BedrockModel } from "./bedrock-models.ts";
export type { FormatRequest, ModelAnswer, ModelFormat } from "./model-formats.ts";
export { bedrockTokenCounter } from "./token-estimate.ts";
