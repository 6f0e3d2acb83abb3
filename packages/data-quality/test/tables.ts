import { type ChunkRow, encodeChunks } from "@groundwork/contracts";
import { type RecordBatch, Table, vectorFromArray } from "apache-arrow";

type Column = readonly (string | number | boolean | null)[];

/** A table of plain columns, one batch. Whole numbers become float64. */
export function table(columns: Readonly<Record<string, Column>>): RecordBatch[] {
  return new Table(
    Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, vectorFromArray([...values])])),
  ).batches as RecordBatch[];
}

/** Rows of `chunks.v1`. */
export function chunks(...rows: readonly Partial<ChunkRow>[]): RecordBatch {
  return encodeChunks(
    rows.map(
      (row, index): ChunkRow => ({
        chunkId: `chk_${index}`,
        documentId: "doc_a",
        version: "v",
        revision: "r",
        publishedFrom: 1,
        ordinal: index,
        text: "",
        context: "",
        tokens: 1,
        charStart: 0,
        charEnd: 0,
        sectionPath: [],
        boxes: [],
        piiTypes: [],
        allow: [],
        deny: [],
        sourceId: "s",
        key: "k",
        uri: "file:///k",
        mediaType: "text/plain",
        tags: [],
        attributes: {},
        contentHash: "h",
        runId: "run",
        ...row,
      }),
    ),
  );
}
