import type { CallOptions } from "@groundwork/contracts";
import type { Table as LanceTable } from "@lancedb/lancedb";
import { type RecordBatch, type Schema, Table } from "apache-arrow";
import { chunkIdIn } from "./lancedb-filter.ts";
import { fromTableRows } from "./lancedb-schema.ts";
import { read } from "./native-calls.ts";

/** Ids of one condition: more would make the parser of LanceDB the slow part. */
export const IDS_PER_QUERY = 2_000;

export function sliceIds(chunkIds: readonly string[]): string[][] {
  const unique = [...new Set(chunkIds)];
  return Array.from({ length: Math.ceil(unique.length / IDS_PER_QUERY) }, (_, index) =>
    unique.slice(index * IDS_PER_QUERY, (index + 1) * IDS_PER_QUERY),
  );
}

/** Keys of the rows that match; of all rows without a condition. Reads the columns of the condition and that of keys. */
export async function readKeys(
  table: LanceTable,
  where: string | undefined,
  options: CallOptions | undefined,
): Promise<Set<string>> {
  const found = await read("read keys", options, () => {
    const query = table.query().select(["chunk_id"]);
    return (where === undefined ? query : query.where(where)).toArrow();
  });
  const column = found.getChild("chunk_id");
  const keys = new Set<string>();
  for (let index = 0; index < found.numRows; index++) keys.add(column!.get(index) as string);
  return keys;
}

interface Place {
  readonly batch: RecordBatch;
  readonly row: number;
}

/** Attempts to read by row number before the slower way: another writer may move rows between the two steps. */
const ATTEMPTS = 2;

/**
 * Where the rows of a condition stand in the newest version. Without an index on the key (LanceDB has lost rows in merges
 * that used one) this reads the column of keys, and no other.
 */
async function rowNumbers(table: LanceTable, where: string): Promise<Map<string, bigint>> {
  const found = await table.query().where(where).select(["chunk_id"]).withRowId().toArrow();
  const [keys, numbers] = [found.getChild("chunk_id")!, found.getChild("_rowid")!];
  const rows = new Map<string, bigint>();
  for (let index = 0; index < found.numRows; index++) rows.set(keys.get(index) as string, numbers.get(index) as bigint);
  return rows;
}

function placesOf(batches: readonly RecordBatch[], keys: readonly RecordBatch[]): Map<string, Place> {
  const places = new Map<string, Place>();
  keys.forEach((batch, index) => {
    const column = batch.getChild("chunk_id")!;
    for (let row = 0; row < batch.numRows; row++)
      places.set(column.get(row) as string, { batch: batches[index]!, row });
  });
  return places;
}

/** Rows that match `where`, by chunk id: their row numbers first, then only the columns of those rows. */
async function readPlaces(table: LanceTable, where: string, schema: Schema): Promise<Map<string, Place>> {
  const columns = [...new Set([...schema.fields.map((field) => field.name), "chunk_id"])];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const version = await table.version();
    const rows = await rowNumbers(table, where);
    if (rows.size === 0) return new Map();
    const found = await table
      .takeRowIds([...rows.values()])
      .select(columns)
      .toArrow()
      .catch(() => undefined);
    if (found === undefined || (await table.version()) !== version) continue;
    const batches = found.batches as unknown as RecordBatch[];
    const local = batches.map((batch) => fromTableRows(batch, schema));
    const places = placesOf(local, batches);
    if (places.size === rows.size && [...places.keys()].every((chunkId) => rows.has(chunkId))) return places;
  }
  const found = await table.query().where(where).select(columns).toArrow();
  const batches = found.batches as unknown as RecordBatch[];
  return placesOf(
    batches.map((batch) => fromTableRows(batch, schema)),
    batches,
  );
}

/** Rows in the order given, as slices of the batches that hold them: neighbours stay together, nothing is copied. */
function joinRuns(places: readonly Place[]): RecordBatch[] {
  const runs: RecordBatch[] = [];
  let start = 0;
  for (let index = 1; index <= places.length; index++) {
    const before = places[index - 1]!;
    const place = places[index];
    if (place !== undefined && place.batch === before.batch && place.row === before.row + 1) continue;
    runs.push(before.batch.slice(places[start]!.row, before.row + 1));
    start = index;
  }
  return runs;
}

/** Rows by chunk id, in the order asked for. */
export async function getRows(
  table: LanceTable,
  chunkIds: readonly string[],
  schema: Schema,
  condition: string | undefined,
  options: CallOptions | undefined,
): Promise<Table> {
  const places = new Map<string, Place>();
  for (const ids of sliceIds(chunkIds)) {
    const where = condition === undefined ? chunkIdIn(ids) : `(${chunkIdIn(ids)} AND ${condition})`;
    const found = await read("read rows", options, () => readPlaces(table, where, schema));
    for (const [chunkId, place] of found) places.set(chunkId, place);
  }
  const ordered = [...new Set(chunkIds)].map((chunkId) => places.get(chunkId)).filter((place) => place !== undefined);
  return new Table(schema, joinRuns(ordered));
}
