import { type CallOptions, type Embedder, throwIfAborted } from "@groundwork/contracts";

/**
 * Vectors of a few texts, in calls as small as the embedder wants them and no more at once than it takes. An error of a call is
 * the caller's to repeat: somebody waits for the answer.
 */
export async function embedTexts(
  embedder: Embedder,
  texts: readonly string[],
  options: CallOptions,
): Promise<Float32Array> {
  const { dimensions, maxTextsPerCall, maxTokensPerCall = Number.POSITIVE_INFINITY, maxInputTokens } = embedder;
  const perCall = Math.max(1, Math.min(maxTextsPerCall, Math.floor(maxTokensPerCall / maxInputTokens)));
  const vectors = new Float32Array(texts.length * dimensions);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < texts.length) {
      throwIfAborted(options.signal);
      const start = next;
      next += perCall;
      const result = await embedder.doEmbed(texts.slice(start, start + perCall), { signal: options.signal });
      vectors.set(result.vectors, start * dimensions);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, embedder.maxParallelCalls) }, work));
  return vectors;
}
