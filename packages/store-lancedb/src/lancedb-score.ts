import type { CallOptions, StoreScores } from "@groundwork/contracts";
import type { Table as LanceTable } from "@lancedb/lancedb";
import type { Data } from "apache-arrow";
import { chunkIdIn } from "./lancedb-filter.ts";
import { rowNumbers, sliceIds } from "./lancedb-rows.ts";
import { LEXICAL_COLUMN } from "./lancedb-schema.ts";
import { queryLexical, unindexedRows } from "./lancedb-search.ts";
import { read } from "./lancedb-table.ts";

function lengthOf(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

/**
 * Cosines of given chunks, computed here: LanceDB would compare the query with every vector of the table, whatever its
 * condition says.
 */
async function scoreDense(
  table: LanceTable,
  vector: Float32Array,
  where: string,
  scores: Map<string, number>,
): Promise<void> {
  const rows = await table.query().where(where).select(["chunk_id", "vector"]).toArrow();
  const queryLength = lengthOf(vector);
  for (const batch of rows.batches) {
    const keys = batch.getChild("chunk_id")!;
    const data = batch.getChild("vector")!.data[0] as unknown as Data;
    const values = data.children[0]!.values as Float32Array;
    for (let row = 0; row < batch.numRows; row++) {
      if (!data.getValid(row)) continue;
      const candidate = values.subarray(row * vector.length, (row + 1) * vector.length);
      const length = lengthOf(candidate) * queryLength;
      let dot = 0;
      for (let index = 0; index < vector.length; index++) dot += vector[index]! * candidate[index]!;
      scores.set(keys.get(row) as string, length === 0 ? 0 : dot / length);
    }
  }
}

/**
 * Lexical scores of given chunks. Rows outside the index are scored by LanceDB with statistics of those that pass the
 * condition, so while there are such rows the search itself is repeated without a limit and read off; else the row numbers
 * are the condition, and the scores are those of the index either way.
 */
async function scoreLexical(
  table: LanceTable,
  text: string,
  chunkIds: readonly string[],
  where: string | undefined,
): Promise<Map<string, number>> {
  const scores = new Map<string, number>();
  const words = text.trim() !== "";
  const whole = words && (await unindexedRows(table)) > 0;
  for (const ids of sliceIds(chunkIds)) {
    const condition = `(${chunkIdIn(ids)}${where === undefined ? "" : ` AND ${where}`} AND ${LEXICAL_COLUMN} IS NOT NULL)`;
    const rows = await rowNumbers(table, condition);
    for (const chunkId of rows.keys()) scores.set(chunkId, 0);
    if (!words || whole || rows.size === 0) continue;
    const found = await queryLexical(table, text, condition, rows.size);
    found.chunkIds.forEach((chunkId, index) => {
      scores.set(chunkId, found.scores[index]!);
    });
  }
  if (whole && scores.size > 0) {
    const found = await queryLexical(table, text, where, await table.countRows());
    found.chunkIds.forEach((chunkId, index) => {
      if (scores.has(chunkId)) scores.set(chunkId, found.scores[index]!);
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
    const dense = new Map<string, number>();
    if (vector !== undefined)
      for (const ids of sliceIds(chunkIds))
        await scoreDense(table, vector, `(${chunkIdIn(ids)}${where === undefined ? "" : ` AND ${where}`})`, dense);
    return {
      ...(vector === undefined ? {} : { dense }),
      ...(text === undefined ? {} : { lexical: await scoreLexical(table, text, chunkIds, where) }),
    };
  });
}
