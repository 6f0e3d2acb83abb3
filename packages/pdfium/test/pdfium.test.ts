import { expectError } from "@groundwork/testing";
import { expect, test } from "vitest";
import { createPdfium, openPdf, pageSize, readFrame, toArea, withPage } from "../src/index.ts";

/** A PDF of one page of 200 by 100 points, turned by a quarter. */
const PDF = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Rotate 90>>endobj
trailer<</Root 1 0 R>>`;

function source(bytes: Uint8Array) {
  return {
    documentId: "doc_1",
    version: "v",
    mediaType: "application/pdf",
    fileName: "a.pdf",
    content: {
      size: bytes.length,
      bytes: () => Promise.resolve(bytes),
      stream: async function* () {
        yield bytes;
      },
    },
  };
}

test("a document is opened, its page is as it is shown", async () => {
  const pdfium = await createPdfium();
  const document = await openPdf(pdfium, source(new TextEncoder().encode(PDF)), undefined);
  expect(document.pages).toBe(1);
  expect(pageSize(document, 0)).toEqual({ width: 100, height: 200 });
  const frame = withPage(document, 0, (page) => readFrame(pdfium, page))!;
  expect(frame).toMatchObject({ width: 100, height: 200, rotation: 1 });
  // The lower left corner of the sheet is at the upper left once it is turned clockwise.
  expect(toArea(frame.matrix, 0, 0, 20, 10)).toEqual({ left: 0, top: 0, right: 10, bottom: 20 });
  document.close();
  document.close();
});

test("what does not open is a typed error", async () => {
  const pdfium = await createPdfium();
  await expectError(() => openPdf(pdfium, source(new Uint8Array(0)), undefined), "EMPTY_DOCUMENT");
  await expectError(() => openPdf(pdfium, source(new TextEncoder().encode("no pdf")), undefined), "CORRUPT_DOCUMENT");
});
