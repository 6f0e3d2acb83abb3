import {
  type CallOptions,
  type Embedder,
  GroundworkError,
  partialEmbeddingOf,
  throwIfAborted,
} from "@groundwork/contracts";
import PQueue from "p-queue";

export interface EmbedManyOptions extends CallOptions {
  /** @default "passage" */
  readonly purpose?: "query" | "passage";
  /** Token counts of the texts, where they are known; otherwise they are counted. */
  readonly tokens?: readonly number[];
  /** Tries of one call in all. Only retryable errors are tried again; finished calls are never repeated. @default 5 */
  readonly maxAttempts?: number;
  readonly onProgress?: (done: number, total: number) => void;
  /** Called before each call with its tokens; what it throws ends the whole. */
  readonly onCall?: (tokens: number) => void;
  /** Called as each call finishes, with the indices of its texts and their vectors, one after the other. */
  readonly onVectors?: (indices: readonly number[], vectors: Float32Array) => void;
}

/**
 * Packs texts (given as indices with their token counts) into calls: sorted by length, so that little is padded, and bounded by
 * count and by padded tokens. A text longer than the model's limit counts as the limit: the embedder cuts it there.
 */
export function packCalls(
  tokens: readonly number[],
  limits: Pick<Embedder, "maxInputTokens" | "maxTextsPerCall" | "maxTokensPerCall">,
): number[][] {
  const length = (index: number): number => Math.min(tokens[index]!, limits.maxInputTokens);
  const order = tokens.map((_, index) => index).sort((a, b) => length(a) - length(b) || a - b);
  const maxTokens = limits.maxTokensPerCall ?? Number.POSITIVE_INFINITY;
  const calls: number[][] = [];
  let call: number[] = [];
  for (const index of order) {
    // Ascending order: the newest is the longest, so it sets what all are padded to.
    if (call.length > 0 && (call.length >= limits.maxTextsPerCall || length(index) * (call.length + 1) > maxTokens)) {
      calls.push(call);
      call = [];
    }
    call.push(index);
  }
  if (call.length > 0) calls.push(call);
  return calls;
}

const wait = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    signal?.addEventListener("abort", done, { once: true });
  });

/**
 * Embeds texts, in order: `texts.length * dimensions` values. Owns packing, parallel calls and retries; an embedder does one
 * call at a time and nothing else.
 */
export async function embedMany(
  embedder: Embedder,
  texts: readonly string[],
  options: EmbedManyOptions = {},
): Promise<Float32Array> {
  const { signal, purpose = "passage", maxAttempts = 5, onProgress } = options;
  throwIfAborted(signal, { stage: "embed" });
  const { dimensions, tokenCounter } = embedder;
  const vectors = new Float32Array(texts.length * dimensions);
  if (texts.length === 0) return vectors;
  const tokens = options.tokens ?? texts.map((text) => tokenCounter.count(text) + tokenCounter.specialTokens);
  const stop = new AbortController();
  const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const queue = new PQueue({ concurrency: embedder.maxParallelCalls });
  let done = 0;

  const accept = (indices: readonly number[], given: Float32Array): void => {
    indices.forEach((index, position) => {
      vectors.set(given.subarray(position * dimensions, (position + 1) * dimensions), index * dimensions);
    });
    options.onVectors?.(indices, given);
    done += indices.length;
    onProgress?.(done, texts.length);
  };

  const run = async (packed: readonly number[]): Promise<void> => {
    let call = packed;
    options.onCall?.(call.reduce((sum, index) => sum + Math.min(tokens[index]!, embedder.maxInputTokens), 0));
    for (let attempt = 1; ; attempt++) {
      throwIfAborted(both, { stage: "embed" });
      try {
        const result = await embedder.doEmbed(
          call.map((index) => texts[index]!),
          { signal: both, purpose },
        );
        if (result.vectors.length !== call.length * dimensions) {
          throw new GroundworkError(
            "INTERNAL",
            `The embedder ${embedder.modelId} gave ${result.vectors.length / dimensions} vectors for ${call.length} texts.`,
            { stage: "embed" },
          );
        }
        accept(call, result.vectors);
        return;
      } catch (error) {
        const partial = partialEmbeddingOf(error);
        if (partial !== undefined && partial.embedded.length > 0) {
          // What was embedded is kept, whatever becomes of the rest.
          accept(
            partial.embedded.map((position) => call[position]!),
            partial.vectors,
          );
          const finished = new Set(partial.embedded);
          call = call.filter((_, position) => !finished.has(position));
          if (call.length === 0) return;
        }
        const typed = GroundworkError.from(error, "UNAVAILABLE", `The embedder ${embedder.modelId} failed.`, {
          stage: "embed",
        });
        if (!typed.retryable || attempt >= maxAttempts || both.aborted) throw typed;
        await wait(Math.min(30_000, 250 * 2 ** attempt), both);
      }
    }
  };

  const calls = packCalls(tokens, embedder);
  try {
    // The longest first, so that the last to finish is a short one.
    await Promise.all(calls.reverse().map((call) => queue.add(() => run(call))));
  } catch (error) {
    stop.abort();
    queue.clear();
    await queue.onIdle();
    throw error;
  }
  return vectors;
}
