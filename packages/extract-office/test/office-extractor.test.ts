import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expectError } from "@groundwork/testing/expect-error";
import { extractorCases } from "@groundwork/testing/extractor-suite";
import { describe, expect, test } from "vitest";
import { officeExtractor } from "../src/index.ts";
import { outline, readElements, readParts } from "./read-all.ts";
import { docxOf, relationships, xlsxOf, zipOf } from "./zip-of.ts";

const OOXML = "application/vnd.openxmlformats-officedocument";
const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

const cases = extractorCases({
  name: "office",
  create: () => officeExtractor(),
  randomDocuments: 6,
  samples: [
    {
      name: "report.docx",
      mediaType: `${OOXML}.wordprocessingml.document`,
      path: fixture("report.docx"),
      expectText: ["Trips need approval before booking.", "Paris, all nights | | 30", "Internal use"],
    },
    {
      name: "deck.pptx",
      mediaType: `${OOXML}.presentationml.presentation`,
      path: fixture("deck.pptx"),
      expectText: ["Left column Right column", "Mention the outlook.", "Q2 | 12 | 8"],
    },
    {
      name: "book.xlsx",
      mediaType: `${OOXML}.spreadsheetml.sheet`,
      path: fixture("book.xlsx"),
      expectText: ["Berlin | 1,240.50 | 25% | 2026-01-01", "Check this rate"],
    },
    {
      name: "old-book.xls",
      mediaType: "application/vnd.ms-excel",
      bytes: await readFile(fixture("old-book.xls")),
      expectText: ["Zürich | 1,240.50 | 2026-01-01"],
    },
    {
      name: "leave.odt",
      mediaType: "application/vnd.oasis.opendocument.text",
      path: fixture("leave.odt"),
      expectText: ["Leave", "Sick leave"],
    },
    {
      name: "days.ods",
      mediaType: "application/vnd.oasis.opendocument.spreadsheet",
      path: fixture("days.ods"),
      expectText: ["Kind | Days Sick | 10"],
    },
    {
      name: "note.rtf",
      mediaType: "application/rtf",
      bytes: Buffer.from("{\\rtf1 One line\\par}"),
      expectText: ["One line"],
    },
    {
      name: "secret.docx",
      mediaType: `${OOXML}.wordprocessingml.document`,
      path: fixture("secret.docx"),
      expectError: "PASSWORD_REQUIRED",
    },
  ],
});
test.each(cases.map((one) => [one.name, one] as const))("%s", async (_, one) => {
  await one.run();
});

describe("metadata", () => {
  test("of a Word document", async () => {
    const [metadata] = await readParts(await readFile(fixture("report.docx")));
    expect(metadata).toMatchObject({
      type: "metadata",
      metadata: { title: "Travel policy", author: "Policy desk", createdAt: Date.UTC(2026, 0, 15, 9, 30) },
    });
  });
});

test("a document made by a word processor, from heading to merged cells", async () => {
  const elements = await readElements(await readFile(fixture("report.docx")));
  expect(outline(elements)).toEqual([
    "header: Internal use",
    "title: Travel policy",
    "heading 1: Approval",
    "paragraph: Trips need approval before booking.",
    "list_item 0: Domestic trips",
    "list_item 0: International trips",
    "list_item 0: Ask",
    "list_item 0: Book",
    "heading 2: Limits",
    "table: City | Night | Day\nBerlin | 140 | 28\nParis, all nights |  | 30\n|  | 32",
    "footer: Finance",
  ]);
});

describe("hostile packages", () => {
  test("entities are refused", async () => {
    const bytes = zipOf({
      "_rels/.rels": relationships(["r1", "officeDocument", "word/document.xml"]),
      "word/document.xml": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
    });
    await expectError(() => readElements(bytes), "EXTERNAL_ENTITY_REFUSED");
  });

  test("bombs are refused before they unfold", async () => {
    const bytes = xlsxOf([{ name: "S", xml: `<sheetData/>${" ".repeat(40 * 1024 * 1024)}` }]);
    expect(bytes.length).toBeLessThan(100_000);
    await expectError(() => readElements(bytes), "ARCHIVE_BOMB");
  });

  test("a text without end is refused before it fills the memory", async () => {
    // Letters without a pattern, repeated: shrinks about a hundred times, which is no bomb.
    let state = 1;
    const filler = Array.from({ length: 20_000 }, () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return String.fromCharCode(97 + ((state >> 16) % 26));
    }).join("");
    const bytes = docxOf(`<w:p><w:r><w:t>${filler.repeat(4_000)}</w:t></w:r></w:p>`);
    await expectError(() => readElements(bytes), "DOCUMENT_TOO_LARGE");
  });

  test("nesting without end is refused", async () => {
    const bytes = docxOf(`${"<w:sdt>".repeat(3000)}${"</w:sdt>".repeat(3000)}`);
    await expectError(() => readElements(bytes), "CORRUPT_DOCUMENT");
  });

  test("a damaged secondary part is a warning, a damaged body an error", async () => {
    const body = "<w:p><w:r><w:t>kept</w:t></w:r></w:p>";
    const parts = await readParts(docxOf(body, { comments: "<w:comment><w:p>" }));
    expect(parts.map((part) => part.type)).toEqual(["metadata", "elements", "warning"]);
    await expectError(() => readElements(docxOf("<w:p><w:r>")), "CORRUPT_DOCUMENT");
  });

  test("packages of other kinds are not taken for documents", async () => {
    await expectError(() => readElements(zipOf({ "a.txt": "x" })), "UNSUPPORTED_MEDIA_TYPE");
  });
});

test("an unknown value of an option is refused", async () => {
  // @ts-expect-error the type allows two values only
  await expectError(async () => officeExtractor({ hidden: "maybe" }), "INVALID_CONFIGURATION");
});
