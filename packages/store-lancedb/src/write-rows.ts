import { type CallOptions, GroundworkError } from "@groundwork/contracts";
import type { Table } from "apache-arrow";
import type { KnownKeys } from "./known-keys.ts";
import { chunkIdIn } from "./lancedb-filter.ts";
import { sliceIds } from "./lancedb-rows.ts";
import type { OpenedTable } from "./lancedb-table.ts";
import { commit, read } from "./native-calls.ts";

async function countIds({ table }: OpenedTable, chunkIds: readonly string[]): Promise<number> {
  let count = 0;
  for (const ids of sliceIds(chunkIds))
    count += await read("count the rows written", undefined, () => table.countRows(chunkIdIn(ids)));
  return count;
}

/** Rows that one version has more than the version before; `undefined` when one of them was removed meanwhile. */
async function growth({ connection, name }: OpenedTable, version: number): Promise<number | undefined> {
  const rowsAt = async (at: number): Promise<number> => {
    const table = await connection.openTable(name, undefined, { version: at });
    try {
      return await table.countRows();
    } finally {
      table.close();
    }
  };
  try {
    return (await rowsAt(version)) - (await rowsAt(version - 1));
  } catch {
    return undefined;
  }
}

async function merge({ table }: OpenedTable, rows: Table, options: CallOptions | undefined): Promise<number> {
  const result = await commit("write rows", options, () =>
    table
      .mergeInsert("chunk_id")
      .whenMatchedUpdateAll()
      .whenNotMatchedInsertAll()
      .execute(rows as never),
  );
  return Number(result.version);
}

/** Rows found for the keys of the batch. */
async function countWritten(
  opened: OpenedTable,
  version: number,
  alone: boolean,
  chunkIds: readonly string[],
): Promise<number> {
  const grown = alone ? await growth(opened, version) : undefined;
  return grown ?? countIds(opened, chunkIds);
}

/** Attempts at {@link removeTwins}: another writer may be doing the same. */
const ATTEMPTS = 5;

/**
 * Leaves the newest row of each key. One commit that touches only rows with a newer twin, so no reader misses a key, and
 * two writers that do it at once agree on which row stays.
 */
async function removeTwins(opened: OpenedTable, chunkIds: readonly string[]): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const newest = new Map<string, bigint>();
    const older: bigint[] = [];
    for (const ids of sliceIds(chunkIds)) {
      const query = opened.table.query().where(chunkIdIn(ids)).select(["chunk_id"]).withRowId();
      const found = await read("look for rows of one key", undefined, () => query.toArrow());
      const [keys, numbers] = [found.getChild("chunk_id"), found.getChild("_rowid")];
      for (let index = 0; index < found.numRows; index++) {
        const key = keys!.get(index) as string;
        const number = numbers!.get(index) as bigint;
        const other = newest.get(key);
        if (other !== undefined && other > number) {
          older.push(number);
          continue;
        }
        if (other !== undefined) older.push(other);
        newest.set(key, number);
      }
    }
    if (older.length === 0) return newest.size;
    const where = `_rowid IN (${older.join(",")}) AND (${sliceIds(chunkIds).map(chunkIdIn).join(" OR ")})`;
    await commit("remove rows that are there twice", undefined, () => opened.table.delete(where));
  }
  return countIds(opened, chunkIds);
}

/**
 * Writes a batch in one commit and counts, because LanceDB has been seen to miss keys in a merge and to say nothing.
 *
 * New keys, nearly all there are, are appended; a batch that may replace something is merged. After an append to the version
 * in which the keys were not, the table must have grown by the batch, which costs no look at its rows; else each key is
 * counted. Two rows of one key, which two processes can leave that write a new key at the same moment, are made one.
 */
export async function writeRows(
  opened: OpenedTable,
  known: KnownKeys,
  rows: Table,
  chunkIds: readonly string[],
  options: CallOptions | undefined,
): Promise<void> {
  const { table } = opened;
  const before = await read("look for known keys", options, () => known.versionWithout(table, chunkIds));
  const version =
    before === undefined
      ? await merge(opened, rows, options)
      : Number((await commit("write rows", options, () => table.add(rows as never))).version);
  known.committed(version, chunkIds);
  const expected = chunkIds.length;
  let found = await countWritten(opened, version, version - 1 === before, chunkIds);
  if (found > expected) found = await removeTwins(opened, chunkIds);
  if (found !== expected)
    throw new GroundworkError(
      "ROW_COUNT_MISMATCH",
      `Expected ${expected} rows in the table for as many keys of the batch, found ${found}. Write the batch again.`,
      { store: "lancedb", retryable: true },
    );
}
