import { readFile } from "node:fs/promises";
import { GroundworkError } from "@groundwork/contracts";
import { documentOfBytes, extractorCases } from "@groundwork/testing/extractor-suite";
import { describe, expect, it } from "vitest";
import { pdfExtractor } from "../src/index.ts";
import { buildPdf, linesAt, textAt } from "./build-pdf.ts";
import { collect } from "./collect.ts";

const fixture = (name: string): Promise<Buffer> => readFile(new URL(`./fixtures/${name}`, import.meta.url));
const simple = buildPdf({
  pages: [{ content: linesAt(60, 700, ["Leave is requested ten days ahead", "and approved by the line manager."]) }],
});
const policy = await fixture("leave-policy.pdf");
const locked = await fixture("password-secret.pdf");

describe("contract", () => {
  const cases = extractorCases({
    name: "pdf",
    create: () => pdfExtractor(),
    samples: [
      {
        name: "simple.pdf",
        mediaType: "application/pdf",
        bytes: simple,
        expectText: ["requested ten days ahead and approved"],
      },
      {
        name: "leave-policy.pdf",
        mediaType: "application/pdf",
        bytes: policy,
        expectText: ["Leave policy", "Parental leave"],
      },
      { name: "locked.pdf", mediaType: "application/pdf", bytes: locked, expectError: "PASSWORD_REQUIRED" },
      {
        name: "locked-wrong.pdf",
        mediaType: "application/pdf",
        bytes: locked,
        password: "wrong",
        expectError: "PASSWORD_INCORRECT",
      },
      {
        name: "locked-right.pdf",
        mediaType: "application/pdf",
        bytes: locked,
        password: "secret",
        expectText: ["Only with the password"],
      },
      {
        name: "broken.pdf",
        mediaType: "application/pdf",
        bytes: Buffer.from("%PDF-1.7\nnothing"),
        expectError: "CORRUPT_DOCUMENT",
      },
    ],
    randomDocuments: 6,
  });
  it.each(cases)("$name", async ({ run }) => {
    await run();
  });
});

describe("places", () => {
  it("gives one box per line with the offsets of its characters", async () => {
    const { elements } = await collect(simple);
    const [paragraph] = elements;
    expect(paragraph?.boxes).toHaveLength(2);
    const texts = paragraph!.boxes!.map((box) => paragraph!.text.slice(box.start, box.end));
    expect(texts).toEqual(["Leave is requested ten days ahead", "and approved by the line manager."]);
    const [first] = paragraph!.boxes!;
    expect(first!.page).toBe(1);
    expect(first!.left).toBeCloseTo(60 / 600, 2);
    expect(first!.bottom).toBeCloseTo(1 - 697 / 800, 2);
    expect(first!.top).toBeLessThan(first!.bottom);
  });

  it.each([
    [0, 0.1, 0.125],
    [90, 0.875, 0.1],
    [180, 0.9, 0.875],
    [270, 0.125, 0.9],
  ])("counts from the top left of the page as shown, rotated by %i", async (rotation, x, y) => {
    const page = { content: textAt(60, 700, "Turned"), entries: `/Rotate ${rotation}` };
    const { elements } = await collect(buildPdf({ pages: [page] }));
    const box = elements[0]!.boxes![0]!;
    expect(elements[0]!.text).toBe("Turned");
    // One corner of the box is where the text begins, whatever the rotation.
    const near = (a: number, b: number): number => Math.min(Math.abs(a - x), Math.abs(b - x));
    expect(near(box.left, box.right)).toBeLessThan(0.02);
    expect(Math.min(Math.abs(box.top - y), Math.abs(box.bottom - y))).toBeLessThan(0.02);
  });

  it("measures against the crop box and drops what lies outside of it", async () => {
    const content = textAt(150, 500, "Inside") + textAt(20, 20, "Outside");
    const { elements } = await collect(buildPdf({ pages: [{ content, entries: "/CropBox [100 100 500 700]" }] }));
    expect(elements.map(({ text, attributes }) => [text, attributes?.hidden])).toEqual([
      ["Inside", undefined],
      ["Outside", "off_page"],
    ]);
    expect(elements[0]!.boxes![0]!.left).toBeCloseTo(50 / 400, 2);
  });
});

describe("pages without a text layer", () => {
  const drawn = "0 0 0 rg 100 100 m 300 500 l 500 100 l h f 200 600 m 250 700 300 700 350 600 c f\n";

  it("gives the picture of a page that has only drawings", async () => {
    const { parts, elements } = await collect(buildPdf({ pages: [{ content: drawn }] }), { imageDpi: 72 });
    const image = parts.find((part) => part.type === "page-image")?.image;
    expect(elements).toEqual([]);
    expect(image).toMatchObject({ page: 1, width: 600, height: 800, channels: 1, dpi: 72 });
    expect(image!.pixels).toHaveLength(600 * 800);
    expect(image!.pixels[0]).toBeGreaterThan(250);
    expect(image!.pixels[(800 - 150) * 600 + 300]).toBeLessThan(5);
  });

  it("shows what is drawn in its place, up to the right edge, in the brightness of its colour", async () => {
    const bars = "0 g 40 100 20 600 re f 1 0 0 rg 540 100 20 600 re f 0 g 300 400 m 310 400 305 410 300 400 c f\n";
    const { parts } = await collect(buildPdf({ pages: [{ content: bars }] }), { imageDpi: 72 });
    const { pixels } = parts.find((part) => part.type === "page-image")!.image;
    const row = Array.from(pixels.subarray(200 * 600, 201 * 600));
    expect(row.flatMap((pixel, x) => (pixel < 10 ? [x] : []))).toEqual(Array.from({ length: 20 }, (_, x) => 40 + x));
    expect(row.flatMap((pixel, x) => (Math.abs(pixel - 76) < 5 ? [x] : []))).toEqual(
      Array.from({ length: 20 }, (_, x) => 540 + x),
    );
  });

  it("keeps the picture within the limit of pixels", async () => {
    const { parts } = await collect(buildPdf({ pages: [{ content: drawn }] }), { maxImagePixels: 60_000 });
    const image = parts.find((part) => part.type === "page-image")!.image;
    expect(image.width * image.height).toBeLessThanOrEqual(60_000);
  });

  it("gives nothing for a blank page", async () => {
    const { parts } = await collect(
      buildPdf({ pages: [{ content: "" }, { content: textAt(60, 700, "Second page") }] }),
    );
    expect(parts.filter((part) => part.type === "page-image")).toEqual([]);
    expect(parts.filter((part) => part.type === "progress")).toEqual([
      { type: "progress", unit: "page", done: 1, total: 2 },
      { type: "progress", unit: "page", done: 2, total: 2 },
    ]);
  });
});

describe("document", () => {
  it("reads the metadata that is stated and guesses nothing", async () => {
    const info =
      "/Title (Travel policy) /Author (Finance) /CreationDate (D:20240131120000+02'00') /ModDate (D:20240201)";
    const { metadata } = await collect(
      buildPdf({ pages: [{ content: textAt(60, 700, "Text") }], info, catalog: "/Lang (en_GB)" }),
    );
    expect(metadata).toMatchObject({
      title: "Travel policy",
      author: "Finance",
      language: "en-GB",
      pages: 1,
      createdAt: Date.UTC(2024, 0, 31, 10),
      modifiedAt: Date.UTC(2024, 1, 1),
      attributes: { pdfEncrypted: false, pdfForms: 0, pdfImages: 0, pdfAnnotations: 0 },
    });
    const bare = await collect(simple);
    expect(bare.metadata.title).toBeUndefined();
    expect(bare.metadata.createdAt).toBeUndefined();
  });

  it("gives filled form fields with their names", async () => {
    const spec = {
      pages: [{ content: textAt(60, 700, "Request form"), entries: "/Annots [100 0 R 101 0 R 102 0 R]" }],
      catalog: "/AcroForm << /Fields [100 0 R 101 0 R 102 0 R] >>",
      objects: [
        [100, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (employee) /V (Ana) /Rect [60 600 200 620] >>"],
        [101, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (empty) /Rect [60 570 200 590] >>"],
        [102, "<< /Type /Annot /Subtype /Widget /FT /Btn /T (approved) /V /Yes /AS /Yes /Rect [60 540 80 560] >>"],
      ] as const,
    };
    const { elements, metadata } = await collect(buildPdf(spec));
    expect(elements.filter((element) => element.kind === "form_field").map((element) => element.text)).toEqual([
      "employee: Ana",
      "approved: Yes",
    ]);
    expect(metadata.attributes).toMatchObject({ pdfForms: 1, pdfAnnotations: 3 });
  });

  it("gives embedded files as child documents with safe names", async () => {
    const { parts } = await collect(
      buildPdf({
        pages: [{ content: textAt(60, 700, "Letter") }],
        catalog: "/Names << /EmbeddedFiles << /Names [(a) 100 0 R] >> >>",
        objects: [
          [100, "<< /Type /Filespec /F (../../rates.csv) /UF (../../rates.csv) /EF << /F 101 0 R >> >>"],
          [101, "<< /Type /EmbeddedFile /Subtype /text#2Fcsv /Length 8 >>\nstream\na,b\n1,2\n\nendstream"],
        ],
      }),
    );
    const children = parts.flatMap((part) => (part.type === "child" ? [part.child] : []));
    expect(children).toHaveLength(1);
    expect(children[0]!.name).toBe("rates.csv");
    expect(Buffer.from(children[0]!.bytes).toString()).toBe("a,b\n1,2\n");
  });

  it("gives comments only when asked", async () => {
    const bytes = buildPdf({
      pages: [{ content: textAt(60, 700, "Draft"), entries: "/Annots [100 0 R]" }],
      objects: [[100, "<< /Type /Annot /Subtype /Text /Contents (Please check the date) /Rect [60 600 80 620] >>"]],
    });
    expect((await collect(bytes)).elements.map((element) => element.kind)).toEqual(["paragraph"]);
    const { elements } = await collect(bytes, { annotations: true });
    expect(elements.at(-1)).toMatchObject({ kind: "comment", text: "Please check the date" });
  });

  it("works again after a break and after a broken file", async () => {
    const extractor = pdfExtractor();
    for await (const _part of extractor.extract(documentOfBytes(simple, "application/pdf"))) break;
    const broken = documentOfBytes(Buffer.from("%PDF-1.4 broken"), "application/pdf");
    await expect(async () => {
      for await (const _part of extractor.extract(broken));
    }).rejects.toSatisfy((error) => GroundworkError.isInstance(error) && error.code === "CORRUPT_DOCUMENT");
    let elements = 0;
    for await (const part of extractor.extract(documentOfBytes(simple, "application/pdf"))) {
      if (part.type === "elements") elements += part.elements.length;
    }
    expect(elements).toBe(1);
    await extractor.close?.();
    await extractor.close?.();
  });

  it("refuses options out of range", () => {
    expect(() => pdfExtractor({ imageDpi: 0 })).toThrow(/imageDpi/);
    expect(() => pdfExtractor({ maxImagePixels: 1 })).toThrow(/maxImagePixels/);
  });
});
