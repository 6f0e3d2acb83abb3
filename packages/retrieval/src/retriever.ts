import { randomUUID } from "node:crypto";
import {
  type AbsenceExplanation,
  type Answer,
  type ArtifactStore,
  type CallOptions,
  type Catalog,
  type ChunkRow,
  type Embedder,
  GroundworkError,
  type LexicalIndex,
  type Passage,
  type PiiStage,
  type Reranker,
  type RetrieveRequest,
  type RetrieveResult,
  type Retriever,
  throwIfAborted,
  type VectorStore,
} from "@groundwork/contracts";
import { explainAbsence } from "./absence.ts";
import { type AnswerCalibration, type AnswerEvidence, calibrationFor } from "./answer-confidence.ts";
import { findCandidates, queryVector } from "./candidates.ts";
import { CitationVerifier, citationOf, type VerifiedPassage } from "./citation.ts";
import { expand } from "./expansion.ts";
import { type ExtractedAnswer, extractAnswer } from "./extractive-answer.ts";
import { type FusionParameters, fusionFor } from "./fusion.ts";
import { TermCache } from "./lexical-score.ts";
import { selectPassages } from "./passage-selection.ts";
import { explanationOf, type Ranking, rankCandidates, rerank } from "./ranking.ts";
import { type CheckedRequest, checkRequest } from "./request.ts";
import { RevisionCache } from "./revision-cache.ts";
import { type Scope, scopeOf } from "./scope.ts";
import { Stopwatch } from "./stopwatch.ts";

export interface RetrieverOptions {
  readonly store: VectorStore;
  readonly catalog: Catalog;
  readonly artifacts: ArtifactStore;
  /** The one that filled the store. */
  readonly embedder: Embedder;
  /** Reorders the best 40. @default none */
  readonly reranker?: Reranker;
  /** Share of the reranker's score in the order of what it saw, 0 to 1; the fused score has the rest. @default 1 */
  readonly rerankWeight?: number;
  /** Word search for a store that has none. */
  readonly lexicalIndex?: LexicalIndex;
  /** @default by the embedder's model id: calibrated for all-MiniLM-L6-v2, z-scores for others */
  readonly fusion?: FusionParameters;
  /** @default by the embedder's model id: calibrated for all-MiniLM-L6-v2, by words alone for others */
  readonly answers?: AnswerCalibration;
  /** Memory for text revisions that citations were checked against, bytes. @default 64 MiB */
  readonly revisionCacheBytes?: number;
  /** What becomes of personal data in the log of questions: that of the documents' own stage. @default everything passes */
  readonly pii?: PiiStage;
  /** The day that `asOf` defaults to. @default today in UTC */
  readonly today?: () => string;
}

/** A row in its place, before anything is verified, folded or cited. */
export interface RankedPassage {
  readonly chunkId: string;
  readonly documentId: string;
  readonly key: string;
  readonly score: number;
}

export interface KnowledgeBaseRetriever extends Retriever {
  /**
   * All candidates in the order that `retrieve` takes them in, without citations, folding and log: for measuring. Never shown
   * to anybody: nothing in it is verified.
   */
  rank(request: RetrieveRequest, options?: CallOptions): Promise<readonly RankedPassage[]>;
  /** What `answer` would judge by, for calibrating. Leaves no trace in the log. */
  evidence(request: RetrieveRequest, options?: CallOptions): Promise<AnswerEvidence>;
  /** Why a document is not among the passages of a request. */
  explainAbsence(request: RetrieveRequest, documentId: string, options?: CallOptions): Promise<AbsenceExplanation>;
}

const REVISION_CACHE_BYTES = 64 * 1024 * 1024;
/** Times that a question is asked in all when publications keep changing the store meanwhile. */
const ATTEMPTS = 3;
/** Passages that an answer is looked for in. */
const ANSWER_PASSAGES = 8;

interface Attempt {
  readonly ranking: Ranking;
  readonly watermark: number;
}

interface Found {
  readonly passages: readonly Passage[];
  readonly verified: readonly VerifiedPassage[];
  readonly unverified: number;
  readonly watermark: number;
  readonly ranking: Ranking;
}

class HybridRetriever implements KnowledgeBaseRetriever {
  readonly #parts: RetrieverOptions;
  readonly #fusion: FusionParameters;
  readonly #calibration: AnswerCalibration;
  readonly #rerankWeight: number;
  readonly #terms = new TermCache();
  readonly #verifier: CitationVerifier;
  readonly #today: () => string;

  constructor(options: RetrieverOptions) {
    const { rerankWeight = 1, revisionCacheBytes = REVISION_CACHE_BYTES } = options;
    if (!(rerankWeight >= 0 && rerankWeight <= 1))
      throw new GroundworkError("INVALID_CONFIGURATION", `rerankWeight: expected 0 to 1, found ${rerankWeight}.`);
    if (!(revisionCacheBytes >= 0))
      throw new GroundworkError(
        "INVALID_CONFIGURATION",
        `revisionCacheBytes: expected a number of bytes, found ${revisionCacheBytes}.`,
      );
    this.#parts = options;
    this.#rerankWeight = rerankWeight;
    this.#fusion = options.fusion ?? fusionFor(options.embedder.modelId);
    this.#calibration = options.answers ?? calibrationFor(options.embedder.modelId);
    this.#verifier = new CitationVerifier(options.catalog, new RevisionCache(options.artifacts, revisionCacheBytes));
    this.#today = options.today ?? (() => new Date().toISOString().slice(0, 10));
  }

  async retrieve(request: RetrieveRequest, options: CallOptions = {}): Promise<RetrieveResult> {
    const checked = checkRequest(request);
    const scope = scopeOf(request, this.#today());
    const stopwatch = new Stopwatch();
    const found = await this.#find(checked, scope, stopwatch, options);
    const answerId = await this.#log(checked, scope, found.verified, options);
    const { passages, unverified, watermark, ranking } = found;
    return {
      query: request.query,
      passages,
      unverified,
      watermark,
      answerId,
      ...(checked.explain
        ? {
            explanation: {
              scope: scope.filter,
              filter: scope.caller,
              lists: ranking.lists,
              denseWeight: ranking.denseWeight,
              timings: stopwatch.timings,
            },
          }
        : {}),
    };
  }

  async answer(request: RetrieveRequest, options: CallOptions = {}): Promise<Answer> {
    const checked = checkRequest(request);
    const scope = scopeOf(request, this.#today());
    const { found, answer } = await this.#answer(checked, scope, options);
    const { claims, confidence, answered } = answer;
    const cited = new Set(claims.flatMap((claim) => claim.citations.map((citation) => citation.chunkId)));
    const used = found.verified.filter(({ row }, index) => index < checked.limit || cited.has(row.chunkId));
    return {
      query: request.query,
      answered,
      claims,
      confidence,
      passages: found.passages.slice(0, checked.limit),
      answerId: await this.#log(checked, scope, used, options),
    };
  }

  async evidence(request: RetrieveRequest, options: CallOptions = {}): Promise<AnswerEvidence> {
    const { answer } = await this.#answer(checkRequest(request), scopeOf(request, this.#today()), options);
    return answer.evidence;
  }

  async #answer(
    checked: CheckedRequest,
    scope: Scope,
    options: CallOptions,
  ): Promise<{ readonly found: Found; readonly answer: ExtractedAnswer }> {
    const wider = { ...checked, limit: Math.max(checked.limit, ANSWER_PASSAGES) };
    const found = await this.#find(wider, scope, new Stopwatch(), options);
    const answer = await extractAnswer(
      { query: checked.query, passages: found.verified.slice(0, ANSWER_PASSAGES), ranking: found.ranking },
      { embedder: this.#parts.embedder, calibration: this.#calibration, cache: this.#terms },
      options,
    );
    return { found, answer };
  }

  async rank(request: RetrieveRequest, options: CallOptions = {}): Promise<readonly RankedPassage[]> {
    const checked = checkRequest(request);
    const scope = scopeOf(request, this.#today());
    const { ranking } = await this.#steady(options, (watermark) =>
      this.#rank(checked, scope, new Stopwatch(), { ...options, watermark }),
    );
    return ranking.ranked.map(({ row, score }) => ({
      chunkId: row.chunkId,
      documentId: row.documentId,
      key: row.key,
      score,
    }));
  }

  async explainAbsence(
    request: RetrieveRequest,
    documentId: string,
    options: CallOptions = {},
  ): Promise<AbsenceExplanation> {
    const checked = checkRequest(request);
    const scope = scopeOf(request, this.#today());
    return this.#steady(options, async (watermark) => {
      const read = { ...options, watermark };
      const { store, catalog } = this.#parts;
      return explainAbsence(documentId, {
        request: checked,
        scope,
        catalog,
        store,
        verifier: this.#verifier,
        rank: async () => (await this.#rank(checked, scope, new Stopwatch(), read)).ranking.ranked,
        options: read,
      });
    });
  }

  /**
   * Rows that a publication replaces leave the store soon after its commit, and a search under the old watermark then finds
   * neither the old nor the new ones. So when the watermark has moved, the work is done again.
   */
  async #steady<T>(options: CallOptions, work: (watermark: number) => Promise<T>): Promise<T> {
    const { catalog } = this.#parts;
    for (let attempt = 1; ; attempt++) {
      throwIfAborted(options.signal);
      const watermark = await catalog.watermark(options);
      const result = await work(watermark);
      if (attempt >= ATTEMPTS || (await catalog.watermark(options)) === watermark) return result;
    }
  }

  async #rank(
    request: CheckedRequest,
    scope: Scope,
    stopwatch: Stopwatch,
    options: CallOptions & { readonly watermark: number },
  ): Promise<Attempt> {
    const { embedder, reranker } = this.#parts;
    const nothing = scope.principals.length === 0;
    const vector =
      request.mode === "lexical" || nothing
        ? undefined
        : await stopwatch.time("embed", () => queryVector(embedder, request.query, options));
    const found = nothing
      ? { candidates: [], lists: { union: 0 } }
      : await findCandidates(this.#parts, request, { vector, filter: scope.filter }, { ...options, stopwatch });
    throwIfAborted(options.signal);
    const fused = await stopwatch.time("fuse", () => rankCandidates(found, request, this.#fusion, this.#terms));
    const ranking =
      reranker === undefined || !request.rerank
        ? fused
        : await stopwatch.time("rerank", () => rerank(fused, request, reranker, this.#rerankWeight, options));
    return { ranking, watermark: options.watermark };
  }

  #find(request: CheckedRequest, scope: Scope, stopwatch: Stopwatch, options: CallOptions): Promise<Found> {
    return this.#steady(options, async (watermark) => {
      const read = { ...options, watermark };
      const { ranking } = await this.#rank(request, scope, stopwatch, read);
      const { selected, unverifiedIds, collapser } = await stopwatch.time("verify", () =>
        selectPassages(ranking.ranked, request, this.#verifier, scope.principals, read),
      );
      const passages = await stopwatch.time("cite", () =>
        Promise.all(
          selected.map(async ({ candidate, passage }): Promise<Passage> => {
            const { row } = passage;
            return {
              chunkId: row.chunkId,
              documentId: row.documentId,
              text: row.text,
              context: row.context,
              score: candidate.score,
              citation: citationOf(passage),
              attributes: row.attributes,
              ...(request.expand ? { parent: await expand(passage, this.#parts.store, read) } : {}),
              ...(request.explain
                ? {
                    explanation: explanationOf(
                      candidate,
                      ranking,
                      this.#parts.reranker?.modelId,
                      collapser.collapsedInto(row.chunkId),
                    ),
                  }
                : {}),
            };
          }),
        ),
      );
      return {
        passages,
        verified: selected.map(({ passage }) => passage),
        unverified: unverifiedIds.size,
        watermark,
        ranking,
      };
    });
  }

  async #log(
    request: CheckedRequest,
    scope: Scope,
    shown: readonly { readonly row: ChunkRow }[],
    options: CallOptions,
  ): Promise<string> {
    const answerId = `ans_${randomUUID().replaceAll("-", "").slice(0, 24)}`;
    const { pii } = this.#parts;
    const document = { documentId: answerId, version: "", metadata: { title: request.query }, elements: [] };
    const query = pii === undefined ? request.query : ((await pii.protect(document, options)).metadata.title ?? "");
    await this.#parts.catalog.recordAnswer(
      {
        answerId,
        at: Date.now(),
        query,
        principals: scope.principals,
        chunkIds: shown.map(({ row }) => row.chunkId),
        revisionIds: [...new Set(shown.map(({ row }) => row.revision))],
      },
      options,
    );
    return answerId;
  }
}

/**
 * Reads a knowledge base as a principal: hybrid search under the scope of the caller, fused, folded, and cited only where the
 * quote stands verbatim in the text revision that it names. The parts must be open; whoever opened them closes them.
 *
 * Errors: `INVALID_ARGUMENT` for a request of another form or a filter on a field of the scope, `UNSUPPORTED_FILTER` and other
 * errors of the parts, `ABORTED`.
 */
export function createRetriever(options: RetrieverOptions): KnowledgeBaseRetriever {
  return new HybridRetriever(options);
}
