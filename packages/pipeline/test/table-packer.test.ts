import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type DocumentElement, renderTableText, type TableData } from "@groundwork/contracts";
import { expect, test } from "vitest";
import { TablePacker } from "../src/table-packer.ts";

function tableOf(rows: number, cellText: (row: number, column: number) => string, more: Partial<TableData> = {}) {
  const table: TableData = {
    rows,
    columns: 5,
    cells: Array.from({ length: rows * 5 }, (_, index) => {
      const [row, column] = [Math.floor(index / 5), index % 5];
      return { row, column, text: cellText(row, column), ...(row === 0 ? { header: true } : {}) };
    }).filter(({ text }) => text !== ""),
    ...more,
  };
  return { kind: "table", text: renderTableText(table), table } satisfies DocumentElement;
}

const CASES = {
  plain: tableOf(40, (row, column) => `${row}/${column}`),
  "with gaps": tableOf(40, (row, column) => ((row + column) % 3 === 0 ? "" : `v${row}`)),
  "with a separator inside": tableOf(40, (row) => (row === 7 ? "a | b" : "x")),
  "with lines inside": tableOf(40, (row) => (row === 7 ? "a\nb" : "x")),
  "with a header of before": tableOf(40, () => "x", { continuedHeader: [["a", "b"]] }),
};

test.each(Object.entries(CASES))("a table %s says the same when it is packed", (_, element) => {
  const packer = new TablePacker(20);
  const [packed] = packer.pack([element]);
  expect(packed!.table).not.toBe(element.table);
  const { rows, columns, cells, continuedHeader } = packed!.table!;
  expect({ rows, columns, cells, ...(continuedHeader === undefined ? {} : { continuedHeader }) }).toEqual(
    element.table,
  );
  expect(JSON.parse(JSON.stringify(packed))).toEqual(element);
});

test("tables of a small document stay as they are", () => {
  const element = tableOf(10, () => "x");
  expect(new TablePacker().pack([element])[0]).toBe(element);
});

test("packed tables take little more than their text", () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  const packer = new TablePacker(0);
  const held: DocumentElement[] = [];
  gc();
  const before = process.memoryUsage().heapUsed;
  for (let slice = 0; slice < 100; slice++)
    held.push(...packer.pack([tableOf(200, (row, column) => `${slice}:${row}:${column}`)]));
  gc();
  const characters = held.reduce((sum, { text }) => sum + text.length, 0);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(characters * 3);
  expect(held.every(({ table }) => table!.cells.length === 1000)).toBe(true);
});
