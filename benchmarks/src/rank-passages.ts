import type { CallOptions, Embedder, VectorStore } from "@groundwork/contracts";
import type { KnowledgeBaseRetriever } from "@groundwork/retrieval";

/** Passage ids, best first. */
export type Ranker = (query: string, options?: CallOptions) => Promise<readonly string[]>;

/** A passage counts by the best of its chunks. */
function distinct(ids: Iterable<string>): string[] {
  return [...new Set(ids)];
}

/** The product's own ranking, by the default configuration. */
export function productRanker(retriever: KnowledgeBaseRetriever): Ranker {
  return async (query, options) => distinct((await retriever.rank({ query }, options)).map(({ key }) => key));
}

export interface BaselineLists {
  readonly dense: readonly string[];
  readonly lexical: readonly string[];
}

/** Chunks that a list must bring, so that 100 passages are among them. */
const CHUNKS = 400;

/** The two lists of the store as they are: all of the question's words, no filter, the same rows. */
export function storeLists(
  store: VectorStore,
  embedder: Embedder,
  keys: ReadonlyMap<string, string>,
): (query: string) => Promise<BaselineLists> {
  return async (query) => {
    const { vectors } = await embedder.doEmbed([query], { purpose: "query" });
    const found = await store.search({ vector: vectors, text: query, limit: CHUNKS });
    const passages = (hits: typeof found.dense): string[] =>
      distinct((hits ?? []).map(({ chunkId }) => keys.get(chunkId)!)).slice(0, 100);
    return { dense: passages(found.dense), lexical: passages(found.lexical) };
  };
}

/** Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009) with its usual constant. */
export function reciprocalRankFusion(lists: readonly (readonly string[])[], constant = 60): string[] {
  const scores = new Map<string, number>();
  for (const list of lists)
    for (const [place, id] of list.entries()) scores.set(id, (scores.get(id) ?? 0) + 1 / (constant + place + 1));
  return [...scores]
    .sort(([, a], [, b]) => b - a)
    .map(([id]) => id)
    .slice(0, 100);
}
