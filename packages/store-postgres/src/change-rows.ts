import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type CallOptions, type Filter, GroundworkError } from "@groundwork/contracts";
import type { RecordBatch } from "apache-arrow";
import { from as copyFrom } from "pg-copy-streams";
import type { Session } from "./connections.ts";
import { COPIED_COLUMNS, type EncodedWords, encodeRows } from "./encode-rows.ts";
import { whereOf } from "./filter-to-sql.ts";
import type { OpenedTable } from "./open-table.ts";
import { termNumber } from "./row-words.ts";
import { SqlParameters } from "./sql-parameters.ts";

/** Deletes the rows of a condition, and takes their words out of the statistics. */
async function deleteWhere(
  session: Session,
  { names }: OpenedTable,
  where: string,
  parameters: SqlParameters,
): Promise<number> {
  const { rows } = await session.query({
    text: `WITH gone AS (DELETE FROM ${names.rows} WHERE ${where} RETURNING terms, term_total),
      fewer AS (INSERT INTO ${names.words} SELECT term, -count(*)::integer FROM gone, unnest(gone.terms) AS term GROUP BY term),
      less AS (INSERT INTO ${names.totals}
        SELECT -count(terms), -coalesce(sum(term_total), 0), count(*) FROM gone HAVING count(*) > 0)
      SELECT count(*)::integer AS rows FROM gone`,
    values: parameters.values as unknown[],
  });
  return (rows[0] as { rows: number }).rows;
}

async function addWords(session: Session, { names }: OpenedTable, words: EncodedWords): Promise<void> {
  if (words.searched === 0) return;
  await session.query(`INSERT INTO ${names.words} SELECT * FROM unnest($1::bigint[], $2::integer[])`, [
    Array.from(words.texts.keys(), (term) => String(termNumber(term))),
    [...words.texts.values()],
  ]);
  await session.query(`INSERT INTO ${names.totals} VALUES ($1, $2, 0)`, [words.searched, words.terms]);
}

/** Replaces the rows of some keys by the batches, in one transaction. */
export function writeRows(
  opened: OpenedTable,
  batches: readonly RecordBatch[],
  chunkIds: readonly string[],
  options: CallOptions | undefined,
): Promise<void> {
  const { connections, names, dimensions } = opened;
  return connections.write("write rows", options, async (session) => {
    const parameters = new SqlParameters();
    await deleteWhere(session, opened, `chunk_id = ANY (${parameters.texts(chunkIds)})`, parameters);
    const words: EncodedWords = { texts: new Map(), searched: 0, terms: 0 };
    const copy = session.query(copyFrom(`COPY ${names.rows} (${COPIED_COLUMNS}) FROM STDIN (FORMAT binary)`));
    const pieces = encodeRows(batches, dimensions, opened.options.vectorType, words);
    await pipeline(Readable.from(pieces, { objectMode: true, highWaterMark: 1 }), copy);
    if (copy.rowCount !== chunkIds.length)
      throw new GroundworkError(
        "ROW_COUNT_MISMATCH",
        `Expected ${chunkIds.length} rows for as many keys of the batch, the server took ${copy.rowCount}. Write the batch again.`,
        { store: "postgres", retryable: true },
      );
    await addWords(session, opened, words);
  });
}

/** Deletes the rows that match. Returns their number. */
export function deleteRows(opened: OpenedTable, filter: Filter, options: CallOptions | undefined): Promise<number> {
  const parameters = new SqlParameters();
  const where = whereOf(parameters, filter, undefined);
  return opened.connections.write("delete rows", options, (session) => deleteWhere(session, opened, where, parameters));
}

/** Sets or clears `published_to` of the rows that match. Returns their number. */
export function stampRows(
  opened: OpenedTable,
  filter: Filter,
  publishedTo: number | null,
  options: CallOptions | undefined,
): Promise<number> {
  const parameters = new SqlParameters();
  const value = parameters.add(publishedTo === null ? null : String(publishedTo), "bigint");
  const where = whereOf(parameters, filter, undefined);
  return opened.connections.write("stamp rows", options, async (session) => {
    const text = `UPDATE ${opened.names.rows} SET published_to = ${value} WHERE ${where}`;
    return (await session.query({ text, values: parameters.values as unknown[] })).rowCount ?? 0;
  });
}
