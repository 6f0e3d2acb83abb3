import type { FakeModel } from "./embedding-models.ts";
import { countModelTokens } from "./model-tokens.ts";
import { listOf, malformed, oneOf, readBody, text, whole } from "./request-body.ts";

/** Relevance of each document for the query, 0 to 1. */
export type RankDocuments = (
  query: string,
  documents: readonly string[],
) => readonly number[] | Promise<readonly number[]>;

const MOST_DOCUMENTS = 1_000;

/** The share of the query's words that a document has. */
export const rankByWords: RankDocuments = (query, documents) => {
  const wordsOf = (value: string): Set<string> => new Set(value.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  const asked = [...wordsOf(query)];
  return documents.map((document) => {
    const words = wordsOf(document);
    return asked.length === 0 ? 0 : asked.filter((word) => words.has(word)).length / asked.length;
  });
};

function rerank(rank: RankDocuments, takesVersion: boolean): FakeModel {
  const members = {
    query: text({ min: 1 }),
    documents: listOf(text({ min: 1 }), { min: 1, max: MOST_DOCUMENTS }),
    top_n: whole(1, MOST_DOCUMENTS),
    ...(takesVersion ? { api_version: oneOf(2), max_tokens_per_doc: whole(1, 32_768) } : {}),
  };
  return async (body) => {
    const given = readBody(body, members, ["query", "documents", ...(takesVersion ? ["api_version"] : [])]) as {
      readonly query: string;
      readonly documents: readonly string[];
      readonly top_n?: number;
    };
    const { query, documents, top_n: most = documents.length } = given;
    if (most > documents.length) throw malformed("#/top_n: value is more than the documents");
    const scores = await rank(query, documents);
    const results = scores
      .map((score, index) => ({ index, relevance_score: score }))
      .sort((a, b) => b.relevance_score - a.relevance_score)
      .slice(0, most);
    return {
      body: { results },
      inputTokens: documents.reduce((sum, one) => sum + countModelTokens(one) + countModelTokens(query), 0),
    };
  };
}

/** The rerank models of the fake by their ids. */
export function rerankModels(rank: RankDocuments): Readonly<Record<string, FakeModel>> {
  return { "amazon.rerank-v1:0": rerank(rank, false), "cohere.rerank-v3-5:0": rerank(rank, true) };
}
