import type { RecordBatch, Table } from "apache-arrow";
import type { CallOptions } from "./call-options.ts";
import type { Filter, FilterOperator } from "./filter.ts";

/** What a store can do, as data: earlier stages read it and adapt, none asks which store it is. */
export interface StoreCapabilities {
  /** `bm25`: scores comparable over queries; `rank`: an order only; `none`: a `LexicalIndex` stands beside it. */
  readonly lexical: "bm25" | "rank" | "none";
  readonly filters: readonly FilterOperator[];
  /** `score` works. */
  readonly scoring: boolean;
  /** Rows up to which search is exact by default. */
  readonly exactUpTo: number;
  /** Largest batch that a write should carry. */
  readonly maxRowsPerWrite: number;
  /** Several processes may write at once. */
  readonly concurrentWriters: boolean;
}

/**
 * Rows that a reader may see: published at or below the watermark and not retired at or below it. Writers leave it out
 * and see every row.
 */
export interface ReadOptions extends CallOptions {
  readonly watermark?: number;
}

export interface StoreSearchRequest {
  /** Dense query, `dimensions` long, L2-normalised. Without it there is no dense list. */
  readonly vector?: Float32Array;
  /** Lexical query in plain words (no syntax: operators in it are text). Without it there is no lexical list. */
  readonly text?: string;
  /** Most hits per list. */
  readonly limit: number;
  /** Scope and caller's filter together. It is applied inside the search, never to a finished top list. */
  readonly filter?: Filter;
  /** Search every vector even where an approximate index exists. @default false */
  readonly exact?: boolean;
}

export interface StoreHit {
  readonly chunkId: string;
  /** Higher is better. Dense: cosine similarity, -1..1. Lexical: BM25 (or the store's rank score), above 0. */
  readonly score: number;
}

export interface StoreSearchResult {
  /** Best first; equal scores by chunk id. Absent when not asked for. */
  readonly dense?: readonly StoreHit[];
  readonly lexical?: readonly StoreHit[];
}

export interface StoreScores {
  /** Cosine similarity by chunk id. Ids that are not in the store are absent. */
  readonly dense?: ReadonlyMap<string, number>;
  /** Lexical score by chunk id, on the scale of `search`; 0 when no word matches. */
  readonly lexical?: ReadonlyMap<string, number>;
}

/**
 * Keeps the rows of `chunks.v1` with a `vector` column, and searches them.
 *
 * Defaults that hold for every store:
 * - `open` creates what is missing and checks what is there: other dimensions or a newer format is a typed error
 *   (`SCHEMA_MISMATCH`, `FORMAT_TOO_NEW`), damage is `STORE_CORRUPT`. Every other call needs it.
 * - `write`: the key is `chunkId`; a key that is there is replaced; a key twice in one batch is `INVALID_ARGUMENT`; an empty
 *   batch writes nothing. When it returns, the rows are durable and visible to `search`, `get` and `count`; their number was
 *   verified, else `ROW_COUNT_MISMATCH`. It is all or nothing per call.
 * - Rows with role `parent` or without a vector are kept and returned by `get`, never by `search`.
 * - `deleteBy` with no match deletes nothing and returns 0. `stamp` changes only publication columns.
 * - Any call after `close` is `INVALID_ARGUMENT`; closing twice is allowed.
 * - Row objects are never made on the way in: batches stay Arrow.
 */
export interface VectorStore {
  readonly name: string;
  readonly capabilities: StoreCapabilities;
  open(schema: { readonly dimensions: number }, options?: CallOptions): Promise<void>;
  /**
   * Begins to load what the next call would wait for, and returns at once: who knows that rows will come soon says so. What
   * fails is left to that call.
   */
  warm?(): void;
  /** Rows of `CHUNKS_WITH_VECTOR_SCHEMA`. */
  write(rows: RecordBatch | Table, options?: CallOptions): Promise<{ readonly rows: number }>;
  /** Sets `publishedTo` (or clears it with `null`) on all rows that match. Returns the number of rows changed. */
  stamp(
    filter: Filter,
    values: { readonly publishedTo: number | null },
    options?: CallOptions,
  ): Promise<{ readonly rows: number }>;
  deleteBy(filter: Filter, options?: CallOptions): Promise<{ readonly rows: number }>;
  search(request: StoreSearchRequest, options?: ReadOptions): Promise<StoreSearchResult>;
  /** Exact scores of given chunks for a query: what fusion needs for hits that only one list has. */
  score(
    request: {
      readonly chunkIds: readonly string[];
      readonly vector?: Float32Array;
      readonly text?: string;
      readonly filter?: Filter;
    },
    options?: ReadOptions,
  ): Promise<StoreScores>;
  /** Rows by chunk id, in the order asked for, absent ids left out. `columns` of the schema; `vector` only when named. */
  get(chunkIds: readonly string[], options?: ReadOptions & { readonly columns?: readonly string[] }): Promise<Table>;
  /** All rows that match, in batches of at most `maxRowsPerWrite`, in no promised order. */
  scan(filter?: Filter, options?: ReadOptions & { readonly columns?: readonly string[] }): AsyncIterable<RecordBatch>;
  count(filter?: Filter, options?: ReadOptions): Promise<number>;
  /**
   * Compaction, index building, removal of old physical versions. `purge` makes deleted rows unreadable on the medium.
   * Runs under the catalog's maintenance lease; safe to stop at any time.
   */
  maintain(
    options?: CallOptions & { readonly purge?: boolean },
  ): Promise<{ readonly compacted: boolean; readonly indexed: boolean }>;
  close(): Promise<void>;
}

/** The companion of a store whose `capabilities.lexical` is `none`: same keys, scope, publication and deletes. */
export type LexicalIndex = Pick<
  VectorStore,
  "name" | "open" | "write" | "stamp" | "deleteBy" | "count" | "maintain" | "close"
> & {
  search(
    request: Omit<StoreSearchRequest, "vector" | "exact">,
    options?: ReadOptions,
  ): Promise<Pick<StoreSearchResult, "lexical">>;
  score(
    request: { readonly chunkIds: readonly string[]; readonly text: string; readonly filter?: Filter },
    options?: ReadOptions,
  ): Promise<Pick<StoreScores, "lexical">>;
};
