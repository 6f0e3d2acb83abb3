import type { CallOptions, StoreHit } from "@groundwork/contracts";
import { type Table as LanceTable, MatchQuery } from "@lancedb/lancedb";
import { LEXICAL_COLUMN } from "./lancedb-schema.ts";
import { LEXICAL_INDEX, read } from "./lancedb-table.ts";

/** Partitions of the approximate index that a query visits, and how many times `limit` it compares exactly afterwards. */
const PROBES = 24;
const REFINE = 8;

export interface Scored {
  readonly chunkIds: readonly string[];
  readonly scores: Float32Array;
}

interface ResultTable {
  readonly numRows: number;
  getChild(name: string): { get(index: number): unknown; toArray(): unknown } | null;
}

function scored(result: ResultTable, column: string, toScore: (value: number) => number): Scored {
  const ids = result.getChild("chunk_id")!;
  const values = result.getChild(column)!;
  const chunkIds = Array.from({ length: result.numRows }, (_, index) => ids.get(index) as string);
  const scores = Float32Array.from(chunkIds, (_, index) => toScore(values.get(index) as number));
  return { chunkIds, scores };
}

export interface DenseQuery {
  readonly vector: Float32Array;
  readonly where: string | undefined;
  readonly exact: boolean;
}

async function dense(table: LanceTable, query: DenseQuery, limit: number): Promise<Scored> {
  let search = table.query().nearestTo(query.vector).column("vector").distanceType("cosine");
  search = query.exact ? search.bypassVectorIndex() : search.nprobes(PROBES).refineFactor(REFINE);
  search = search.select(["chunk_id", "_distance"]).limit(limit);
  if (query.where !== undefined) search = search.where(query.where);
  return scored((await search.toArrow()) as never, "_distance", (distance) => 1 - distance);
}

/** `MatchQuery` takes words and no syntax: quotes and operators in the text are separators. */
export async function queryLexical(
  table: LanceTable,
  text: string,
  where: string | undefined,
  limit: number,
): Promise<Scored> {
  let search = table.query().fullTextSearch(new MatchQuery(text, LEXICAL_COLUMN));
  search = search.select(["chunk_id", "_score"]).limit(limit);
  if (where !== undefined) search = search.where(where);
  return scored((await search.toArrow()) as never, "_score", (score) => score);
}

/**
 * The best `limit`, ties by chunk id. LanceDB orders ties as it likes, so as long as the last row fetched ties with the last
 * one wanted, more are fetched.
 */
async function best(fetch: (limit: number) => Promise<Scored>, limit: number): Promise<StoreHit[]> {
  if (limit === 0) return [];
  for (let wanted = limit + 16; ; wanted *= 4) {
    const { chunkIds, scores } = await fetch(wanted);
    const complete = chunkIds.length < wanted || scores[chunkIds.length - 1]! < scores[limit - 1]!;
    if (!complete) continue;
    return chunkIds
      .map((chunkId, index) => ({ chunkId, score: scores[index]! }))
      .sort((a, b) => b.score - a.score || (a.chunkId < b.chunkId ? -1 : a.chunkId > b.chunkId ? 1 : 0))
      .slice(0, limit);
  }
}

export function searchDense(
  table: LanceTable,
  query: DenseQuery,
  limit: number,
  options: CallOptions | undefined,
): Promise<StoreHit[]> {
  return read("search vectors", options, () => best((wanted) => dense(table, query, wanted), limit));
}

export function searchLexical(
  table: LanceTable,
  text: string,
  where: string | undefined,
  limit: number,
  options: CallOptions | undefined,
): Promise<StoreHit[]> {
  if (text.trim() === "") return Promise.resolve([]);
  return read("search words", options, () => best((wanted) => queryLexical(table, text, where, wanted), limit));
}

export async function unindexedRows(table: LanceTable): Promise<number> {
  return (await table.indexStats(LEXICAL_INDEX))?.numUnindexedRows ?? 0;
}
