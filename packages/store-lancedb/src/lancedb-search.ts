import type { CallOptions, StoreHit, StoreScores } from "@groundwork/contracts";
import { type Table as LanceTable, MatchQuery } from "@lancedb/lancedb";
import { chunkIdIn } from "./lancedb-filter.ts";
import { LEXICAL_COLUMN } from "./lancedb-schema.ts";
import { LEXICAL_INDEX, read } from "./lancedb-table.ts";

/** Ids of one condition: more would make the parser of LanceDB the slow part. */
export const IDS_PER_QUERY = 2_000;
/** Partitions of the approximate index that a query visits, and how many times `limit` it compares exactly afterwards. */
const PROBES = 24;
const REFINE = 8;

interface Scored {
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
async function lexical(table: LanceTable, text: string, where: string | undefined, limit: number): Promise<Scored> {
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
  return read("search words", options, () => best((wanted) => lexical(table, text, where, wanted), limit));
}

export async function unindexedRows(table: LanceTable): Promise<number> {
  return (await table.indexStats(LEXICAL_INDEX))?.numUnindexedRows ?? 0;
}

function slices(chunkIds: readonly string[]): string[][] {
  const unique = [...new Set(chunkIds)];
  return Array.from({ length: Math.ceil(unique.length / IDS_PER_QUERY) }, (_, index) =>
    unique.slice(index * IDS_PER_QUERY, (index + 1) * IDS_PER_QUERY),
  );
}

function and(left: string, right: string | undefined): string {
  return right === undefined ? left : `(${left} AND ${right})`;
}

async function scoreDense(
  table: LanceTable,
  vector: Float32Array,
  chunkIds: readonly string[],
  where: string | undefined,
): Promise<Map<string, number>> {
  const scores = new Map<string, number>();
  for (const ids of slices(chunkIds)) {
    const query = { vector, where: and(chunkIdIn(ids), where), exact: true };
    const found = await dense(table, query, ids.length);
    found.chunkIds.forEach((chunkId, index) => {
      scores.set(chunkId, found.scores[index]!);
    });
  }
  return scores;
}

/**
 * Lexical scores of given chunks. Rows outside the index are scored by LanceDB with statistics of those that pass the
 * condition, so while there are such rows the search itself is repeated without a limit and read off; else the ids are
 * the condition, and the scores are those of the index either way.
 */
async function scoreLexical(
  table: LanceTable,
  text: string,
  chunkIds: readonly string[],
  where: string | undefined,
): Promise<Map<string, number>> {
  const scores = new Map<string, number>();
  const words = text.trim() !== "";
  const wanted = new Set(chunkIds);
  const whole = words && (await unindexedRows(table)) > 0;
  if (whole) {
    const found = await lexical(table, text, where, Math.max(await table.countRows(), 1));
    found.chunkIds.forEach((chunkId, index) => {
      if (wanted.has(chunkId)) scores.set(chunkId, found.scores[index]!);
    });
  }
  for (const ids of slices(chunkIds)) {
    const condition = and(chunkIdIn(ids), where);
    const present = and(`${LEXICAL_COLUMN} IS NOT NULL`, condition);
    const known = await table.query().where(present).select(["chunk_id"]).toArrow();
    const column = known.getChild("chunk_id")!;
    for (let index = 0; index < known.numRows; index++)
      if (!scores.has(column.get(index))) scores.set(column.get(index), 0);
    if (!words || whole) continue;
    const found = await lexical(table, text, condition, ids.length);
    found.chunkIds.forEach((chunkId, index) => {
      scores.set(chunkId, found.scores[index]!);
    });
  }
  return scores;
}

export async function scoreChunks(
  table: LanceTable,
  request: {
    readonly chunkIds: readonly string[];
    readonly vector: Float32Array | undefined;
    readonly text: string | undefined;
    readonly where: string | undefined;
  },
  options: CallOptions | undefined,
): Promise<StoreScores> {
  const { chunkIds, vector, text, where } = request;
  return read("score chunks", options, async () => {
    const [denseScores, lexicalScores] = await Promise.all([
      vector === undefined ? undefined : scoreDense(table, vector, chunkIds, where),
      text === undefined ? undefined : scoreLexical(table, text, chunkIds, where),
    ]);
    return {
      ...(denseScores === undefined ? {} : { dense: denseScores }),
      ...(lexicalScores === undefined ? {} : { lexical: lexicalScores }),
    };
  });
}
