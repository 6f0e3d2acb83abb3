import {
  type CallOptions,
  FILTER_OPERATORS,
  GroundworkError,
  type ReadOptions,
  throwIfAborted,
  type VectorStore,
} from "@groundwork/contracts";
import type { RecordBatch, Table } from "apache-arrow";
import { deleteRows, stampRows, writeRows } from "./change-rows.ts";
import { Connections } from "./connections.ts";
import { checkedBatches, uniqueChunkIds } from "./encode-rows.ts";
import { whereOf } from "./filter-to-sql.ts";
import { maintainTable } from "./maintain-table.ts";
import { type OpenedTable, openTable } from "./open-table.ts";
import { type PostgresStoreOptions, type ResolvedPostgresOptions, resolvePostgresOptions } from "./postgres-options.ts";
import { getRows, scanRows } from "./read-rows.ts";
import { scoreChunks } from "./score-chunks.ts";
import { readPrincipals, searchLists } from "./search-lists.ts";
import { SqlParameters } from "./sql-parameters.ts";
import { resultSchema } from "./table-layout.ts";

const NAME = "postgres";
/** A write is one transaction; larger ones are hardly quicker and hold their locks longer. */
const MAX_ROWS_PER_WRITE = 4_096;

function invalid(message: string): GroundworkError {
  return new GroundworkError("INVALID_ARGUMENT", message, { store: NAME });
}

function checkVector(vector: Float32Array | undefined, dimensions: number): void {
  if (vector === undefined) return;
  let sum = 0;
  for (const value of vector) sum += value * value;
  if (vector.length !== dimensions || !Number.isFinite(sum) || sum === 0)
    throw invalid(`Expected a query vector of ${dimensions} finite numbers that is not zero, found ${vector.length}.`);
}

class PostgresStore implements VectorStore {
  readonly name: string = NAME;
  readonly capabilities: VectorStore["capabilities"];
  readonly #options: ResolvedPostgresOptions;
  readonly #connections: Connections;
  #opened: OpenedTable | undefined;
  #closed = false;

  constructor(options: PostgresStoreOptions) {
    this.#options = resolvePostgresOptions(options);
    this.#connections = new Connections(this.#options);
    this.capabilities = {
      lexical: "bm25",
      filters: FILTER_OPERATORS,
      scoring: true,
      exactUpTo: this.#options.exactUpTo,
      maxRowsPerWrite: MAX_ROWS_PER_WRITE,
      concurrentWriters: true,
    };
  }

  #check(options: CallOptions | undefined): OpenedTable {
    throwIfAborted(options?.signal, { store: NAME });
    if (this.#closed) throw invalid("Expected an open store, found a closed one. Make a new store and open it.");
    if (this.#opened === undefined) throw invalid("Expected open() before any other call.");
    return this.#opened;
  }

  async open({ dimensions }: { readonly dimensions: number }, options?: CallOptions): Promise<void> {
    throwIfAborted(options?.signal, { store: NAME });
    if (this.#closed) throw invalid("Expected a new store, found a closed one. Make a new store and open it.");
    if (!Number.isSafeInteger(dimensions) || dimensions < 1)
      throw invalid(`Expected dimensions of at least 1, found ${dimensions}.`);
    if (this.#opened?.dimensions === dimensions) return;
    if (this.#opened !== undefined)
      throw new GroundworkError(
        "SCHEMA_MISMATCH",
        `Expected ${this.#opened.dimensions} dimensions, found ${dimensions}.`,
        {
          store: NAME,
        },
      );
    this.#opened = await openTable(this.#connections, this.#options, dimensions, options);
  }

  async write(rows: RecordBatch | Table, options?: CallOptions): Promise<{ readonly rows: number }> {
    const opened = this.#check(options);
    const batches = checkedBatches(rows, opened.dimensions);
    const chunkIds = uniqueChunkIds(batches);
    if (chunkIds.length > 0) await writeRows(opened, batches, chunkIds, options);
    return { rows: chunkIds.length };
  }

  async stamp(
    filter: Parameters<VectorStore["stamp"]>[0],
    { publishedTo }: { readonly publishedTo: number | null },
    options?: CallOptions,
  ): Promise<{ readonly rows: number }> {
    const opened = this.#check(options);
    if (publishedTo !== null && !Number.isSafeInteger(publishedTo))
      throw invalid(`Expected publishedTo as an integer or null, found ${publishedTo}.`);
    return { rows: await stampRows(opened, filter, publishedTo, options) };
  }

  async deleteBy(
    filter: Parameters<VectorStore["deleteBy"]>[0],
    options?: CallOptions,
  ): Promise<{ readonly rows: number }> {
    return { rows: await deleteRows(this.#check(options), filter, options) };
  }

  async search(
    request: Parameters<VectorStore["search"]>[0],
    options?: ReadOptions,
  ): ReturnType<VectorStore["search"]> {
    const opened = this.#check(options);
    const { vector, text, limit } = request;
    checkVector(vector, opened.dimensions);
    if (!Number.isSafeInteger(limit) || limit < 0) throw invalid(`Expected limit as a whole number, found ${limit}.`);
    if (vector === undefined && text === undefined) return {};
    return searchLists(opened, request, options);
  }

  async score(request: Parameters<VectorStore["score"]>[0], options?: ReadOptions): ReturnType<VectorStore["score"]> {
    const opened = this.#check(options);
    checkVector(request.vector, opened.dimensions);
    return scoreChunks(opened, request, options);
  }

  async get(
    chunkIds: readonly string[],
    options?: ReadOptions & { readonly columns?: readonly string[] },
  ): Promise<Table> {
    const opened = this.#check(options);
    return getRows(opened, chunkIds, resultSchema(options?.columns, opened.dimensions), options);
  }

  async *scan(
    filter?: Parameters<VectorStore["scan"]>[0],
    options?: ReadOptions & { readonly columns?: readonly string[] },
  ): AsyncGenerator<RecordBatch> {
    const opened = this.#check(options);
    yield* scanRows(opened, filter, resultSchema(options?.columns, opened.dimensions), options);
  }

  async count(filter?: Parameters<VectorStore["count"]>[0], options?: ReadOptions): Promise<number> {
    const opened = this.#check(options);
    const parameters = new SqlParameters();
    const where = whereOf(parameters, filter, options?.watermark);
    const principals = readPrincipals(opened, filter);
    return this.#connections.read(
      "count rows",
      { principals, tables: [opened.names.rows] },
      options,
      async (session) => {
        const { rows } = await session.query({
          text: `SELECT count(*)::float8 AS count FROM ${opened.names.rows} WHERE ${where}`,
          values: parameters.values as unknown[],
        });
        return (rows[0] as { count: number }).count;
      },
    );
  }

  async maintain(options?: CallOptions & { readonly purge?: boolean }): ReturnType<VectorStore["maintain"]> {
    return maintainTable(this.#check(options), options);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#connections.close();
  }
}

/**
 * Vector store on PostgreSQL with pgvector 0.8 or later: one table, written with binary COPY, searched with HNSW or exactly.
 *
 * Up to `exactUpTo` rows, and where few rows pass the filter, the dense list is exact; else, once `maintain` has built the index, it is
 * approximate with exact scores. The lexical list is BM25 (k1 1.2, b 0.75) over context and text with English stemming and stop
 * words. `close` waits for the calls under way.
 */
export function postgresStore(options: PostgresStoreOptions): VectorStore {
  return new PostgresStore(options);
}
