import { decodeChunks, encodeChunks } from "@groundwork/contracts";
import type { RecordBatch } from "apache-arrow";
import type { ProcessedDocument } from "./work-item.ts";

/**
 * The record batches that hold the rows of these documents and no others. Documents that were prepared together share a batch
 * and are published together, so as a rule that is the batches themselves; a batch of which some documents were left out is
 * made anew.
 */
export function groupBatches(documents: readonly ProcessedDocument[]): RecordBatch[] {
  const wanted = new Map<RecordBatch, { start: number; end: number }[]>();
  for (const { publication } of documents) {
    for (const { batch, start, end } of publication?.rows ?? []) {
      const ranges = wanted.get(batch);
      if (ranges === undefined) wanted.set(batch, [{ start, end }]);
      else ranges.push({ start, end });
    }
  }
  return [...wanted].map(([batch, ranges]) => {
    const rows = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
    if (rows === batch.numRows) return batch;
    return encodeChunks(ranges.flatMap(({ start, end }) => decodeChunks(batch.slice(start, end))));
  });
}
