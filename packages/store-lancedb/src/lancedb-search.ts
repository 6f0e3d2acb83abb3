import type { CallOptions, StoreHit } from "@groundwork/contracts";
import type { Table as LanceTable } from "@lancedb/lancedb";
import { read } from "./native-calls.ts";

export const VECTOR_INDEX = "vector_idx";

const ROWS_PER_PARTITION = 1_000;
/** Partitions that a query visits at least: a table of this many thousand rows is still searched whole. */
const LEAST_PROBES = 32;
const PROBED_SHARE = 1 / 8;

export function partitionsFor(rows: number): number {
  return Math.max(1, Math.ceil(rows / ROWS_PER_PARTITION));
}

/** Hits as LanceDB ordered them: best first. */
export interface Scored {
  readonly scores: Float32Array;
  chunkIdAt(index: number): string;
}

interface ResultTable {
  getChild(name: string): { get(index: number): unknown; toArray(): unknown } | null;
}

function scored(result: ResultTable, column: string): Scored {
  const ids = result.getChild("chunk_id");
  return {
    // A result without any batch has no columns either.
    scores: (result.getChild(column)?.toArray() ?? new Float32Array(0)) as Float32Array,
    chunkIdAt: (index) => ids?.get(index) as string,
  };
}

export interface DenseQuery {
  readonly vector: Float32Array;
  readonly where: string | undefined;
  readonly exact: boolean;
}

async function dense(table: LanceTable, query: DenseQuery, limit: number): Promise<Scored> {
  let search = table.query().nearestTo(query.vector).column("vector").distanceType("cosine");
  if (query.exact) search = search.bypassVectorIndex();
  else {
    const probes = Math.max(LEAST_PROBES, Math.ceil(partitionsFor(await table.countRows()) * PROBED_SHARE));
    // Without a maximum further partitions are visited until there are `limit` rows that pass the condition.
    search = search.maximumNprobes(0).minimumNprobes(probes);
  }
  search = search.select(["chunk_id", "_distance"]).limit(limit);
  if (query.where !== undefined) search = search.where(query.where);
  const { scores, chunkIdAt } = scored((await search.toArrow()) as never, "_distance");
  return { scores: scores.map((distance) => 1 - distance), chunkIdAt };
}

/** Rows fetched beyond the limit at first, and the factor by which more are fetched while they are not enough. */
const SPARE_ROWS = 32;
const FETCH_GROWTH = 16;

/**
 * The best `limit`, ties by chunk id. LanceDB orders ties as it likes, so as long as the last row fetched ties with the last
 * one wanted, more are fetched.
 */
async function best(fetch: (limit: number) => Promise<Scored>, limit: number): Promise<StoreHit[]> {
  if (limit === 0) return [];
  for (let wanted = limit + SPARE_ROWS; ; wanted *= FETCH_GROWTH) {
    const { scores, chunkIdAt } = await fetch(wanted);
    const last = scores[limit - 1] ?? Number.NEGATIVE_INFINITY;
    if (scores.length >= wanted && scores[scores.length - 1]! >= last) continue;
    const hits: StoreHit[] = [];
    for (let index = 0; index < scores.length && scores[index]! >= last; index++)
      hits.push({ chunkId: chunkIdAt(index), score: scores[index]! });
    return hits
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
