import { expect, test } from "vitest";
import { compoundFileOf } from "./compound-file-of.ts";
import { readElements } from "./read-all.ts";

const record = (type: number, data: Uint8Array): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(type, 0);
  head.writeUInt16LE(data.length, 2);
  return Buffer.concat([head, data]);
};
const words = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, index * 2);
  return bytes;
};
const text = (shown: string): Buffer =>
  Buffer.concat([words(shown.length), Buffer.from([0]), Buffer.from(shown, "latin1")]);
const font = (color: number): Buffer => record(0x31, words(200, 0, color, 400, 0, 0, 0, 0));
/** A cell format: font, number format, pattern (0 none, 1 solid) and color of the fill. */
const format = (fontIndex: number, number: number, pattern = 0, color = 64): Buffer => {
  const data = Buffer.alloc(20);
  data.writeUInt16LE(fontIndex, 0);
  data.writeUInt16LE(number, 2);
  data.writeUInt32LE((pattern << 26) >>> 0, 14);
  data.writeUInt16LE(color | (65 << 7), 18);
  return record(0xe0, data);
};
const label = (row: number, column: number, style: number, shown: string): Buffer =>
  record(0x204, Buffer.concat([words(row, column, style), text(shown)]));
const folded = (row: number): Buffer => record(0x208, words(row, 0, 9, 255, 0, 0, 0x20, 0));

function bookOf(sheet: readonly Buffer[]): Uint8Array {
  const fonts = [font(0x7fff), font(9), font(10)];
  // Plain; white letters; white on black; red on red of the palette; a number format that shows nothing.
  const formats = [format(0, 0), format(1, 0), format(1, 0, 1, 8), format(2, 0, 1, 10), format(0, 200)];
  const palette = record(0x92, Buffer.from([3, 0, 0, 0, 0, 0, 255, 255, 255, 0, 200, 0, 0, 0]));
  const hidden = record(0x41e, Buffer.concat([words(200), text(";;;")]));
  const head = [record(0x809, words(0x600, 5, 0, 0)), ...fonts, hidden, ...formats, palette];
  const name = Buffer.concat([Buffer.from([4, 0]), Buffer.from("Data")]);
  const sheetHead = (offset: number): Buffer =>
    record(0x85, Buffer.concat([words(offset & 0xffff, offset >> 16, 0), name]));
  const end = record(0x0a, Buffer.alloc(0));
  const offset = Buffer.concat([...head, sheetHead(0), end]).length;
  const stream = Buffer.concat([
    ...head,
    sheetHead(offset),
    end,
    record(0x809, words(0x600, 0x10, 0, 0)),
    ...sheet,
    end,
  ]);
  return compoundFileOf({ Workbook: Buffer.concat([stream, Buffer.alloc(4096)]) });
}

const read = async (...sheet: readonly Buffer[]): Promise<unknown> =>
  (await readElements(bookOf(sheet)))
    .slice(1)
    .map(({ kind, text: shown, location, attributes }) => [
      kind,
      shown,
      location?.range,
      ...(attributes === undefined ? [] : [attributes]),
    ]);

test("cells that nobody sees follow the table", async () => {
  expect(
    await read(
      ...[label(0, 0, 0, "Grade"), label(0, 1, 0, "Limit"), label(1, 0, 0, "a"), label(1, 1, 2, "white on black")],
      ...[label(1, 3, 1, "white on paper"), label(1, 4, 3, "red on red"), label(1, 5, 4, "no format")],
    ),
  ).toEqual([
    ["table", "Grade | Limit\na | white on black", "A1:B2"],
    ["paragraph", "white on paper | red on red", "D2:E2", { hidden: "color" }],
    ["paragraph", "no format", "F2", { hidden: "invisible" }],
  ]);
});

test("rows and columns that are folded away are named", async () => {
  const rows = [0, 1, 2].flatMap((row) => [0, 1].map((column) => label(row, column, 0, `${row}${column}x`)));
  expect(await read(record(0x7d, words(1, 1, 2000, 0, 1, 0)), folded(1), ...rows)).toEqual([
    ["table", "00x | 01x\n10x | 11x\n20x | 21x", "A1:B3", { hiddenRows: "2", hiddenColumns: "B" }],
  ]);
});
