import type { CallOptions } from "./call-options.ts";
import type { Attributes } from "./document.ts";
import type { Box, ElementLocation } from "./element.ts";
import type { Filter } from "./filter.ts";

/** Who asks. Groups are as the caller's identity provider says; nothing in a query can widen them. */
export interface Principal {
  readonly user?: string;
  readonly groups?: readonly string[];
}

/** The principal strings that rows name in `allow` and `deny`. */
export function principalNames(principal: Principal): string[] {
  return [
    ...(principal.user === undefined ? [] : [`user:${principal.user}`]),
    ...(principal.groups ?? []).map((group) => `group:${group}`),
  ];
}

/** A quote as a principal may see it for a purpose; the text that was checked, with its offsets, stays the protected one. */
export interface RevealedQuote {
  readonly text: string;
  /** Pseudonyms and hashes in the quote in whose place something else stands now. */
  readonly revealed: number;
  /** Those that stay: the purpose does not reach their type, the vault no longer holds them, or two values share the token. */
  readonly withheld: number;
}

/** Where a passage stands, checked against the canonical text before it is shown. */
export interface Citation {
  readonly documentId: string;
  readonly version: string;
  readonly revisionId: string;
  readonly sourceUri: string;
  readonly title?: string;
  readonly mediaType: string;
  /** Page of the quote's first character; all pages it touches in `pages`. Absent for media without pages. */
  readonly page?: number;
  readonly pages: readonly number[];
  /** Boxes of the quoted words, not of the chunk. */
  readonly boxes: readonly Box[];
  /** In the canonical text: `text.slice(charStart, charEnd) === quote`. */
  readonly charStart: number;
  readonly charEnd: number;
  readonly quote: string;
  /** Set when the request asked to reveal. */
  readonly revealed?: RevealedQuote;
  readonly sectionPath: readonly string[];
  readonly location?: ElementLocation;
  readonly startMs?: number;
  readonly endMs?: number;
  readonly effectiveFrom?: string;
  readonly effectiveTo?: string;
  readonly chunkId: string;
  readonly extractor: string;
  readonly embeddingModel: string;
  readonly runId: string;
}

export interface ListScore {
  /** 1-based; absent when the list did not bring it (its score was then computed for it). */
  readonly rank?: number;
  readonly score: number;
  /** After normalisation over the candidates. */
  readonly normalized: number;
}

/** Why a passage is where it is. */
export interface PassageExplanation {
  readonly dense?: ListScore;
  readonly lexical?: ListScore;
  readonly denseWeight: number;
  readonly fused: number;
  readonly fusedRank: number;
  readonly rerank?: { readonly model: string; readonly score: number };
  readonly collapsed?: readonly {
    readonly chunkId: string;
    readonly documentId: string;
    readonly similarity: number;
  }[];
}

export interface Passage {
  readonly chunkId: string;
  readonly documentId: string;
  readonly text: string;
  readonly context: string;
  /** 0..1 over this answer's candidates: an order, not a probability. */
  readonly score: number;
  readonly citation: Citation;
  /** The passage with its surroundings, when parent expansion was asked for. */
  readonly parent?: { readonly text: string; readonly charStart: number; readonly charEnd: number };
  readonly attributes: Attributes;
  readonly explanation?: PassageExplanation;
}

export interface RetrieveRequest {
  readonly query: string;
  /** Absent: the local owner of a knowledge base whose sources carry no permissions. */
  readonly principal?: Principal;
  /** @default 5 */
  readonly limit?: number;
  readonly filter?: Filter;
  /** Only what was in force on this day (`YYYY-MM-DD`); documents that state no dates always pass. @default today */
  readonly asOf?: string;
  /** @default "hybrid" */
  readonly mode?: "hybrid" | "dense" | "lexical";
  /** Candidates per list before fusion. @default 100 */
  readonly candidates?: number;
  /** Give the surrounding parent with each passage. @default false */
  readonly expand?: boolean;
  /** Fold near-duplicates into the best of them. @default true */
  readonly collapse?: boolean;
  /** @default true */
  readonly rerank?: boolean;
  /** @default false */
  readonly explain?: boolean;
  /**
   * Shows what pseudonyms and hashes in the quotes stand for, as far as the vault tells this principal for this purpose. Each value is
   * on record. @default quotes are as they are stored
   */
  readonly reveal?: { readonly purpose: string };
}

export interface RetrieveResult {
  readonly query: string;
  readonly passages: readonly Passage[];
  /** Passages that were left out because their quote could not be verified: a store that disagrees with its artefacts. */
  readonly unverified: number;
  readonly watermark: number;
  readonly explanation?: RetrieveExplanation;
  /** Id of the entry in the retrieval log. */
  readonly answerId: string;
}

export interface RetrieveExplanation {
  readonly scope: Filter | undefined;
  readonly filter: Filter | undefined;
  readonly lists: { readonly dense?: number; readonly lexical?: number; readonly union: number };
  readonly denseWeight: number;
  readonly timings: Readonly<Record<string, number>>;
}

/** Why a document is not among the passages. */
export interface AbsenceExplanation {
  readonly documentId: string;
  readonly reason:
    | "not-in-catalog"
    | "not-live"
    | "out-of-scope"
    | "filtered"
    | "not-in-force"
    | "no-match"
    | "below-limit"
    | "collapsed"
    | "present";
  readonly detail: string;
  readonly bestRank?: number;
}

/** One sentence of an answer with what it stands on. */
export interface Claim {
  readonly text: string;
  readonly citations: readonly Citation[];
  readonly score: number;
}

export interface Answer {
  readonly query: string;
  /** `false`: the corpus does not answer, and `claims` is empty. */
  readonly answered: boolean;
  readonly claims: readonly Claim[];
  readonly passages: readonly Passage[];
  /** 0..1, how sure it is that the corpus answers. */
  readonly confidence: number;
  readonly answerId: string;
}

/** Reads the knowledge base as a principal. */
export interface Retriever {
  retrieve(request: RetrieveRequest, options?: CallOptions): Promise<RetrieveResult>;
  answer(request: RetrieveRequest, options?: CallOptions): Promise<Answer>;
}
