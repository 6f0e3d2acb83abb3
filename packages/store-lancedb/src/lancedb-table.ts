import { mkdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { type CallOptions, GroundworkError, throwIfAborted } from "@groundwork/contracts";
import type { Connection, Index, Table as LanceTable } from "@lancedb/lancedb";
import { lancedbError } from "./lancedb-errors.ts";
import type { ResolvedLancedbOptions } from "./lancedb-options.ts";
import { checkTableSchema, LEXICAL_COLUMN, tableSchema } from "./lancedb-schema.ts";
import { loadLancedb } from "./load-lancedb.ts";

export const LEXICAL_INDEX: string = `${LEXICAL_COLUMN}_idx`;
const STORE = { store: "lancedb" };
/** Attempts at a commit that loses against other writers; LanceDB makes several of its own within each. */
const COMMIT_ATTEMPTS = 10;
const FIRST_PAUSE_MS = 15;
const LONGEST_PAUSE_MS = 1_500;

/** Does native work and drops its result when the signal fires first: LanceDB itself cannot be stopped. */
export async function readOnce<T>(
  action: string,
  options: CallOptions | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const signal = options?.signal;
  throwIfAborted(signal, STORE);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void =>
    reject(new GroundworkError("ABORTED", "The call was aborted by its signal.", { ...STORE, cause: signal?.reason }));
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const running = work();
    running.catch(() => undefined);
    return await (signal === undefined ? running : Promise.race([running, aborted]));
  } catch (error) {
    throw lancedbError(error, action);
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/**
 * {@link readOnce}, and once more when files were missing: a purge in another process removes those of older versions, and
 * the second time the newest version is read.
 */
export async function read<T>(action: string, options: CallOptions | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await readOnce(action, options, work);
  } catch (error) {
    if (GroundworkError.isInstance(error) && error.code === "STORE_CORRUPT") return readOnce(action, options, work);
    throw error;
  }
}

/** Commits one change, again after a pause when other writers came first. An abort is heeded between attempts only. */
export async function commit<T>(action: string, options: CallOptions | undefined, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(options?.signal, STORE);
    try {
      return await work();
    } catch (error) {
      const typed = lancedbError(error, action);
      if (typed.code !== "STORE_CONFLICT" || attempt === COMMIT_ATTEMPTS) throw typed;
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
      await delay(pause * (0.5 + Math.random()));
    }
  }
}

export async function lexicalIndex(): Promise<Index> {
  const { Index } = await loadLancedb();
  return Index.fts({
    baseTokenizer: "simple",
    language: "English",
    lowercase: true,
    stem: true,
    removeStopWords: true,
    asciiFolding: true,
    withPosition: false,
  });
}

async function hasLexicalIndex(table: LanceTable): Promise<boolean> {
  return (await table.listIndices()).some((index) => index.name === LEXICAL_INDEX);
}

/** Lexical search needs its index even on a table without rows: it carries how words are cut and stemmed. */
async function ensureLexicalIndex(table: LanceTable, options: CallOptions | undefined): Promise<void> {
  await commit("create the full-text index", options, async () => {
    if (await hasLexicalIndex(table)) return;
    const config = await lexicalIndex();
    await table.createIndex(LEXICAL_COLUMN, { config, name: LEXICAL_INDEX, replace: true });
  });
}

/** Rows that the full-text index does not hold yet. LanceDB finds them too, by cutting their texts up in each query. */
export async function unindexedRows(table: LanceTable): Promise<number> {
  return (await table.indexStats(LEXICAL_INDEX))?.numUnindexedRows ?? 0;
}

export interface OpenedTable {
  readonly name: string;
  readonly connection: Connection;
  readonly table: LanceTable;
}

/** Opens the table, or makes it. Every read looks for the newest version first, so writes of other processes are seen. */
export async function openTable(
  { path, table: name, indexCacheBytes, metadataCacheBytes }: ResolvedLancedbOptions,
  dimensions: number,
  options: CallOptions | undefined,
): Promise<OpenedTable> {
  await mkdir(path, { recursive: true }).catch((error: unknown) => {
    throw lancedbError(error, "make the folder of the store");
  });
  const { connect, Session } = await loadLancedb();
  const connection = await read("open the store", options, () => {
    const session = new Session(BigInt(indexCacheBytes), BigInt(metadataCacheBytes));
    return connect(path, { readConsistencyInterval: 0, session });
  });
  try {
    const names = await read("list the tables of the store", options, () => connection.tableNames({ limit: 10_000 }));
    if (!names.includes(name))
      await commit("create the table", options, () =>
        connection.createEmptyTable(name, tableSchema(dimensions) as never, { mode: "create", existOk: true }),
      );
    const table = await read("open the table", options, () => connection.openTable(name));
    const schema = await read("read the table's columns", options, () => table.schema());
    checkTableSchema(schema, dimensions);
    await ensureLexicalIndex(table, options);
    return { name, connection, table };
  } catch (error) {
    connection.close();
    throw error;
  }
}
