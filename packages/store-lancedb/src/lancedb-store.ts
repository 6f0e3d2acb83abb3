import {
  type CallOptions,
  FILTER_OPERATORS,
  GroundworkError,
  type ReadOptions,
  throwIfAborted,
  type VectorStore,
} from "@groundwork/contracts";
import type { RecordBatch, Table } from "apache-arrow";
import { KnownKeys } from "./known-keys.ts";
import { filterToSql, whereOf } from "./lancedb-filter.ts";
import { maintainTable } from "./lancedb-maintenance.ts";
import { type LancedbStoreOptions, resolveLancedbOptions } from "./lancedb-options.ts";
import { getRows, readKeys } from "./lancedb-rows.ts";
import { fromTableRows, resultSchema, SEARCHED_COLUMN, toTableRows } from "./lancedb-schema.ts";
import { scoreChunks } from "./lancedb-score.ts";
import { searchDense } from "./lancedb-search.ts";
import { type OpenedTable, openTable } from "./lancedb-table.ts";
import { searchLexical } from "./lexical-search.ts";
import { commit, read, readOnce } from "./native-calls.ts";
import { dropRowless } from "./settle-words.ts";
import { isVerified, noteVerified } from "./verified-table.ts";
import { wordEntries } from "./word-entries.ts";
import { writeRows } from "./write-rows.ts";

const NAME = "lancedb";
/**
 * A write is copied several times on its way (Arrow, IPC, LanceDB's pages), and what many threads free is not given back at
 * once. From one batch of 4,096 rows to ten the peak of memory grows 1.5 times with 4,096 rows a write, 1.17 times with 2,048
 * and 1.07 times with 1,024; but each write is a fragment, and fragments make searches slow.
 */
const MAX_ROWS_PER_WRITE = 2_048;

function invalid(message: string): GroundworkError {
  return new GroundworkError("INVALID_ARGUMENT", message, { store: NAME });
}

/** Attempts at a scan whose files a purge removes before its first row. */
const SCAN_ATTEMPTS = 5;

function scanOvertaken(cause: unknown): GroundworkError {
  return new GroundworkError(
    "STORE_CONFLICT",
    "The rows being scanned were rewritten by another process, and the old ones are gone. Scan again from the start.",
    { store: NAME, retryable: true, cause },
  );
}

function checkVector(vector: Float32Array | undefined, dimensions: number): void {
  if (vector === undefined) return;
  let sum = 0;
  for (const value of vector) sum += value * value;
  if (vector.length !== dimensions || !Number.isFinite(sum) || sum === 0)
    throw invalid(`Expected a query vector of ${dimensions} finite numbers that is not zero, found ${vector.length}.`);
}

/** Ids of a batch. The only values that are read out of a batch on its way in. */
function uniqueChunkIds(rows: Table): string[] {
  const column = rows.getChild("chunk_id")!;
  const chunkIds = new Set<string>();
  for (let index = 0; index < rows.numRows; index++) {
    const chunkId = column.get(index) as string | null;
    if (chunkId === null || chunkId === "" || chunkIds.has(chunkId))
      throw invalid(`Row ${index}: expected a chunk id that occurs once in the batch, found "${chunkId}".`);
    chunkIds.add(chunkId);
  }
  return [...chunkIds];
}

class LancedbStore implements VectorStore {
  readonly name: string = NAME;
  readonly capabilities: VectorStore["capabilities"];
  readonly #options: Required<LancedbStoreOptions>;
  /** Set by `open`. Starts with the first use when the table is known to be as it was left. */
  #open: (() => Promise<OpenedTable>) | undefined;
  #opening: Promise<OpenedTable> | undefined;
  #dimensions = 0;
  #closed = false;
  readonly #known = new KnownKeys();
  /** Changes of one handle stand in line: they would only conflict with each other. */
  #line: Promise<unknown> = Promise.resolve();

  constructor(options: LancedbStoreOptions) {
    this.#options = resolveLancedbOptions(options);
    this.capabilities = {
      lexical: "bm25",
      filters: FILTER_OPERATORS,
      scoring: true,
      exactUpTo: this.#options.exactUpTo,
      maxRowsPerWrite: MAX_ROWS_PER_WRITE,
      concurrentWriters: true,
    };
  }

  #check(options: CallOptions | undefined): () => Promise<OpenedTable> {
    throwIfAborted(options?.signal, { store: NAME });
    if (this.#closed) throw invalid("Expected an open store, found a closed one. Make a new store and open it.");
    if (this.#open === undefined) throw invalid("Expected open() before any other call.");
    return this.#open;
  }

  async #opened(options: CallOptions | undefined): Promise<OpenedTable> {
    const open = this.#check(options);
    this.#opening ??= open();
    try {
      return await this.#opening;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async #table(options: CallOptions | undefined): Promise<OpenedTable["table"]> {
    return (await this.#opened(options)).table;
  }

  async #change<T>(options: CallOptions | undefined, work: (opened: OpenedTable) => Promise<T>): Promise<T> {
    this.#check(options);
    const turn = this.#line.then(async () => work(await this.#opened(options)));
    this.#line = turn.catch(() => undefined);
    return turn;
  }

  async open({ dimensions }: { readonly dimensions: number }, options?: CallOptions): Promise<void> {
    throwIfAborted(options?.signal, { store: NAME });
    if (this.#closed) throw invalid("Expected a new store, found a closed one. Make a new store and open it.");
    if (!Number.isSafeInteger(dimensions) || dimensions < 1)
      throw invalid(`Expected dimensions of at least 1, found ${dimensions}.`);
    if (this.#open !== undefined && dimensions === this.#dimensions) return;
    if (this.#open !== undefined)
      throw new GroundworkError("SCHEMA_MISMATCH", `Expected ${this.#dimensions} dimensions, found ${dimensions}.`, {
        store: NAME,
      });
    const known = await isVerified(this.#options, dimensions);
    const opened = known ? undefined : await openTable(this.#options, dimensions, options);
    if (opened !== undefined) this.#opening = Promise.resolve(opened);
    this.#open = () => openTable(this.#options, dimensions, undefined);
    this.#dimensions = dimensions;
  }

  warm(): void {
    this.#opened(undefined).catch(() => undefined);
  }

  async write(rows: RecordBatch | Table, options?: CallOptions): Promise<{ readonly rows: number }> {
    this.#check(options);
    const tableRows = toTableRows(rows, this.#dimensions);
    if (tableRows.numRows === 0) return { rows: 0 };
    const chunkIds = uniqueChunkIds(tableRows);
    const searched = tableRows.getChild(SEARCHED_COLUMN)!;
    const entries = wordEntries(tableRows, (row) => searched.get(row) === true);
    const others = chunkIds.filter((_chunkId, row) => searched.get(row) !== true);
    return this.#change(options, async (opened) => {
      const batch = await opened.words.write(entries, others, options);
      try {
        await writeRows(opened, this.#known, tableRows, chunkIds, options);
      } catch (error) {
        await dropRowless(opened.table, opened.words, batch, chunkIds).catch(() => undefined);
        throw error;
      }
      await opened.words.confirm(batch);
      return { rows: chunkIds.length };
    });
  }

  async stamp(
    filter: Parameters<VectorStore["stamp"]>[0],
    { publishedTo }: { readonly publishedTo: number | null },
    options?: CallOptions,
  ): Promise<{ readonly rows: number }> {
    if (publishedTo !== null && !Number.isSafeInteger(publishedTo))
      throw invalid(`Expected publishedTo as an integer or null, found ${publishedTo}.`);
    return this.#change(options, async ({ table }) => {
      const where = filterToSql(filter);
      const rows = await read("count rows", options, () => table.countRows(where));
      if (rows === 0) return { rows };
      const value = publishedTo === null ? "CAST(NULL AS BIGINT)" : String(publishedTo);
      const result = await commit("stamp rows", options, () =>
        table.update({ where, valuesSql: { published_to: value } }),
      );
      this.#known.committed(Number(result.version), []);
      return { rows: Number(result.rowsUpdated) };
    });
  }

  async deleteBy(
    filter: Parameters<VectorStore["deleteBy"]>[0],
    options?: CallOptions,
  ): Promise<{ readonly rows: number }> {
    return this.#change(options, async ({ table, words }) => {
      const where = filterToSql(filter);
      const chunkIds = [...(await readKeys(table, where, options))];
      if (chunkIds.length === 0) return { rows: 0 };
      await words.remove(chunkIds, options);
      const result = await commit("delete rows", options, () => table.delete(where));
      this.#known.committed(Number(result.version), []);
      return { rows: Number(result.numDeletedRows) };
    });
  }

  async search(
    request: Parameters<VectorStore["search"]>[0],
    options?: ReadOptions,
  ): ReturnType<VectorStore["search"]> {
    const opened = await this.#opened(options);
    const { vector, text, limit, filter, exact = false } = request;
    checkVector(vector, this.#dimensions);
    if (!Number.isSafeInteger(limit) || limit < 0) throw invalid(`Expected limit as a whole number, found ${limit}.`);
    const where = whereOf(filter, options?.watermark);
    const [dense, lexical] = await Promise.all([
      vector === undefined ? undefined : searchDense(opened.table, { vector, where, exact }, limit, options),
      text === undefined ? undefined : searchLexical(opened, text, where, limit, options),
    ]);
    return { ...(dense === undefined ? {} : { dense }), ...(lexical === undefined ? {} : { lexical }) };
  }

  async score(request: Parameters<VectorStore["score"]>[0], options?: ReadOptions): ReturnType<VectorStore["score"]> {
    const opened = await this.#opened(options);
    const { chunkIds, vector, text, filter } = request;
    checkVector(vector, this.#dimensions);
    return scoreChunks(opened, { chunkIds, vector, text, where: whereOf(filter, options?.watermark) }, options);
  }

  async get(
    chunkIds: readonly string[],
    options?: ReadOptions & { readonly columns?: readonly string[] },
  ): Promise<Table> {
    const table = await this.#table(options);
    const schema = resultSchema(options?.columns, this.#dimensions);
    return getRows(table, chunkIds, schema, whereOf(undefined, options?.watermark), options);
  }

  async *scan(
    filter?: Parameters<VectorStore["scan"]>[0],
    options?: ReadOptions & { readonly columns?: readonly string[] },
  ): AsyncGenerator<RecordBatch> {
    const table = await this.#table(options);
    const schema = resultSchema(options?.columns, this.#dimensions);
    const where = whereOf(filter, options?.watermark);
    for (let attempt = 1; ; attempt++) {
      const version = await read("read the table's version", options, () => table.version());
      let query = table.query().select(schema.fields.map((field) => field.name));
      if (where !== undefined) query = query.where(where);
      const batches = query[Symbol.asyncIterator]();
      let given = false;
      try {
        for (;;) {
          const next = await readOnce("scan rows", options, () => batches.next());
          if (next.done === true) return;
          const batch = fromTableRows(next.value as never, schema);
          for (let start = 0; start < batch.numRows; start += MAX_ROWS_PER_WRITE) {
            given = true;
            yield batch.slice(start, Math.min(start + MAX_ROWS_PER_WRITE, batch.numRows));
          }
        }
      } catch (error) {
        // A purge in another process removes the files of older versions: what is missing may be missing rightly.
        const lost = GroundworkError.isInstance(error) && error.code === "STORE_CORRUPT";
        if (!lost || (await table.version()) === version) throw error;
        if (given) throw scanOvertaken(error);
        if (attempt === SCAN_ATTEMPTS) throw error;
      } finally {
        await batches.return?.();
      }
    }
  }

  async count(filter?: Parameters<VectorStore["count"]>[0], options?: ReadOptions): Promise<number> {
    const table = await this.#table(options);
    const where = whereOf(filter, options?.watermark);
    return read("count rows", options, () => table.countRows(where));
  }

  maintain(options?: CallOptions & { readonly purge?: boolean }): ReturnType<VectorStore["maintain"]> {
    return this.#change(options, (opened) => maintainTable(opened, this.#options, options));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#line;
    const opened = await this.#opening?.catch(() => undefined);
    if (opened === undefined) return;
    const version = await opened.table.version().catch(() => undefined);
    if (version !== undefined) await noteVerified(this.#options, this.#dimensions, Number(version));
    opened.words.close();
    opened.table.close();
    opened.connection.close();
  }
}

/**
 * Vector store on an embedded LanceDB table: one folder on a local disk, no server, several processes at once.
 *
 * Up to `exactUpTo` rows the dense list is exact; above it, once `maintain` has built the index, it is approximate with exact
 * scores. The lexical list is BM25 (k1 1.2, b 0.75) over context and text with English stemming and stop words, from
 * a word index in a file beside the table.
 */
export function lancedbStore(options: LancedbStoreOptions): VectorStore {
  return new LancedbStore(options);
}
