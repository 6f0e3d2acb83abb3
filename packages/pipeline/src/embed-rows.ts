import { type CallOptions, type Embedder, embedderInput } from "@groundwork/contracts";
import type { RecordBatch } from "apache-arrow";
import { embedMany } from "./embed-many.ts";
import type { EmbeddingCache } from "./embedding-cache.ts";

/** Vectors kept together: what a crash may cost at most is that many texts. */
const KEPT_AT_ONCE = 512;

export interface EmbedRowsOptions extends CallOptions {
  readonly onEmbedded?: (done: number, total: number) => void;
  /** Called before each call with its tokens; what it throws ends the whole, and what was finished is kept. */
  readonly onCall?: (tokens: number) => void;
}

export interface EmbeddedRows {
  /** One array a batch: `numRows * dimensions` values in row order, zeros for rows of role `parent`. */
  readonly vectors: readonly Float32Array[];
  /** Hashes whose vectors had to be computed. */
  readonly embedded: Set<string>;
}

/**
 * Gives every passage of the batches its vector: from the cache, or from the embedder, each different input once. Vectors are
 * kept as calls finish, before anything else can fail: what was paid for is never paid for again.
 */
export async function embedRows(
  batches: readonly RecordBatch[],
  embedder: Embedder,
  cache: EmbeddingCache | undefined,
  options: EmbedRowsOptions = {},
): Promise<EmbeddedRows> {
  const { dimensions, modelId, revision } = embedder;
  const hashes: (string | undefined)[][] = batches.map((batch) => {
    const role = batch.getChild("role")!;
    const hash = batch.getChild("content_hash")!;
    return Array.from({ length: batch.numRows }, (_, row) =>
      role.get(row) === "parent" ? undefined : (hash.get(row) as string),
    );
  });
  const wanted = new Set<string>();
  for (const column of hashes) for (const hash of column) if (hash !== undefined) wanted.add(hash);
  const known = cache?.get(modelId, revision, [...wanted]) ?? new Map<string, Float32Array>();

  const missing: string[] = [];
  const texts: string[] = [];
  const tokens: number[] = [];
  const embedded = new Set<string>();
  batches.forEach((batch, index) => {
    const text = batch.getChild("text")!;
    const context = batch.getChild("context")!;
    const count = batch.getChild("tokens")!;
    hashes[index]!.forEach((hash, row) => {
      if (hash === undefined || known.has(hash) || embedded.has(hash)) return;
      embedded.add(hash);
      missing.push(hash);
      texts.push(embedderInput(context.get(row) as string, text.get(row) as string));
      tokens.push(count.get(row) as number);
    });
  });
  let waiting: (readonly [string, Float32Array])[] = [];
  const keep = (): void => {
    if (waiting.length > 0) cache?.put(modelId, revision, waiting);
    waiting = [];
  };
  try {
    await embedMany(embedder, texts, {
      signal: options.signal,
      tokens,
      ...(options.onEmbedded === undefined ? {} : { onProgress: options.onEmbedded }),
      ...(options.onCall === undefined ? {} : { onCall: options.onCall }),
      onVectors: (indices, vectors) => {
        indices.forEach((index, position) => {
          const vector = vectors.subarray(position * dimensions, (position + 1) * dimensions);
          known.set(missing[index]!, vector);
          if (cache !== undefined) waiting.push([missing[index]!, vector]);
        });
        if (waiting.length >= KEPT_AT_ONCE) keep();
      },
    });
  } finally {
    keep();
  }
  const vectors = batches.map((batch, index) => {
    const column = new Float32Array(batch.numRows * dimensions);
    hashes[index]!.forEach((hash, row) => {
      if (hash !== undefined) column.set(known.get(hash)!, row * dimensions);
    });
    return column;
  });
  return { vectors, embedded };
}
