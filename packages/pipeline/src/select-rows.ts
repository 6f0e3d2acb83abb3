import { decodeChunks, encodeChunks } from "@groundwork/contracts";
import type { RecordBatch } from "apache-arrow";

/** The rows of a batch of `chunks.v1` that `wanted` names, or `undefined` when there are none. */
export function selectRows(batch: RecordBatch, wanted: (row: number) => boolean): RecordBatch | undefined {
  const rows = decodeChunks(batch).filter((_, row) => wanted(row));
  if (rows.length === 0) return undefined;
  return rows.length === batch.numRows ? batch : encodeChunks(rows);
}
