import type { CallOptions, StoreScores } from "@groundwork/contracts";
import type { Table as LanceTable } from "@lancedb/lancedb";
import type { Data } from "apache-arrow";
import { chunkIdIn } from "./lancedb-filter.ts";
import { sliceIds } from "./lancedb-rows.ts";
import type { OpenedTable } from "./lancedb-table.ts";
import { scoreLexical } from "./lexical-search.ts";
import { read } from "./native-calls.ts";

function lengthOf(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

function cosine(a: Float32Array, aLength: number, b: Float32Array): number {
  const length = aLength * lengthOf(b);
  if (length === 0) return 0;
  let dot = 0;
  for (let index = 0; index < a.length; index++) dot += a[index]! * b[index]!;
  return dot / length;
}

/**
 * The vectors of those given chunks that are searched at all. Cosines are computed from them here: LanceDB would compare the
 * query with every vector of the table, whatever its condition says.
 */
async function readVectors(
  table: LanceTable,
  chunkIds: readonly string[],
  where: string | undefined,
): Promise<Map<string, Float32Array>> {
  const vectors = new Map<string, Float32Array>();
  for (const ids of sliceIds(chunkIds)) {
    const condition = where === undefined ? chunkIdIn(ids) : `(${chunkIdIn(ids)} AND ${where})`;
    const rows = await table.query().where(condition).select(["chunk_id", "vector"]).toArrow();
    for (const batch of rows.batches) {
      const keys = batch.getChild("chunk_id")!;
      const data = batch.getChild("vector")!.data[0] as unknown as Data;
      const values = data.children[0]!.values as Float32Array;
      const size = (data.type as unknown as { readonly listSize: number }).listSize;
      for (let row = 0; row < batch.numRows; row++)
        if (data.getValid(row)) vectors.set(keys.get(row) as string, values.subarray(row * size, (row + 1) * size));
    }
  }
  return vectors;
}

export async function scoreChunks(
  opened: OpenedTable,
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
    const vectors = await readVectors(opened.table, chunkIds, where);
    const length = vector === undefined ? 0 : lengthOf(vector);
    const dense = new Map<string, number>();
    if (vector !== undefined)
      for (const [chunkId, candidate] of vectors) dense.set(chunkId, cosine(vector, length, candidate));
    const lexical = text === undefined ? undefined : await scoreLexical(opened, text, [...vectors.keys()], options);
    return { ...(vector === undefined ? {} : { dense }), ...(lexical === undefined ? {} : { lexical }) };
  });
}
