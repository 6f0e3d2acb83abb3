import type { ChunkRow } from "@groundwork/contracts";
import type { RecordBatch } from "apache-arrow";
import { expect, test } from "vitest";
import { RowCollector } from "../src/row-collector.ts";

const row = (chunkId: string): ChunkRow => ({
  chunkId,
  documentId: "d",
  version: "v",
  revision: "r",
  publishedFrom: 0,
  ordinal: 0,
  text: "t",
  context: "",
  charStart: 0,
  charEnd: 1,
  tokens: 1,
  sectionPath: [],
  boxes: [],
  contentHash: "h",
  piiTypes: [],
  allow: [],
  deny: [],
  sourceId: "s",
  key: "k",
  uri: "u",
  mediaType: "text/plain",
  tags: [],
  attributes: {},
  runId: "",
});

const ids = (batches: readonly RecordBatch[]): string[] =>
  batches.flatMap((batch) => [...batch.getChild("chunk_id")!] as string[]);

test.each([10, 5000])("%d rows of a document that fails leave none behind, and those before it stay", (count) => {
  const batches: RecordBatch[] = [];
  const rows = new RowCollector((batch) => batches.push(batch));
  rows.together(() => rows.add(row("before")));
  expect(() =>
    rows.together(() => {
      for (let index = 0; index < count; index++) rows.add(row(`failed ${index}`));
      throw new Error("a chunker's defect");
    }),
  ).toThrow("a chunker's defect");
  rows.together(() => rows.add(row("after")));
  rows.flush();
  expect(ids(batches)).toEqual(["before", "after"]);
});

test("rows of a long document come in several batches, in order", () => {
  const batches: RecordBatch[] = [];
  const rows = new RowCollector((batch) => batches.push(batch));
  const expected = Array.from({ length: 5000 }, (_, index) => `row ${index}`);
  rows.together(() => {
    for (const id of expected) rows.add(row(id));
  });
  rows.flush();
  expect(batches.length).toBeGreaterThan(1);
  expect(ids(batches)).toEqual(expected);
});
