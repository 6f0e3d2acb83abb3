import type { PageImage, SourceDocument } from "@groundwork/contracts";
import { createPdfium, openPdf, withPage } from "@groundwork/pdfium";

/** A page of letter width with lines of Helvetica, askew by some degrees. */
function pdfOf(lines: readonly string[], degrees: number): Uint8Array {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)].map((n) =>
    n.toFixed(5),
  );
  const text = lines.map(
    (line, index) => `1 0 0 1 50 ${250 - index * 26} Tm (${line.replace(/([()\\])/g, "\\$1")}) Tj`,
  );
  const stream = `${cos} ${sin} -${sin} ${cos} 0 0 cm BT /F 13 Tf ${text.join("\n")} ET`;
  const objects = [
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[5 0 R]/Count 1>>",
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    `<</Length ${stream.length}>>stream\n${stream}\nendstream`,
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 500 300]/Resources<</Font<</F 3 0 R>>>>/Contents 4 0 R>>",
  ];
  let pdf = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const offset = pdf.length;
    pdf += `${index + 1} 0 obj${object}endobj\n`;
    return offset;
  });
  const start = pdf.length;
  pdf += `xref\n0 6\n0000000000 65535 f \n`;
  for (const offset of offsets) pdf += `${String(offset).padStart(10, "0")} 00000 n \n`;
  return new TextEncoder().encode(`${pdf}trailer<</Size 6/Root 1 0 R>>\nstartxref\n${start}\n%%EOF`);
}

/** Lines of print as a picture of 1000 by 600 pixels (144 dots an inch), RGB. */
export async function drawPicture(lines: readonly string[], { degrees = 0 } = {}): Promise<PageImage> {
  const bytes = pdfOf(lines, degrees);
  const content: SourceDocument["content"] = {
    size: bytes.length,
    bytes: async () => bytes,
    stream: async function* () {
      yield bytes;
    },
  };
  const pdfium = await createPdfium();
  const source = { documentId: "d", version: "v", mediaType: "application/pdf", fileName: "a", content };
  const document = await openPdf(pdfium, source, undefined);
  const [width, height] = [1000, 600];
  const pixels = new Uint8Array(width * height * 3);
  withPage(document, 0, (page) => {
    const bitmap = pdfium.call("FPDFBitmap_CreateEx")(width, height, 3, 0, 0);
    pdfium.call("FPDFBitmap_FillRect")(bitmap, 0, 0, width, height, 0xffffffff);
    pdfium.call("FPDF_RenderPageBitmap")(bitmap, page, 0, 0, width, height, 0, 0);
    const from = pdfium.call("FPDFBitmap_GetBuffer")(bitmap);
    const { u8 } = pdfium.views();
    for (let at = 0; at < width * height; at++) pixels.set(u8.subarray(from + at * 4, from + at * 4 + 3), at * 3);
  });
  document.close();
  return { page: 1, width, height, channels: 3, pixels };
}
