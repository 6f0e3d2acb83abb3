import type { ChunkRow } from "@groundwork/contracts";
import { encodeStoreRows, idOf, rowOf } from "@groundwork/testing/vector-store-fixtures";
import { Table, Vector } from "apache-arrow";
import { expect, test, vi } from "vitest";
import { attributeTermsColumn, MEMBER, RECORD, UNIT } from "../src/attribute-terms.ts";
import { SEARCHED_COLUMN, TERMS_COLUMN, toTableRows } from "../src/lancedb-schema.ts";

const termsOf = (row: ChunkRow): string =>
  new Table([encodeStoreRows([row])]).batches
    .map((batch) => {
      const index = batch.schema.fields.findIndex((field) => field.name === "attributes");
      const column = attributeTermsColumn(batch.data.children[index]!);
      return new TextDecoder().decode((column.values as Uint8Array).subarray(0, column.valueOffsets[1]));
    })
    .join();

test("attributes become terms: typed, unescaped, the separators replaced", () => {
  const attributes = {
    text: "plain ü",
    quoted: 'say "hi" \\ \n',
    number: -3.5,
    large: 1e21,
    yes: true,
    no: false,
    list: ["a", 'b"c'],
    none: [],
    [`odd${UNIT}key`]: `odd${RECORD}${MEMBER}value`,
  };
  expect(termsOf(rowOf(1, { attributes })).split(RECORD)).toEqual([
    "",
    `text${UNIT}splain ü`,
    `quoted${UNIT}ssay "hi" \\ \n`,
    `number${UNIT}n-3.5`,
    `large${UNIT}n1e+21`,
    `yes${UNIT}b1`,
    `no${UNIT}b0`,
    `list${UNIT}l${MEMBER}a${MEMBER}b"c${MEMBER}`,
    `none${UNIT}l${MEMBER}`,
    `odd\ufdd2key${UNIT}sodd\ufdd1\ufdd0value`,
    "",
  ]);
  expect(termsOf(rowOf(1))).toBe(RECORD);
});

test("rows of the table share the buffers of the batch: vectors and texts are not copied", () => {
  const batch = encodeStoreRows(Array.from({ length: 100 }, (_, index) => rowOf(index)));
  const rows = toTableRows(batch, 8);
  const buffer = (table: Table, name: string): ArrayBufferLike => {
    const data = table.getChild(name)!.data[0]!;
    return (data.children[0] ?? data).values.buffer;
  };
  const source = new Table([batch]);
  for (const name of ["vector", "text", "chunk_id", "tokens"]) expect(buffer(rows, name)).toBe(buffer(source, name));
});

test("a parent, and a row without a vector, is not searched", () => {
  const rows = [rowOf(0, { context: "Title" }), rowOf(1, { role: "parent" }), rowOf(2), rowOf(3)];
  const batch = encodeStoreRows(rows, [
    new Float32Array(8).fill(1),
    new Float32Array(8).fill(1),
    null,
    new Float32Array(8).fill(1),
  ]);
  const table = toTableRows(new Table([batch.slice(0, 1), batch.slice(1, 4)]), 8);
  const column = (name: string): unknown[] => Array.from({ length: 4 }, (_, index) => table.getChild(name)!.get(index));
  expect(column(SEARCHED_COLUMN)).toEqual([true, false, false, true]);
  expect(column("vector").map((vector) => vector !== null)).toEqual([true, false, false, true]);
  expect(column("chunk_id")).toEqual([0, 1, 2, 3].map(idOf));
  expect(column(TERMS_COLUMN)).toEqual([RECORD, RECORD, RECORD, RECORD]);
});

test("no value of a row is read into JavaScript on its way in", () => {
  const rows = Array.from({ length: 2_000 }, (_, index) => rowOf(index, { attributes: { level: "x" } }));
  const batch = encodeStoreRows(rows);
  const spies = [
    vi.spyOn(TextDecoder.prototype, "decode"),
    vi.spyOn(JSON, "parse"),
    vi.spyOn(Vector.prototype, "get"),
    vi.spyOn(Uint8Array.prototype, "subarray"),
  ];
  try {
    expect(toTableRows(batch, 8).numRows).toBe(2_000);
    // A few for the columns, none for the rows.
    for (const spy of spies) expect(spy.mock.calls.length).toBeLessThan(200);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
});
