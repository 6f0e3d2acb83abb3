import type { ChunkRow } from "@groundwork/contracts";
import { encodeStoreRows, rowOf, vectorOf } from "@groundwork/testing/vector-store-fixtures";
import { FULL_ROW } from "@groundwork/testing/vector-store-write-cases";
import { Table } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { COPIED_COLUMNS, checkedBatches, type EncodedWords, encodeRows, uniqueChunkIds } from "../src/encode-rows.ts";
import { float16Bits } from "../src/float16.ts";
import { termNumber } from "../src/row-words.ts";

const COLUMNS = COPIED_COLUMNS.split(", ").map((name) => name.replaceAll('"', ""));

/** Reads binary COPY data as PostgreSQL's manual describes it: the fields of each row as bytes. */
function readCopy(data: Buffer): Map<string, Buffer | null>[] {
  expect(data.subarray(0, 11)).toEqual(Buffer.from([0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00]));
  expect(data.readInt32BE(11)).toBe(0);
  let position = 19 + data.readInt32BE(15);
  const rows: Map<string, Buffer | null>[] = [];
  for (;;) {
    const fields = data.readInt16BE(position);
    position += 2;
    if (fields === -1) break;
    expect(fields).toBe(COLUMNS.length);
    const row = new Map<string, Buffer | null>();
    for (const name of COLUMNS) {
      const length = data.readInt32BE(position);
      position += 4;
      row.set(name, length === -1 ? null : data.subarray(position, position + length));
      position += Math.max(length, 0);
    }
    rows.push(row);
  }
  expect(position).toBe(data.length);
  return rows;
}

interface List {
  readonly type: number;
  readonly sizes: readonly number[];
  readonly members: readonly (Buffer | null)[];
}

function readList(bytes: Buffer): List {
  const dimensions = bytes.readInt32BE(0);
  const sizes = Array.from({ length: dimensions }, (_, index) => bytes.readInt32BE(12 + 8 * index));
  const members: (Buffer | null)[] = [];
  let position = 12 + 8 * dimensions;
  while (position < bytes.length) {
    const length = bytes.readInt32BE(position);
    members.push(length === -1 ? null : bytes.subarray(position + 4, position + 4 + length));
    position += 4 + Math.max(length, 0);
  }
  expect(members.some((member) => member === null)).toBe(bytes.readInt32BE(4) === 1);
  expect(members.length).toBe(dimensions === 0 ? 0 : sizes.reduce((product, size) => product * size, 1));
  return { type: bytes.readInt32BE(8), sizes, members };
}

const texts = (bytes: Buffer): string[] => readList(bytes).members.map((member) => member!.toString("utf8"));

function encode(
  rows: readonly ChunkRow[],
  vectors?: readonly (Float32Array | null)[],
  type: "vector" | "halfvec" = "vector",
) {
  const words: EncodedWords = { texts: new Map(), searched: 0, terms: 0 };
  const batches = checkedBatches(encodeStoreRows(rows, vectors), 8);
  return { rows: readCopy(Buffer.concat([...encodeRows(batches, 8, type, words)])), words };
}

describe("rows in the binary COPY format", () => {
  test("every column is there with its type", () => {
    const [row] = encode([FULL_ROW]).rows;
    const text = (name: string): string => row!.get(name)!.toString("utf8");
    expect(text("chunk_id")).toBe(FULL_ROW.chunkId);
    expect(text("text")).toBe(FULL_ROW.text);
    expect(text("title")).toBe("");
    expect(row!.get("published_to")!.readBigInt64BE()).toBe(9_007_199_254_740_991n);
    expect(row!.get("end_ms")!.readInt32BE()).toBe(2_147_483_647);
    expect(texts(row!.get("section_path")!)).toEqual(FULL_ROW.sectionPath);
    expect(readList(row!.get("deny")!)).toMatchObject({ type: 25, sizes: [1] });
    const boxes = readList(row!.get("boxes")!);
    expect(boxes).toMatchObject({ type: 701, sizes: [2, 7] });
    expect(boxes.members.map((member) => member?.readDoubleBE() ?? null)).toEqual([
      ...[2, 0.125, 0.25, 0.5, 0.375, 0, 4],
      ...[3, 0, 0, 1, 1, null, null],
    ]);
    expect(row!.get("attributes")![0]).toBe(1);
    expect(JSON.parse(row!.get("attributes")!.toString("utf8", 1))).toEqual(FULL_ROW.attributes);
    const vector = row!.get("vector")!;
    expect([vector.readInt16BE(0), vector.readInt16BE(2), vector.length]).toEqual([8, 0, 36]);
    expect(Array.from({ length: 8 }, (_, index) => vector.readFloatBE(4 + 4 * index))).toEqual([...vectorOf(7)]);
    expect(row!.get("searched")).toEqual(Buffer.from([1]));
  });

  test("what is missing is null, and lists without members are empty", () => {
    const [row] = encode([rowOf(1)]).rows;
    for (const name of ["published_to", "parent_chunk", "start_ms", "location", "title"])
      expect(row!.get(name)).toBeNull();
    for (const name of ["tags", "allow", "boxes"]) expect(readList(row!.get(name)!)).toMatchObject({ sizes: [] });
    expect(row!.get("attributes")!.toString("utf8", 1)).toBe("{}");
  });

  test("U+0000 and halves of surrogate pairs become what PostgreSQL can hold", () => {
    const odd = "a\u0000b";
    const row = rowOf(1, {
      title: odd,
      tags: [odd, "plain"],
      attributes: { [odd]: odd, half: "\ud800", none: null as never },
    });
    const [plain, found] = encode([rowOf(0, { title: "plain", tags: ["x"] }), row]).rows;
    expect(plain!.get("title")!.toString("utf8")).toBe("plain");
    expect(found!.get("title")!.toString("utf8")).toBe("a\ufdd0b");
    expect(texts(found!.get("tags")!)).toEqual(["a\ufdd0b", "plain"]);
    expect(JSON.parse(found!.get("attributes")!.toString("utf8", 1))).toEqual({
      "a\ufdd0b": "a\ufdd0b",
      half: "\ufffd",
    });
  });

  test("words are counted for the rows that are searched", () => {
    const rows = [
      rowOf(0, { text: "Receipts, receipts and the taxi", context: "Handbook" }),
      rowOf(1, { text: "taxi", role: "parent" }),
      rowOf(2, { text: "taxi" }),
      rowOf(3, { text: "A taxi" }),
    ];
    const encoded = encode(rows, [vectorOf(0), vectorOf(1), null, vectorOf(3)]);
    expect(encoded.rows.map((row) => row.get("searched")![0])).toEqual([1, 0, 0, 1]);
    const terms = readList(encoded.rows[0]!.get("terms")!).members.map((member) => member!.readBigInt64BE());
    expect(terms).toEqual(["handbook", "receipt", "taxi"].map(termNumber));
    const counts = readList(encoded.rows[0]!.get("term_counts")!);
    expect([counts.type, counts.members.map((member) => member!.readInt16BE())]).toEqual([21, [1, 2, 1]]);
    expect(encoded.rows[0]!.get("term_total")!.readInt32BE()).toBe(4);
    expect(encoded.rows[1]!.get("terms")).toBeNull();
    expect(encoded.words).toEqual({
      searched: 2,
      terms: 5,
      texts: new Map([
        ["handbook", 1],
        ["receipt", 1],
        ["taxi", 2],
      ]),
    });
  });

  test("slices of a table, and more than one piece", () => {
    const rows = Array.from({ length: 3_000 }, (_, index) =>
      rowOf(index, { text: `Passage ${"x".repeat(200)}`, tags: [`t${index}`] }),
    );
    const whole = encodeStoreRows(rows);
    const table = new Table([whole.slice(10, 40), whole.slice(500, 3_000)]);
    const words: EncodedWords = { texts: new Map(), searched: 0, terms: 0 };
    const pieces = [...encodeRows(checkedBatches(table, 8), 8, "vector", words)];
    expect(pieces.length).toBeGreaterThan(3);
    const found = readCopy(Buffer.concat(pieces));
    expect(found.map((row) => row.get("ordinal")!.readInt32BE())).toEqual(
      [...rows.slice(10, 40), ...rows.slice(500)].map((row) => row.ordinal),
    );
    expect(texts(found[31]!.get("tags")!)).toEqual(["t501"]);
    expect(found[31]!.get("vector")!.readFloatBE(4)).toBe(vectorOf(501)[0]);
  });

  test("a key that is empty or there twice is INVALID_ARGUMENT", () => {
    const invalid = expect.objectContaining({ code: "INVALID_ARGUMENT" });
    expect(() => uniqueChunkIds([encodeStoreRows([rowOf(1), rowOf(1)])])).toThrow(invalid);
    expect(() => uniqueChunkIds([encodeStoreRows([rowOf(1)]), encodeStoreRows([rowOf(1)])])).toThrow(invalid);
    expect(() => uniqueChunkIds([encodeStoreRows([rowOf(1, { chunkId: "" })])])).toThrow(invalid);
  });
});

describe("floats of 16 bits", () => {
  /** Value of the bits, by the definition of the format. */
  const numberOf = (bits: number): number => {
    const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff];
    const sign = bits & 0x8000 ? -1 : 1;
    if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
  };

  test("every one is its own nearest", () => {
    for (let bits = 0; bits < 65_536; bits++)
      if (!Number.isNaN(numberOf(bits))) expect(float16Bits(numberOf(bits))).toBe(bits);
  });

  test("what lies between goes to the nearest, and to the even one in the middle", () => {
    for (let bits = 0; bits < 31_743; bits++) {
      const [low, high] = [numberOf(bits), numberOf(bits + 1)];
      const even = bits % 2 === 0 ? bits : bits + 1;
      expect(float16Bits((low + high) / 2)).toBe(even);
      expect(float16Bits(low + (high - low) * 0.25)).toBe(bits);
      expect(float16Bits(-(low + (high - low) * 0.75))).toBe((bits + 1) | 0x8000);
    }
    expect(float16Bits(65_520)).toBe(0x7c00);
    expect(float16Bits(1e30)).toBe(0x7c00);
    expect(float16Bits(Number.NaN)).toBe(0x7e00);
  });

  test("a halfvec is written with them", () => {
    const [row] = encode([rowOf(7)], undefined, "halfvec").rows;
    const vector = row!.get("vector")!;
    expect([vector.readInt16BE(0), vector.length]).toEqual([8, 20]);
    vectorOf(7).forEach((value, index) => {
      expect(Math.abs(numberOf(vector.readUInt16BE(4 + 2 * index)) - value)).toBeLessThan(5e-4);
    });
  });
});
