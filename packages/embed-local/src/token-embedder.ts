import type { CallOptions } from "@groundwork/contracts";
import { DIMENSIONS, MAX_INPUT_TOKENS } from "./embedding-run.ts";
import { createPool, type LocalEmbedderOptions, threadsOf } from "./local-embedder.ts";
import { planJobs } from "./plan-jobs.ts";
import { createTokenCounter } from "./token-counter.ts";

export interface TokenVectors {
  /** One L2-normalised vector a token, special tokens included, one after the other. */
  readonly vectors: Float32Array;
  readonly tokens: number;
  readonly dimensions: number;
}

export interface TokenEmbedder {
  /** One entry a text, in order. */
  embedTokens(texts: readonly string[], options?: CallOptions): Promise<TokenVectors[]>;
  close(): Promise<void>;
}

/**
 * The states of the single tokens, for late interaction (the sum over the query's tokens of their best match in a passage).
 * Same model, threads, limits and errors as `localEmbedder`; 1.5 KB a token.
 */
export function localTokenEmbedder(options: LocalEmbedderOptions = {}): TokenEmbedder {
  const threads = threadsOf(options);
  const counter = createTokenCounter(options);
  const pool = createPool(options, threads);
  return {
    async embedTokens(texts: readonly string[], { signal }: CallOptions = {}): Promise<TokenVectors[]> {
      const lengths = texts.map((text) => Math.min(counter.count(text) + counter.specialTokens, MAX_INPUT_TOKENS));
      const jobs = planJobs(lengths, threads);
      const results = new Array<TokenVectors>(texts.length);
      await pool.run(
        jobs.map((job) => job.map((index) => texts[index]!)),
        (job, result) => {
          let offset = 0;
          jobs[job]!.forEach((index, row) => {
            const tokens = result.lengths[row]!;
            const end = offset + tokens * DIMENSIONS;
            results[index] = { vectors: result.vectors.slice(offset, end), tokens, dimensions: DIMENSIONS };
            offset = end;
          });
        },
        { output: "tokens", signal },
      );
      return results;
    },
    close: () => pool.close(),
  };
}
