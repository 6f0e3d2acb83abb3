import {
  type CallOptions,
  embedderInput,
  GroundworkError,
  type PassageExplanation,
  type Reranker,
  throwIfAborted,
} from "@groundwork/contracts";
import type { Candidate, CandidateRow, CandidateSet } from "./candidates.ts";
import { denseWeightOf, type FusedScore, type FusionParameters, fuse } from "./fusion.ts";
import { type LexicalCandidate, lexicalScores, type TermCache } from "./lexical-score.ts";
import type { CheckedRequest } from "./request.ts";

/** A candidate in its place. */
export interface RankedCandidate extends Candidate {
  /** Over the candidates' texts; see `lexicalScores`. Absent in dense mode. */
  readonly lexical?: number;
  readonly scores: FusedScore;
  /** 1-based, before reranking. */
  readonly fusedRank: number;
  readonly rerankScore?: number;
  /** 0 to 1 over the candidates, falling with the place. */
  readonly score: number;
}

export interface Ranking {
  /** Best first. */
  readonly ranked: readonly RankedCandidate[];
  readonly lists: CandidateSet["lists"];
  readonly denseWeight: number;
}

/** Candidates that a reranker sees. */
const RERANKED = 40;

/**
 * What belongs together: passages of documents that carry one title in one source (the parts of a work that was published in
 * pieces), or of one document where there is no title.
 */
function groupOf({ row }: { readonly row: CandidateRow }): string {
  const title = row.title?.trim() ?? "";
  return title === "" ? row.documentId : JSON.stringify([row.sourceId, title]);
}

/** What the lexical score reads of a candidate. */
export function lexicalText({
  row,
}: {
  readonly row: Pick<CandidateRow, "context" | "text" | "contentHash">;
}): LexicalCandidate {
  return { key: row.contentHash, text: embedderInput(row.context, row.text) };
}

/** Fuses the lists of a question: exact cosine of every candidate, lexical score over the candidates, lift by document. */
export function rankCandidates(
  found: CandidateSet,
  request: Pick<CheckedRequest, "query" | "mode">,
  parameters: FusionParameters,
  cache: TermCache,
): Ranking {
  const lexical =
    request.mode === "dense"
      ? undefined
      : lexicalScores(request.query, found.candidates.map(lexicalText), { pairWeight: parameters.pairWeight, cache });
  const inputs = found.candidates.map((candidate, index) => ({
    group: groupOf(candidate),
    ...(candidate.dense === undefined ? {} : { dense: candidate.dense }),
    ...(lexical === undefined ? {} : { lexical: lexical[index]! }),
  }));
  const fused = fuse(inputs, parameters);
  const order = fused
    .map((_, index) => index)
    .sort((a, b) => {
      const [left, right] = [found.candidates[a]!.row.chunkId, found.candidates[b]!.row.chunkId];
      return fused[b]!.fused - fused[a]!.fused || (left < right ? -1 : left > right ? 1 : 0);
    });
  const ranked = order.map((index, place) => ({
    ...found.candidates[index]!,
    ...(lexical === undefined ? {} : { lexical: lexical[index]! }),
    scores: fused[index]!,
    fusedRank: place + 1,
    score: 0,
  }));
  return {
    ranked: withScores(ranked, (candidate) => candidate.scores.fused),
    lists: found.lists,
    denseWeight: denseWeightOf(inputs, parameters),
  };
}

/** Places as numbers from 1 down to 0. */
function withScores(
  ranked: readonly RankedCandidate[],
  value: (candidate: RankedCandidate) => number,
): RankedCandidate[] {
  const values = ranked.map(value);
  const best = Math.max(...values);
  const worst = Math.min(...values);
  return ranked.map((candidate, index) => ({
    ...candidate,
    score: best === worst ? 1 : (values[index]! - worst) / (best - worst),
  }));
}

function spread(values: readonly number[]): (value: number) => number {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return (value) => (most === least ? 1 : (value - least) / (most - least));
}

/** Puts the best candidates in the order of the reranker; the others keep theirs, below. */
export async function rerank(
  ranking: Ranking,
  request: Pick<CheckedRequest, "query">,
  reranker: Reranker,
  weight: number,
  options: CallOptions,
): Promise<Ranking> {
  const head = ranking.ranked.slice(0, Math.min(RERANKED, reranker.maxPassages));
  if (head.length === 0) return ranking;
  throwIfAborted(options.signal, { driver: reranker.modelId });
  const scores = await reranker.doRerank(
    request.query,
    head.map(({ row }) => ({ chunkId: row.chunkId, text: embedderInput(row.context, row.text) })),
    options,
  );
  if (scores.length !== head.length || !scores.every(Number.isFinite))
    throw new GroundworkError(
      "INTERNAL",
      `The reranker ${reranker.modelId} gave ${scores.length} scores for ${head.length} passages, or one that is no number.`,
      { driver: reranker.modelId },
    );
  const fromFused = spread(head.map(({ scores: { fused } }) => fused));
  const fromReranker = spread(scores);
  const blended = head
    .map((candidate, index) => {
      const rerankScore = scores[index]!;
      const value = (1 - weight) * fromFused(candidate.scores.fused) + weight * fromReranker(rerankScore);
      return { candidate: { ...candidate, rerankScore }, value };
    })
    .sort((a, b) => b.value - a.value || a.candidate.fusedRank - b.candidate.fusedRank);
  const tail = ranking.ranked.slice(head.length);
  const places = [...blended.map(({ candidate }) => candidate), ...tail];
  // The reranked share the upper half, so that the order of scores is the order of places.
  const value = new Map(blended.map((entry) => [entry.candidate.row.chunkId, 1 + entry.value]));
  return {
    ...ranking,
    ranked: withScores(places, (candidate) => value.get(candidate.row.chunkId) ?? candidate.score),
  };
}

/** Why a candidate is where it is. */
export function explanationOf(
  candidate: RankedCandidate,
  ranking: Ranking,
  rerankModel: string | undefined,
  collapsed: PassageExplanation["collapsed"],
): PassageExplanation {
  const list = (
    rank: number | undefined,
    score: number | undefined,
    normalized: number,
  ): PassageExplanation["dense"] =>
    score === undefined ? undefined : { score, normalized, ...(rank === undefined ? {} : { rank }) };
  const dense = list(candidate.denseRank, candidate.dense, candidate.scores.dense);
  const lexical = list(candidate.lexicalRank, candidate.lexical, candidate.scores.lexical);
  const { rerankScore } = candidate;
  return {
    ...(dense === undefined ? {} : { dense }),
    ...(lexical === undefined ? {} : { lexical }),
    denseWeight: ranking.denseWeight,
    fused: candidate.scores.fused,
    fusedRank: candidate.fusedRank,
    ...(rerankScore === undefined || rerankModel === undefined
      ? {}
      : { rerank: { model: rerankModel, score: rerankScore } }),
    ...(collapsed === undefined || collapsed.length === 0 ? {} : { collapsed }),
  };
}
