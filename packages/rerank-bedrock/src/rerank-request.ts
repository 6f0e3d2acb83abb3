import { type BedrockRuntimeClient, InvokeModelCommand } from "@aws-sdk/client-bedrock-runtime";
import { GroundworkError } from "@groundwork/contracts";
import { bedrockError } from "./bedrock-error.ts";

export interface RerankTarget {
  readonly client: BedrockRuntimeClient;
  /** Model id, inference profile or ARN. */
  readonly target: string;
  /** What the model wants in its body beside query and documents. */
  readonly members: Readonly<Record<string, unknown>>;
}

interface RankedDocument {
  readonly index: number;
  readonly relevance_score: number;
}

const isRanked = (value: unknown, count: number): value is RankedDocument => {
  const { index, relevance_score: score } = (value ?? {}) as Partial<RankedDocument>;
  return Number.isInteger(index) && index! >= 0 && index! < count && Number.isFinite(score);
};

/**
 * Makes one request and gives the scores in the order of the documents. Errors: those of `bedrockError`; `UNAVAILABLE`, not retryable, for an
 * answer that does not score each document once.
 */
export async function sendRerank(
  { client, target, members }: RerankTarget,
  query: string,
  documents: readonly string[],
  signal: AbortSignal,
): Promise<number[]> {
  let results: unknown;
  try {
    const { body } = await client.send(
      new InvokeModelCommand({
        modelId: target,
        contentType: "application/json",
        accept: "application/json",
        body: Buffer.from(JSON.stringify({ query, documents, top_n: documents.length, ...members })),
      }),
      { abortSignal: signal },
    );
    results = (JSON.parse(Buffer.from(body!).toString("utf8")) as { readonly results?: unknown } | null)?.results;
  } catch (thrown) {
    throw bedrockError(thrown, signal);
  }
  const scores = new Map<number, number>();
  if (Array.isArray(results))
    for (const result of results)
      if (isRanked(result, documents.length)) scores.set(result.index, result.relevance_score);
  if (scores.size !== documents.length)
    throw new GroundworkError(
      "UNAVAILABLE",
      `Expected ${documents.length} scores of Amazon Bedrock, found ${scores.size}. Check the model.`,
      { driver: "rerank-bedrock" },
    );
  return documents.map((_, index) => scores.get(index)!);
}
