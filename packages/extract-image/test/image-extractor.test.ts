import { readFile } from "node:fs/promises";
import type { DocumentElement, ExtractionPart } from "@groundwork/contracts";
import { documentOfBytes, extractorCases } from "@groundwork/testing/extractor-suite";
import { afterAll, describe, expect, test } from "vitest";
import { imageExtractor } from "../src/index.ts";

const bytesOf = async (name: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(new URL(`fixtures/${name}`, import.meta.url)));

const extractor = imageExtractor();
afterAll(() => extractor.close?.());

async function partsOf(name: string, mediaType: string): Promise<ExtractionPart[]> {
  const parts: ExtractionPart[] = [];
  for await (const part of extractor.extract(documentOfBytes(await bytesOf(name), mediaType))) parts.push(part);
  return parts;
}

const elementsOf = (parts: readonly ExtractionPart[]): DocumentElement[] =>
  parts.flatMap((part) => (part.type === "elements" ? part.elements : []));

const SENTENCE =
  "A manager may not approve her own travel. The next level signs the request before the trip is booked.";

function expectPage(elements: readonly DocumentElement[]): void {
  expect(elements.map(({ kind, text }) => [kind, text])).toEqual([
    ["heading", "Travel Rules"],
    ["paragraph", SENTENCE],
    ["list_item", "Send the form to the travel desk."],
    ["list_item", "Keep every receipt."],
    ["table", "City | Lodging | Meals\nBoston | $313 | $79\nDenver | $199 | $74\nChicago | $231 | $79"],
  ]);
  for (const { confidence } of elements) expect(confidence).toBeGreaterThan(0.9);
}

describe("the contract", () => {
  for (const one of extractorCases({
    name: "extract-image",
    create: () => imageExtractor(),
    samples: [
      {
        name: "noise.png",
        mediaType: "image/png",
        bytes: new Uint8Array([0x89, 0x50]),
        expectError: "CORRUPT_DOCUMENT",
      },
      {
        name: "photo.heic",
        mediaType: "image/heic",
        bytes: new Uint8Array([0, 0, 0, 24, ...new TextEncoder().encode("ftypheic")]),
        expectError: "UNSUPPORTED_MEDIA_TYPE",
      },
    ],
    randomDocuments: 8,
  })) {
    test(one.name, one.run);
  }
});

describe("pages", () => {
  test("a clean page keeps its structure, and every line has its box", async () => {
    const elements = elementsOf(await partsOf("page.png", "image/png"));
    expectPage(elements);
    const [, paragraph] = elements;
    expect(paragraph!.boxes!.map(({ start, end }) => paragraph!.text.slice(start, end))).toEqual([
      "A manager may not approve her own travel. The next level",
      "signs the request before the trip is booked.",
    ]);
    const [line] = paragraph!.boxes!;
    expect(line!.page).toBe(1);
    expect(line!.left).toBeCloseTo(0.06, 1);
    expect(line!.top).toBeCloseTo(130 / 620, 1);
    expect(line!.bottom - line!.top).toBeLessThan(0.1);
    expect(elements[2]!.attributes).toEqual({ marker: "1." });
    const table = elements.at(-1)!;
    expect(table.boxes!.map(({ start, end }) => table.text.slice(start, end))).toEqual(
      table.table!.cells.map(({ text }) => text),
    );
  });

  test("a page askew on its side reads the same; its boxes lie in the picture as it is shown", async () => {
    const elements = elementsOf(await partsOf("turned.jpg", "image/jpeg"));
    expectPage(elements);
    // Turned clockwise: what was on top is on the right, and lines run downwards.
    const [heading] = elements[0]!.boxes!;
    expect(heading!.left).toBeGreaterThan(0.8);
    expect(heading!.bottom - heading!.top).toBeGreaterThan(heading!.right - heading!.left);
  });

  test("EXIF says how a photograph is shown and when it was taken", async () => {
    const parts = await partsOf("exif.jpg", "image/jpeg");
    expectPage(elementsOf(parts));
    expect(parts[0]).toEqual({
      type: "metadata",
      metadata: { pages: 1, createdAt: Date.UTC(2024, 2, 5, 10, 20, 30) },
    });
  });

  test("the pages of a fax come one after the other", async () => {
    const parts = await partsOf("two-pages.tiff", "image/tiff");
    expect(elementsOf(parts).map(({ boxes }) => boxes![0]!.page)).toEqual([1, 1, 2, 2, 2]);
    expect(parts.filter((part) => part.type === "progress")).toEqual([
      { type: "progress", unit: "page", done: 1, total: 2 },
      { type: "progress", unit: "page", done: 2, total: 2 },
    ]);
  });

  test.each([
    ["line.webp", "image/webp"],
    ["line.gif", "image/gif"],
    ["line.bmp", "image/bmp"],
    ["transparent.png", "image/png"],
  ])("%s is decoded", async (name, mediaType) => {
    expect(elementsOf(await partsOf(name, mediaType)).map(({ text }) => text)).toEqual([SENTENCE]);
  });

  test("noise gives no text", async () => {
    expect(elementsOf(await partsOf("noise.png", "image/png"))).toEqual([]);
  });

  test("a page image of another extractor is read, with a box for each word on request", async () => {
    const words = imageExtractor({ wordBoxes: true });
    const size = 40_000;
    const blank = await words.recognizePage!({
      page: 3,
      width: 200,
      height: 200,
      channels: 1,
      pixels: new Uint8Array(size).fill(255),
    });
    expect(blank).toEqual([]);
    const parts: ExtractionPart[] = [];
    for await (const part of words.extract(documentOfBytes(await bytesOf("line.gif"), "image/gif"))) parts.push(part);
    const [element] = elementsOf(parts);
    expect(element!.boxes!.map(({ start, end }) => element!.text.slice(start, end))).toEqual(SENTENCE.split(" "));
    const [first, second] = element!.boxes!;
    expect(first!.right).toBeLessThan(second!.right);
    expect(second!.left).toBeGreaterThan(first!.left);
    await words.close?.();
  });

  test("a picture too large is refused by its head, unread", async () => {
    const bytes = await bytesOf("noise.png");
    new DataView(bytes.buffer).setUint32(16, 60_000);
    new DataView(bytes.buffer).setUint32(20, 60_000);
    await expect(async () => {
      for await (const _part of extractor.extract(documentOfBytes(bytes, "image/png")));
    }).rejects.toMatchObject({ code: "DOCUMENT_TOO_LARGE" });
  });
});
