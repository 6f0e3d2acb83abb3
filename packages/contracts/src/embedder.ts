import type { CallOptions } from "./call-options.ts";
import type { TokenCounter } from "./chunker.ts";

export interface EmbedOptions extends CallOptions {
  /** Some models embed queries and passages differently. @default "passage" */
  readonly purpose?: "query" | "passage";
}

export interface EmbedResult {
  /** `texts.length * dimensions` values, one vector after the other, L2-normalised. */
  readonly vectors: Float32Array;
  /** Billed or computed tokens, where known. */
  readonly tokens?: number;
}

/**
 * Turns texts into vectors. `doEmbed` is what an implementer writes: one call, no retry, no packing, no cache; users call
 * `embedMany` of the pipeline, which owns those (the "do" keeps it from being called by accident).
 *
 * - One vector per text, in order; no text gives none. A text over `maxInputTokens` is cut by the embedder at that length.
 * - Local embedders: a text's vector is bit-identical whatever else is in the batch (one CPU class and runtime build).
 */
export interface Embedder {
  /** For example `all-MiniLM-L6-v2-int8`. */
  readonly modelId: string;
  /** Changes when the weights or the arithmetic change; part of the key of every cache. */
  readonly revision: string;
  readonly dimensions: number;
  /** Of one text, special tokens included. */
  readonly maxInputTokens: number;
  readonly maxTextsPerCall: number;
  /** Of all texts of one call together, padding included; absent = no limit. */
  readonly maxTokensPerCall?: number;
  readonly maxParallelCalls: number;
  /** BCP 47 languages that the model knows; absent = any. A document in another gets a warning. */
  readonly languages?: readonly string[];
  readonly tokenCounter: TokenCounter;
  doEmbed(texts: readonly string[], options?: EmbedOptions): Promise<EmbedResult>;
  close?(): Promise<void>;
}
