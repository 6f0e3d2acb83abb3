import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { CallOptions } from "@groundwork/contracts";
import { WordIndex } from "@groundwork/word-index";
import type { Connection, Table as LanceTable } from "@lancedb/lancedb";
import { lancedbError } from "./lancedb-errors.ts";
import type { ResolvedLancedbOptions } from "./lancedb-options.ts";
import { checkTableSchema, tableSchema } from "./lancedb-schema.ts";
import { loadLancedb } from "./load-lancedb.ts";
import { migrateTable } from "./migrate-table.ts";
import { commit, read } from "./native-calls.ts";
import { settleWords } from "./settle-words.ts";

export interface OpenedTable {
  readonly name: string;
  readonly connection: Connection;
  readonly table: LanceTable;
  /** Words of the rows that are searched. */
  readonly words: WordIndex;
}

async function openRows(
  connection: Connection,
  name: string,
  dimensions: number,
  options: CallOptions | undefined,
): Promise<LanceTable> {
  const names = await read("list the tables of the store", options, () => connection.tableNames({ limit: 10_000 }));
  if (!names.includes(name))
    await commit("create the table", options, () =>
      connection.createEmptyTable(name, tableSchema(dimensions) as never, { mode: "create", existOk: true }),
    );
  const table = await read("open the table", options, () => connection.openTable(name));
  await migrateTable(table, options);
  const schema = await read("read the table's columns", options, () => table.schema());
  checkTableSchema(schema, dimensions);
  return table;
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
  let words: WordIndex | undefined;
  try {
    const table = await openRows(connection, name, dimensions, options);
    words = await WordIndex.open({ path: join(path, `${name}.words.sqlite`) }, options);
    await settleWords(table, words, options);
    return { name, connection, table, words };
  } catch (error) {
    words?.close();
    connection.close();
    throw error;
  }
}
