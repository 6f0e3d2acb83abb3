import type { CallOptions } from "./call-options.ts";
import type { DocumentMetadata } from "./document.ts";
import type { SerializedError } from "./errors.ts";
import type { StageIdentity } from "./fingerprint.ts";
import type { Permissions } from "./source.ts";
import type { PiiActionName } from "./text-revision.ts";

/**
 * `live`: answered from; `stale`: the source could not be read last time, the last version still answers; `hidden`: the
 * source refuses to show it, nobody may read it; `failed`: never published, see its dead letter; `deleted`: a tombstone.
 */
export type DocumentState = "live" | "stale" | "hidden" | "failed" | "deleted";

export interface CatalogDocument {
  readonly documentId: string;
  readonly sourceId: string;
  readonly key: string;
  readonly uri: string;
  readonly state: DocumentState;
  /** Of the last version that was tried; `liveRevision` is what answers. */
  readonly version?: string;
  readonly hint?: string;
  readonly mediaType?: string;
  /** Bytes. */
  readonly size?: number;
  readonly metadata?: DocumentMetadata;
  readonly permissions: Permissions;
  /** Fingerprint of everything that made the live rows: extraction, enrichment, PII, chunker, embedder, metadata, permissions. */
  readonly fingerprint?: string;
  readonly liveRevision?: string;
  readonly chunks: number;
  readonly parentId?: string;
  readonly movedFrom?: string;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
}

export interface CatalogRevision {
  readonly revisionId: string;
  readonly documentId: string;
  readonly version: string;
  /** Key in the `ArtifactStore`. */
  readonly artifact: string;
  readonly metadata: DocumentMetadata;
  readonly mediaType: string;
  readonly extraction: string;
  readonly chunker: string;
  readonly embedder: string;
  readonly chunks: number;
  /** Personal data in its text, each type and action once. Absent when none was found. */
  readonly findings?: readonly FindingCount[];
  readonly publishedFrom: number;
  readonly publishedTo?: number;
  readonly runId: string;
}

/** How many values of a type stand in a text, and what was done with them. */
export interface FindingCount {
  readonly type: string;
  readonly action: PiiActionName;
  readonly count: number;
}

/** Personal data of one type in a document that answers now. */
export interface DocumentFinding extends FindingCount {
  readonly documentId: string;
  readonly revisionId: string;
}

export type OutcomeStatus =
  | "added"
  | "changed"
  | "deleted"
  | "unchanged"
  | "moved"
  | "hidden"
  | "stale"
  | "failed"
  | "empty"
  | "skipped";

/** What became of one document in one run. */
export interface DocumentOutcome {
  readonly documentId: string;
  readonly key: string;
  readonly status: OutcomeStatus;
  readonly error?: SerializedError;
  readonly stage?: string;
  readonly warnings?: readonly { readonly code: string; readonly message: string; readonly page?: number }[];
  readonly pages?: number;
  readonly chunks?: number;
  /** Chunks that had to be embedded (the rest came from a cache). */
  readonly embedded?: number;
  /** Time that reading, enriching and cutting this document took; of one that failed, from its opening on. */
  readonly milliseconds?: number;
}

export interface RunRecord {
  readonly runId: string;
  readonly kind: "ingest" | "reconcile" | "maintain" | "erase" | "import";
  readonly status: "running" | "completed" | "completed_with_errors" | "aborted" | "failed";
  readonly startedAt: number;
  readonly finishedAt?: number;
  /** Fingerprint of the whole configuration. */
  readonly configuration: string;
  readonly stages: readonly StageIdentity[];
  readonly counts?: Readonly<Record<string, number>>;
}

/** A document that could not be processed; it stays until it succeeds, is deleted at its source, or is dismissed. */
export interface DeadLetter {
  readonly documentId: string;
  readonly sourceId: string;
  readonly key: string;
  readonly version?: string;
  readonly error: SerializedError;
  readonly stage: string;
  readonly attempts: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly runId: string;
}

export interface LineageEdge {
  readonly fromKind: string;
  readonly fromId: string;
  readonly toKind: string;
  readonly toId: string;
  readonly runId: string;
  readonly fingerprint?: string;
}

/** Rights to do something that only one process may do at a time. */
export interface Lease {
  readonly name: string;
  /** Grows with each holder: write it beside what the lease protects, to fence off a holder that was thought dead. */
  readonly token: number;
  /** Extends the lease; throws `LEASE_LOST` when another holder has taken over. */
  renew(options?: CallOptions): Promise<void>;
  release(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface PublicationCommit {
  readonly documents: readonly CatalogDocument[];
  readonly revisions: readonly CatalogRevision[];
  /** Revisions that this publication retires (their `publishedTo` becomes the sequence). */
  readonly retired: readonly string[];
  /** Revisions whose rows are gone for good. */
  readonly purged?: readonly string[];
  readonly outcomes: readonly DocumentOutcome[];
  readonly deadLetters?: readonly DeadLetter[];
  /** Document ids whose dead letters are settled. */
  readonly settled?: readonly string[];
  readonly edges: readonly LineageEdge[];
}

export interface OpenPublication {
  readonly sequence: number;
  readonly runId: string;
  readonly startedAt: number;
  /** The lease-like heartbeat of its writer: a publication is abandoned once this is in the past. */
  readonly expiresAt: number;
}

export interface AnswerRecord {
  readonly answerId: string;
  readonly at: number;
  /** As protected by the PII stage. */
  readonly query: string;
  readonly principals: readonly string[];
  readonly chunkIds: readonly string[];
  readonly revisionIds: readonly string[];
}

/**
 * The ledger: documents, revisions, runs, outcomes, dead letters, edges, leases, publication sequence.
 *
 * - Several processes may use it at once. A call that must wait waits (up to 10 s), then throws `CATALOG_BUSY` (retryable).
 * - `open` creates or migrates; a newer format is `FORMAT_TOO_NEW`, damage `CATALOG_CORRUPT`.
 * - Publication: `beginPublication` issues the next sequence and leaves it open; `commitPublication` writes everything in one
 *   transaction and closes it; `abortPublication` closes it without a trace (its rows must be gone from the store first).
 *   The watermark is the highest closed sequence with none open below it; it never falls. Committing or aborting a sequence
 *   that is not open throws `STORE_CONFLICT`.
 * - Upserts by their ids; readers get plain data; iterations are bounded in memory and see one consistent state.
 */
export interface Catalog {
  readonly name: string;
  open(options?: CallOptions): Promise<void>;

  getDocument(documentId: string, options?: CallOptions): Promise<CatalogDocument | undefined>;
  /** Documents by their ids, in one call; ids that are not there are left out. */
  getDocuments(documentIds: readonly string[], options?: CallOptions): Promise<ReadonlyMap<string, CatalogDocument>>;
  /** Ids of the documents whose last version is one of these, ascending, by version: where else the same bytes are. */
  findVersions(versions: readonly string[], options?: CallOptions): Promise<ReadonlyMap<string, readonly string[]>>;
  /** In ascending order of (sourceId, key), tombstones included unless `states` says otherwise. */
  listDocuments(
    query?: {
      readonly sourceId?: string;
      readonly keyPrefix?: string;
      readonly states?: readonly DocumentState[];
      readonly version?: string;
      readonly parentId?: string;
    },
    options?: CallOptions,
  ): AsyncIterable<CatalogDocument>;
  getRevision(revisionId: string, options?: CallOptions): Promise<CatalogRevision | undefined>;
  listRevisions(documentId: string, options?: CallOptions): Promise<readonly CatalogRevision[]>;
  /**
   * Which documents that answer now (`live`, `stale`) hold which personal data, in ascending order of (sourceId, key, type, action). What
   * was stored without a PII stage is not known and not among them.
   */
  listFindings(
    query?: { readonly documentId?: string; readonly sourceId?: string; readonly types?: readonly string[] },
    options?: CallOptions,
  ): AsyncIterable<DocumentFinding>;
  /** Hints, stale and hidden marks and other changes that publish nothing. */
  updateDocuments(documents: readonly CatalogDocument[], options?: CallOptions): Promise<void>;

  startRun(run: RunRecord, options?: CallOptions): Promise<void>;
  finishRun(run: RunRecord, options?: CallOptions): Promise<void>;
  getRun(runId: string, options?: CallOptions): Promise<RunRecord | undefined>;
  /** Newest first. */
  listRuns(query?: { readonly limit?: number }, options?: CallOptions): Promise<readonly RunRecord[]>;
  listOutcomes(runId: string, options?: CallOptions): AsyncIterable<DocumentOutcome>;
  /** Outcomes and dead letters of documents that publish nothing. */
  recordOutcomes(
    runId: string,
    record: {
      readonly outcomes: readonly DocumentOutcome[];
      readonly documents?: readonly CatalogDocument[];
      readonly deadLetters?: readonly DeadLetter[];
      readonly settled?: readonly string[];
    },
    options?: CallOptions,
  ): Promise<void>;
  listDeadLetters(query?: { readonly sourceId?: string }, options?: CallOptions): AsyncIterable<DeadLetter>;

  beginPublication(runId: string, options?: CallOptions & { readonly ttlMs?: number }): Promise<number>;
  /** Extends `expiresAt`. */
  touchPublication(sequence: number, ttlMs: number, options?: CallOptions): Promise<void>;
  commitPublication(sequence: number, commit: PublicationCommit, options?: CallOptions): Promise<void>;
  abortPublication(sequence: number, options?: CallOptions): Promise<void>;
  openPublications(options?: CallOptions): Promise<readonly OpenPublication[]>;
  watermark(options?: CallOptions): Promise<number>;

  /** Edges from or to a node, or all of a run. */
  listEdges(
    query: {
      readonly fromKind?: string;
      readonly fromId?: string;
      readonly toKind?: string;
      readonly toId?: string;
      readonly runId?: string;
    },
    options?: CallOptions,
  ): AsyncIterable<LineageEdge>;
  recordAnswer(answer: AnswerRecord, options?: CallOptions): Promise<void>;
  /** Answers that used a revision, newest first. */
  listAnswers(
    query: { readonly revisionId?: string; readonly limit?: number },
    options?: CallOptions,
  ): Promise<readonly AnswerRecord[]>;

  /**
   * Waits up to `waitMs` (default 0) for the lease, then throws `LEASE_HELD` (retryable). A lease not renewed within `ttlMs`
   * (default 30,000) is free for others. A holder that names itself `HOST:PID` and whose process is gone from this host may be
   * taken for dead at once.
   */
  acquireLease(
    name: string,
    options?: CallOptions & { readonly ttlMs?: number; readonly waitMs?: number; readonly holder?: string },
  ): Promise<Lease>;

  /** Small settings that belong to the knowledge base (format version, embedder in use). */
  getSetting(name: string, options?: CallOptions): Promise<string | undefined>;
  setSetting(name: string, value: string, options?: CallOptions): Promise<void>;
  close(): Promise<void>;
}
