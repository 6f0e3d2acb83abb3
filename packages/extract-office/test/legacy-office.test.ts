import { readFile } from "node:fs/promises";
import { expectError } from "@groundwork/testing/expect-error";
import { documentOfBytes } from "@groundwork/testing/extractor-suite";
import { describe, expect, test } from "vitest";
import { officeExtractor } from "../src/index.ts";
import { compoundFileOf } from "./compound-file-of.ts";
import { outline, readElements } from "./read-all.ts";

const fixture = (name: string): Promise<Buffer> => readFile(new URL(`fixtures/${name}`, import.meta.url));

/** A Word 97 document: one piece of 8-bit and one of 16-bit text, no formatting. */
function docOf(narrow: string, wide: string, flags = 0x0200): Uint8Array {
  const main = Buffer.alloc(0x400 + narrow.length + wide.length * 2);
  main.writeUInt16LE(0xa5ec, 0);
  main.writeUInt16LE(0xc1, 2);
  main.writeUInt16LE(flags, 0x0a);
  main.writeUInt32LE(narrow.length + wide.length, 0x4c);
  main.write(narrow, 0x400, "latin1");
  main.write(wide, 0x400 + narrow.length, "utf16le");
  const table = Buffer.alloc(1 + 4 + 3 * 4 + 2 * 8);
  table.writeUInt8(2, 0);
  table.writeUInt32LE(table.length - 5, 1);
  table.writeUInt32LE(0, 5);
  table.writeUInt32LE(narrow.length, 9);
  table.writeUInt32LE(narrow.length + wide.length, 13);
  table.writeUInt32LE((0x400 * 2) | 0x40000000, 17 + 2);
  table.writeUInt32LE(0x400 + narrow.length, 25 + 2);
  main.writeUInt32LE(0, 0x1a2);
  main.writeUInt32LE(table.length, 0x1a6);
  return compoundFileOf({ WordDocument: main, "1Table": table });
}

describe("binary Word documents", () => {
  test("are put together from their pieces, fields by their results", async () => {
    const narrow = "First \u0013 REF x \u0014result\u0015 line\r";
    const elements = await readElements(docOf(narrow, "Zweite – Größe\rA\u0007B\u0007\u0007\r"));
    expect(outline(elements)).toEqual(["paragraph: First result line", "paragraph: Zweite – Größe", "table: A | B"]);
  });

  test("encrypted ones ask for a password", async () => {
    await expectError(() => readElements(docOf("x\r", "", 0x0300)), "PASSWORD_REQUIRED");
  });
});

const record = (type: number, data: Uint8Array, version = 0, instance = 0): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt16LE((instance << 4) | version, 0);
  head.writeUInt16LE(type, 2);
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data]);
};
const word = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4);
  return bytes;
};

describe("binary presentations", () => {
  test("give titles and texts slide by slide", async () => {
    const outlineTexts = Buffer.concat([
      record(1011, word(2, 0, 0, 256, 0)),
      record(3999, word(0)),
      record(4000, Buffer.from("Überblick", "utf16le")),
      record(3999, word(1)),
      record(4008, Buffer.from("one\rtwo", "latin1")),
    ]);
    const document = record(1000, record(4080, outlineTexts, 15, 0), 15);
    const slide = record(1006, Buffer.alloc(0), 15);
    const directory = record(6002, word((2 << 20) | 1, 0, document.length));
    const directoryAt = document.length + slide.length;
    const edit = record(4085, word(0, 0, 0, directoryAt, 1, 3, 0));
    const stream = Buffer.concat([document, slide, directory, edit]);
    const user = record(4086, word(20, 0xe391c05f, directoryAt + directory.length, 0, 0));
    const elements = await readElements(compoundFileOf({ "PowerPoint Document": stream, "Current User": user }));
    expect(outline(elements)).toEqual(["heading 1: Überblick", "list_item 0: one", "list_item 0: two"]);
    expect(elements[0]!.location).toEqual({ slide: 1 });
  });
});

describe("binary workbooks", () => {
  test("give the tables of their sheets in the formats of their cells", async () => {
    const elements = await readElements(await fixture("old-book.xls"));
    expect(outline(elements)).toEqual([
      "heading 2: Rates",
      "table: City | Rate | Since\nZürich | 1,240.50 | 2026-01-01\nGenève | 900",
      "paragraph: Merged note",
    ]);
  });
});

describe("encrypted packages", () => {
  test("open with their password alone", async () => {
    const bytes = await fixture("secret.docx");
    expect(outline(await readElements(bytes, { password: "sesame" }))).toEqual([
      "paragraph: Only for those who know the word.",
    ]);
    await expectError(() => readElements(bytes), "PASSWORD_REQUIRED");
    await expectError(() => readElements(bytes, { password: "open" }), "PASSWORD_INCORRECT");
  });
});

test("files of other kinds under an office name are told from damaged ones", async () => {
  await expectError(() => readElements(Uint8Array.of(9, 4, 6, 0, 0, 0, 16, 0)), "UNSUPPORTED_MEDIA_TYPE");
  await expectError(() => readElements(Buffer.from("<html><body>Report</body></html>")), "UNSUPPORTED_MEDIA_TYPE");
  const document = documentOfBytes(Buffer.from("not a package"), "application/vnd.ms-excel");
  await expectError(() => Array.fromAsync(officeExtractor().extract(document)), "CORRUPT_DOCUMENT");
});

test("a compound file of another kind is not taken for a document", async () => {
  await expectError(() => readElements(compoundFileOf({ Contents: Buffer.from("x") })), "UNSUPPORTED_MEDIA_TYPE");
});
