import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import {
  type Embedder,
  type EmbedOptions,
  type EmbedResult,
  GroundworkError,
  throwIfAborted,
} from "@groundwork/contracts";
import { modelRevision } from "@groundwork/model-minilm-l6-v2";
import { EmbedPool } from "./embed-pool.ts";
import { DIMENSIONS, MAX_INPUT_TOKENS } from "./embedding-run.ts";
import { readTokenizer, verifiedModelPath } from "./model-files.ts";
import { planJobs } from "./plan-jobs.ts";
import { createTokenCounter } from "./token-counter.ts";

export interface LocalEmbedderOptions {
  /**
   * Worker threads, each with its own copy of the model (about 250 MB resident) and one native thread. They start when
   * there is work.
   * @default the number of cores, at most 4
   */
  readonly threads?: number;
  /** Folder that holds `model.onnx` and `tokenizer.json`. @default the folder of `@groundwork/model-minilm-l6-v2` */
  readonly modelFolder?: string;
}

/** Bumped when pooling, normalising or cutting changes. */
const ARITHMETIC_REVISION = "1";

/** Characters to count before other work of the thread gets its turn: about 5 ms. */
const CHARACTERS_PER_TURN = 200_000;

/**
 * all-MiniLM-L6-v2 with int8 weights on the CPU: 384 dimensions, mean of the token states, L2-normalised, texts cut at 256
 * tokens. English. The arithmetic is float32 (only the stored weights are int8), so that a vector is bit-identical whatever
 * else is in the batch.
 *
 * Nothing is loaded before the first use. Everything but counting tokens happens in worker threads. Queries go before
 * passages that wait. `close` ends the threads; an embedder that is not closed does not keep the process alive.
 *
 * Errors: `MODEL_NOT_FOUND` when the files are missing or not the published ones, `WORKER_CRASHED` (retryable) when a thread
 * died, `ABORTED`.
 */
export function localEmbedder(options: LocalEmbedderOptions = {}): Embedder {
  const threads = threadsOf(options);
  const tokenCounter = createTokenCounter(options);
  const pool = createPool(options, threads);
  return {
    modelId: "all-MiniLM-L6-v2-int8",
    revision: `${modelRevision}.${ARITHMETIC_REVISION}`,
    dimensions: DIMENSIONS,
    maxInputTokens: MAX_INPUT_TOKENS,
    maxTextsPerCall: 256,
    // While the last runs of one call end, the next one keeps the other threads busy.
    maxParallelCalls: 2,
    languages: ["en"],
    tokenCounter,

    async doEmbed(texts: readonly string[], embedOptions: EmbedOptions = {}): Promise<EmbedResult> {
      const { signal, purpose } = embedOptions;
      throwIfAborted(signal, { driver: "embed-local" });
      const lengths: number[] = [];
      let characters = 0;
      for (const text of texts) {
        lengths.push(Math.min(tokenCounter.count(text) + tokenCounter.specialTokens, MAX_INPUT_TOKENS));
        characters += text.length;
        if (characters > CHARACTERS_PER_TURN) {
          characters = 0;
          await setImmediate();
          throwIfAborted(signal, { driver: "embed-local" });
        }
      }
      const jobs = planJobs(lengths, threads);
      const vectors = new Float32Array(texts.length * DIMENSIONS);
      await pool.run(
        jobs.map((job) => job.map((index) => texts[index]!)),
        (job, result) => {
          jobs[job]!.forEach((index, row) => {
            vectors.set(result.vectors.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS), index * DIMENSIONS);
          });
        },
        { output: "pooled", urgent: purpose === "query", signal },
      );
      return { vectors, tokens: lengths.reduce((sum, length) => sum + length, 0) };
    },

    close: () => pool.close(),
  };
}

/** Validates the option. */
export function threadsOf(options: LocalEmbedderOptions): number {
  const threads = options.threads ?? Math.min(availableParallelism(), 4);
  if (!Number.isInteger(threads) || threads < 1 || threads > 256)
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      `Expected threads to be a whole number from 1 to 256, found ${threads}.`,
      {
        driver: "embed-local",
      },
    );
  return threads;
}

export function createPool(options: LocalEmbedderOptions, threads: number): EmbedPool {
  const { modelFolder } = options;
  return new EmbedPool({
    threads,
    setup: async () => ({ modelPath: await verifiedModelPath(modelFolder), tokenizerJson: readTokenizer(modelFolder) }),
  });
}
