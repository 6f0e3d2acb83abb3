import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type DocumentElement, type ExtractionPart, type Extractor, renderTableText } from "@groundwork/contracts";
import { pdfExtractor } from "@groundwork/extract-pdf";
import { textract } from "@groundwork/extract-textract";
import { fakeAws, type TextractRecording, textractBlocks } from "@groundwork/testing/aws";
import { extractionPartFaults } from "@groundwork/testing/extraction-part-faults";
import { documentOfBytes } from "@groundwork/testing/extractor-suite";
import { describe, expect, test } from "vitest";
import { pageElements } from "../src/page-elements.ts";
import { COLLECTION, pagesOf, readRecording, validRecordings } from "./recording.ts";

const paths = validRecordings();
const isThere = paths.length > 0;
const namesOf = (list: readonly string[]): [string, string][] => list.map((path) => [basename(path), path]);
const words = (text: string): string[] => text.split(/[\s|]+/).filter((word) => word !== "");
const letters = (text: string): string => [...text.replace(/[^\p{L}\p{N}$%]+/gu, "")].sort().join("");

async function partsOf(extractor: Extractor, bytes: Uint8Array, mediaType: string): Promise<ExtractionPart[]> {
  const parts: ExtractionPart[] = [];
  for await (const part of extractor.extract(documentOfBytes(bytes, mediaType))) parts.push(part);
  return parts;
}
const elementsOf = (parts: readonly ExtractionPart[]): DocumentElement[] =>
  parts.flatMap((part) => (part.type === "elements" ? part.elements : []));

/** Share of the words of `expected` that come in `found` in the same order (longest common subsequence). */
function inOrder(found: readonly string[], expected: readonly string[]): number {
  let row = new Uint16Array(expected.length + 1);
  for (const word of found) {
    const next = new Uint16Array(expected.length + 1);
    for (let index = 1; index <= expected.length; index++)
      next[index] = word === expected[index - 1] ? row[index - 1]! + 1 : Math.max(row[index]!, next[index - 1]!);
    row = next;
  }
  return row[expected.length]! / Math.max(1, expected.length);
}

describe.runIf(isThere)("every recording of the service", () => {
  test("there are as many as the inventory says, beside those of other operations", () => {
    expect(paths.length).toBe(33);
  });

  test.each(namesOf(paths))("%s gives valid parts, and each letter that the service read once", (_, path) => {
    const recording = readRecording(path);
    for (const [page, blocks] of pagesOf(recording)) {
      const { elements } = pageElements(blocks, page, 0.2);
      const part: ExtractionPart = { type: "elements", elements };
      expect(extractionPartFaults(part)).toEqual([]);
      const read = blocks.filter(({ BlockType }) => BlockType === "WORD").map(({ Text = "" }) => Text);
      if (read.length === 0) continue;
      const text = elements.map((element) => element.text.replace(/\[(?:x| |signature)\]/g, "")).join("\n");
      // A colon behind a key, a hyphen at a line's end and marks may differ; letters and digits may not.
      expect(letters(text)).toEqual(letters(read.join(" ").normalize("NFC")));
      for (const element of elements) {
        expect(element.confidence).toBeGreaterThan(0);
        expect(element.boxes?.length).toBeGreaterThan(0);
        for (const box of element.boxes ?? []) {
          expect(box.page).toBe(page);
          expect(element.text.slice(box.start, box.end)).toMatch(/^\S(?:[\s\S]*\S)?$/);
        }
        if (element.table !== undefined) expect(element.text).toBe(renderTableText(element.table));
      }
    }
  });

  test("tables have the size and the heads that the service states", () => {
    for (const path of paths)
      for (const [page, blocks] of pagesOf(readRecording(path))) {
        const stated = blocks.filter(({ BlockType }) => BlockType === "TABLE");
        const found = pageElements(blocks, page).elements.filter(({ kind }) => kind === "table");
        expect(found.length).toBeLessThanOrEqual(stated.length);
        const byId = new Map(blocks.map((block) => [block.Id, block]));
        const sizes = stated.map(({ Relationships }) => {
          const cells = (Relationships ?? [])
            .filter(({ Type }) => Type === "CHILD")
            .flatMap(({ Ids = [] }) => Ids.map((id) => byId.get(id)!));
          return Math.max(...cells.map(({ ColumnIndex = 0, ColumnSpan = 1 }) => ColumnIndex + ColumnSpan - 1));
        });
        for (const { table } of found) expect(sizes).toContain(table!.columns);
      }
  });

  test("over the wire: at once for one page, by a job for several, by the key of the object", async () => {
    const recordings = Object.fromEntries(
      paths.map((path) => [basename(path), readRecording(path) as TextractRecording]),
    );
    let current = "";
    await using aws = await fakeAws({ textract: { read: () => recordings[current]!, jobs: { runsMs: 0 } } });
    aws.objects.makeBucket("scans");
    const { endpoint, region, credentials } = aws;
    const features = ["TABLES", "FORMS", "LAYOUT", "SIGNATURES"] as const;
    await using extractor = textract({
      endpoint,
      region,
      credentials,
      features,
      poll: { firstMs: 1 },
      s3: {
        bucket: "scans",
        put: async ({ bucket, key }, content) => void aws.objects.put(bucket, key, await content.bytes()),
        delete: async ({ bucket, key }) => aws.objects.delete(bucket, key),
      },
    });
    for (const [index, [name, recording]] of Object.entries(recordings).entries()) {
      if (recording.Blocks === undefined || recording.Blocks.length === 0) continue;
      current = name;
      const pages = recording.DocumentMetadata?.Pages ?? 1;
      // Another document each time, or the token would find the job of the one before.
      const bytes = Buffer.from(pages > 1 ? `%PDF-1.7\n${index}\n%%EOF` : `\x89PNG\r\n\x1a\n${index}IEND`, "latin1");
      const parts = await partsOf(extractor, bytes, pages > 1 ? "application/pdf" : "image/png");
      const direct = [...pagesOf({ Blocks: recording.Blocks as never })].flatMap(
        ([page, blocks]) => pageElements(blocks, page, 0.2).elements,
      );
      expect(elementsOf(parts)).toEqual(direct);
      expect(parts.at(-1)).toMatchObject({ type: "metadata", metadata: { pages } });
    }
    expect(aws.requests.of("StartDocumentAnalysis").length).toBeGreaterThan(3);
  });
});

describe.runIf(isThere)("beside the documents that were recorded", () => {
  const source = (name: string): Uint8Array => readFileSync(`${COLLECTION}textractor/source-docs/${name}`);
  const recorded = (name: string): DocumentElement[] => {
    const path = paths.find((candidate) => candidate.includes(name))!;
    return [...pagesOf(readRecording(path))].flatMap(([page, blocks]) => [...pageElements(blocks, page, 0.2).elements]);
  };
  const localElements = async (name: string): Promise<DocumentElement[]> => {
    const local = pdfExtractor();
    try {
      return elementsOf(await partsOf(local, source(name), "application/pdf"));
    } finally {
      await local.close?.();
    }
  };
  const text = (elements: readonly DocumentElement[]): string[] =>
    words(elements.map((element) => element.text).join("\n"));

  test("a PDF of two pages: the words of its text layer in their order, its table, its fields, its marks", async () => {
    const service = recorded("start_document_analysis_multipage_pdf");
    const local = await localElements("textractor-multipage-doc.pdf");
    expect(inOrder(text(service), text(local))).toBeGreaterThan(0.8);
    for (const page of [1, 2]) {
      const own = service.filter(({ boxes }) => boxes![0]!.page === page).map((element) => element.text);
      expect(own[0]).toBe("Textractor Test Document");
      expect(own).toEqual(
        expect.arrayContaining(["Name of package: Textractor", "Selected Checkbox: [x]", "Un-Selected Checkbox: [ ]"]),
      );
      const table = Array.from({ length: 3 }, (_, row) =>
        Array.from({ length: 5 }, (_, column) => `Cell ${5 * row + column + 1}`).join(" | "),
      );
      expect(own).toContain(table.join("\n"));
    }
  });

  test("boxes lie where the text layer has the words", async () => {
    const service = recorded("start_document_analysis_multipage_pdf");
    const local = await localElements("textractor-multipage-doc.pdf");
    const boxOf = (elements: readonly DocumentElement[], wanted: string) => {
      for (const { text: own, boxes = [] } of elements)
        for (const box of boxes) if (box.page === 1 && own.slice(box.start, box.end).includes(wanted)) return box;
      return expect.fail(`${wanted} has no box`);
    };
    for (const wanted of ["Key - Values", "Table 1", "Selection Element"]) {
      const [a, b] = [boxOf(service, wanted), boxOf(local, wanted)];
      expect(Math.abs(a.top - b.top)).toBeLessThan(0.02);
      expect(Math.abs(a.left - b.left)).toBeLessThan(0.02);
    }
  });

  test("a page of calendars and modules: nearly every word of its text layer", async () => {
    const service = new Set(text(recorded("html_tutorial")).map((word) => word.toLowerCase()));
    const local = text(await localElements("tutorial.pdf")).filter((word) => /^[\p{L}\p{N}]{4,}$/u.test(word));
    const missing = local.filter((word) => !service.has(word.toLowerCase()));
    expect(missing.length / local.length).toBeLessThan(0.05);
  });

  test("two columns of a paper: column by column, headings, tables with their titles", () => {
    const all = recorded("markdown_matrix");
    const titles = all.filter(({ kind }) => kind === "caption").map((element) => element.text.slice(0, 8));
    expect(titles).toEqual(["Table 1.", "Table 2.", "Table 3."]);
    const headings = all.filter(({ kind }) => kind === "heading").map((element) => element.text);
    expect(headings).toEqual([
      "4.4. Ablation Study",
      "4.4.1 Impact of modality-aware relative attention",
      "4.4.2 Impact of pre-training tasks",
    ]);
    const at = (start: string): number => all.findIndex((element) => element.text.startsWith(start));
    const order = [
      "Table 1.",
      "samples are used for training",
      "We report our results",
      "4.4. Ablation",
      "4.4.1",
      "Table 3.",
      "4.4.2",
    ].map(at);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order[0]).toBeGreaterThanOrEqual(0);
    const second = all.filter(({ kind }) => kind === "table")[1]!;
    expect(second.text.split("\n").slice(0, 3)).toEqual([
      "Model | #param (M) | Accuracy",
      "TILT-base | 230 | 93.50",
      "TILT-large | 780 | 94.02",
    ]);
  });

  test("a statement of accounts: rows and columns as printed", () => {
    const [title, table] = recorded("amzn_q2");
    expect(title!.kind).toBe("caption");
    const rows = table!.text.split("\n");
    expect(rows.find((row) => row.startsWith("Net income (loss)"))).toBe(
      "Net income (loss) | 7,778 | (2,028) | 15,885 | (5,872) | 29,438 | 11,607",
    );
    expect(table!.table!.columns).toBe(7);
  });

  test("a receipt: goods and sums as tables, the rest as fields", () => {
    const all = recorded("receipt").map((element) => element.text);
    expect(all).toContain("SUBTOTAL | $1699.96\nTAX | $110.50\nTOTAL | $1810.46\nTEND | $1810.46");
    expect(all).toEqual(expect.arrayContaining(["MEGA BIGBOX", "ACCOUNT #: **** **** **** 3433", "CHANGE DUE: 0.00"]));
  });

  test("upside down: what is read first stands at the bottom of the page as it was sent", () => {
    const all = recorded("180-degree");
    const payment = all.find((element) => element.text.startsWith("Payment Date: 09/28/2022"))!;
    const last = all.find((element) => element.text === "Page 1 of 2")!;
    expect(payment.boxes![0]!.top).toBeGreaterThan(0.8);
    expect(last.boxes![0]!.top).toBeLessThan(0.1);
    expect(all.indexOf(last)).toBeGreaterThan(all.indexOf(payment));
    const totals = all.filter((element) => element.text.startsWith("Totals: $261.00 $16.00 $0.00"));
    expect(totals).toHaveLength(2);
  });
});

test("the road over the service gives what the local one gives, where the service finds the same", async () => {
  const pdf = readFileSync(new URL("../../extract-pdf/test/fixtures/leave-policy.pdf", import.meta.url));
  const local = pdfExtractor();
  try {
    const expected = elementsOf(await partsOf(local, pdf, "application/pdf"));
    await using aws = await fakeAws({ textract: { read: () => textractBlocks(expected), jobs: { runsMs: 0 } } });
    aws.objects.makeBucket("scans");
    const { endpoint, region, credentials } = aws;
    await using extractor = textract({
      endpoint,
      region,
      credentials,
      features: ["TABLES", "FORMS", "LAYOUT"],
      poll: { firstMs: 1 },
      s3: {
        bucket: "scans",
        put: async ({ bucket, key }, content) => void aws.objects.put(bucket, key, await content.bytes()),
        delete: async ({ bucket, key }) => aws.objects.delete(bucket, key),
      },
    });
    const found = elementsOf(await partsOf(extractor, pdf, "application/pdf"));
    const all = (elements: readonly DocumentElement[]): string[] =>
      words(elements.map((element) => element.text).join("\n"));
    expect(inOrder(all(found), all(expected))).toBeGreaterThan(0.98);
    const tables = (elements: readonly DocumentElement[]) =>
      elements.flatMap(({ table }) => (table === undefined ? [] : [renderTableText(table)]));
    expect(tables(found)).toEqual(tables(expected));
    expect(tables(found).length).toBeGreaterThan(0);
  } finally {
    await local.close?.();
  }
});
