import { inflateSync } from "node:zlib";
import type { PiiDetector, PiiFinding } from "@groundwork/contracts";
import { createPdfium, openPdf, withPage } from "@groundwork/pdfium";
import { redact } from "@groundwork/pii-policy";
import { expectError } from "@groundwork/testing";
import { describe, expect, test } from "vitest";
import { redactPdf, verifyRedaction } from "../src/index.ts";
import { makePdf } from "./make-pdf.ts";

function detectorOf(patterns: Readonly<Record<string, RegExp>>): PiiDetector {
  return {
    identity: { name: "fake", revision: "1" },
    detect: async (texts) =>
      texts.map((text) =>
        Object.entries(patterns).flatMap(([type, pattern]) =>
          Array.from(
            text.matchAll(pattern),
            ({ 0: value, index }): PiiFinding => ({
              type,
              start: index,
              end: index + value.length,
              score: 0.9,
              detector: "fake",
            }),
          ),
        ),
      ),
  };
}
const detectors = [detectorOf({ NAME: /Maria\s+Gonzalez/g, SSN: /\d{3}-\d{2}-\d{4}/g, LOCATION: /Dublin/g })];
const policy = redact();

/** Share of dark pixels of a part of a page, 0..1 from the top left. */
async function ink(
  bytes: Uint8Array,
  pageNumber: number,
  part: { left: number; top: number; right: number; bottom: number },
): Promise<number> {
  const pdfium = await createPdfium();
  const content = {
    size: bytes.length,
    bytes: async () => bytes,
    stream: async function* () {
      yield bytes;
    },
  };
  const document = await openPdf(
    pdfium,
    { documentId: "d", version: "v", mediaType: "application/pdf", fileName: "a", content },
    undefined,
  );
  try {
    return withPage(document, pageNumber - 1, (page) => {
      const width = Math.round(pdfium.call("FPDF_GetPageWidth")(page)) * 2;
      const height = Math.round(pdfium.call("FPDF_GetPageHeight")(page)) * 2;
      const bitmap = pdfium.call("FPDFBitmap_CreateEx")(width, height, 3, 0, 0);
      pdfium.call("FPDFBitmap_FillRect")(bitmap, 0, 0, width, height, 0xffffffff);
      pdfium.call("FPDF_RenderPageBitmap")(bitmap, page, 0, 0, width, height, 0, 0);
      const buffer = pdfium.call("FPDFBitmap_GetBuffer")(bitmap);
      const stride = pdfium.call("FPDFBitmap_GetStride")(bitmap);
      const { u8 } = pdfium.views();
      let [dark, all] = [0, 0];
      for (let y = Math.ceil(part.top * height); y < Math.floor(part.bottom * height); y++)
        for (let x = Math.ceil(part.left * width); x < Math.floor(part.right * width); x++, all++)
          if (u8[buffer + y * stride + x * 4]! < 100) dark++;
      return dark / all;
    })!;
  } finally {
    document.close();
  }
}

/** Everything in a PDF's bytes, streams unpacked. */
function unpacked(bytes: Uint8Array): string {
  const raw = Buffer.from(bytes);
  let text = raw.toString("latin1");
  for (let at = raw.indexOf("stream"); at >= 0; at = raw.indexOf("stream", at + 6)) {
    const start = at + 6 + (raw[at + 6] === 13 ? 2 : 1);
    try {
      text += inflateSync(raw.subarray(start)).toString("latin1");
    } catch {
      // Not packed, or the end of one.
    }
  }
  return text;
}

const LINES = ["Employee Maria Gonzalez lives in Dublin", "Number 123-45-6789", "All else stays as it is"];

describe.each([0, 90, 180, 270])("a page turned by %i degrees", (rotate) => {
  test("loses the values and keeps the rest", async () => {
    const original = makePdf([LINES, ["Second page", "no values here"]], { rotate, title: "File of Maria Gonzalez" });
    const { bytes, pages, redactions } = await redactPdf(original, { detectors, policy });
    expect(pages).toBe(2);
    expect(redactions.map(({ type, boxes }) => [type, boxes.length, boxes[0]!.page]).sort()).toEqual([
      ["NAME", 1, 1],
      ["SSN", 1, 1],
    ]);
    const everything = unpacked(bytes);
    for (const gone of ["Maria", "Gonzalez", "123-45-6789", "Dublin", "Helvetica"])
      expect(everything).not.toContain(gone);
    for (const { boxes } of redactions)
      for (const box of boxes) {
        const area = (box.right - box.left) * (box.bottom - box.top);
        expect(area, "a bar is as large as its words").toBeLessThan(0.05);
        expect(await ink(bytes, 1, box)).toBeGreaterThan(0.99);
        const before = await ink(original, 1, box);
        expect(before, "there was writing").toBeGreaterThan(0.05);
        expect(before).toBeLessThan(0.6);
      }
    const whole = { left: 0, top: 0, right: 1, bottom: 1 };
    expect(await ink(bytes, 2, whole)).toBeCloseTo(await ink(original, 2, whole), 2);
    expect(await ink(bytes, 1, whole)).toBeGreaterThan(await ink(original, 1, whole));
  });
});

test("a value over two lines has a bar on each, one found on a page is burned out on all", async () => {
  const original = makePdf([["Signed by Maria", "Gonzalez in person"], ["x"], ["Copy to Maria Gonzalez"]]);
  const onlyFirst = detectorOf({ NAME: /(?<=Signed by )Maria\s+Gonzalez/g });
  const { redactions } = await redactPdf(original, { detectors: [onlyFirst], policy });
  expect(redactions.map(({ boxes }) => boxes.map(({ page }) => page))).toEqual([[1, 1], [3]]);
  const both = await redactPdf(makePdf([["Signed by Maria Gonzalez"], ["Copy to Maria Gonzalez"]]), {
    detectors: [onlyFirst],
    policy,
  });
  expect(both.redactions.map(({ boxes }) => boxes[0]!.page)).toEqual([1, 2]);
});

test("what a policy keeps, and what a detector is unsure of, is shown; regions are burned out as well", async () => {
  const original = makePdf([["Maria Gonzalez in Dublin"]]);
  const kept = await redactPdf(original, { detectors, policy: redact({ types: { NAME: "keep" } }) });
  expect(kept.redactions).toEqual([]);
  const region = { page: 1, left: 0.5, top: 0.5, right: 0.75, bottom: 0.75 };
  const { bytes } = await redactPdf(original, { detectors: [], policy, regions: [region] });
  expect(await ink(bytes, 1, region)).toBe(1);
  expect(await ink(bytes, 1, { left: 0, top: 0, right: 0.4, bottom: 0.4 })).toBeGreaterThan(0);
});

test("a copy that shows or says something is refused", async () => {
  const original = makePdf([LINES]);
  await expectError(() => verifyRedaction(original, { pages: 1, boxes: [] }), "PII_POLICY_VIOLATION");
  const { bytes } = await redactPdf(original, { detectors, policy });
  await verifyRedaction(bytes, { pages: 1, boxes: [] });
  const elsewhere = { page: 1, left: 0.1, top: 0.5, right: 0.6, bottom: 0.6 };
  await expectError(() => verifyRedaction(bytes, { pages: 1, boxes: [elsewhere] }), "PII_POLICY_VIOLATION");
  await expectError(() => verifyRedaction(bytes, { pages: 2, boxes: [] }), "PII_POLICY_VIOLATION");
});

test("failures are typed", async () => {
  const pdf = makePdf([["x"]]);
  await expectError(() => redactPdf(new TextEncoder().encode("no pdf"), { detectors, policy }), "CORRUPT_DOCUMENT");
  await expectError(() => redactPdf(pdf, { detectors: [], policy }), "INVALID_ARGUMENT");
  await expectError(() => redactPdf(pdf, { detectors, policy, dpi: 10 }), "INVALID_ARGUMENT");
  await expectError(
    () => redactPdf(pdf, { detectors, policy, regions: [{ page: 0, left: 0, top: 0, right: 1, bottom: 1 }] }),
    "INVALID_ARGUMENT",
  );
  await expectError(() => redactPdf(pdf, { detectors, policy, signal: AbortSignal.abort() }), "ABORTED");
});
