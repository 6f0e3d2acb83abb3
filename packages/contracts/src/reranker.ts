import type { CallOptions } from "./call-options.ts";

/** One call: scores of passages for a query, higher is better, in the order given. Optional everywhere. */
export interface Reranker {
  readonly modelId: string;
  readonly maxPassages: number;
  doRerank(
    query: string,
    passages: readonly { readonly chunkId: string; readonly text: string }[],
    options?: CallOptions,
  ): Promise<readonly number[]>;
}

/** One call of a language model. Optional everywhere: without one, answers are extractive. */
export interface LanguageModel {
  readonly modelId: string;
  doGenerate(
    request: {
      readonly system?: string;
      readonly prompt: string;
      readonly maxTokens?: number;
      readonly temperature?: number;
    },
    options?: CallOptions,
  ): Promise<{ readonly text: string; readonly inputTokens?: number; readonly outputTokens?: number }>;
}

/** Judges what goes in or out. */
export interface Guard {
  readonly name: string;
  check(
    subject: { readonly direction: "input" | "output"; readonly text: string },
    options?: CallOptions,
  ): Promise<{ readonly action: "none" | "intervened"; readonly text?: string; readonly reasons?: readonly string[] }>;
}
