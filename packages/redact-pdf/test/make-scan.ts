import type { PageImage } from "@groundwork/contracts";
import { createPdfium, openPdf } from "@groundwork/pdfium";
import { drawPageImage } from "../src/page-image.ts";
import { pdfSource } from "../src/pdf-source.ts";
import { makePdf } from "./make-pdf.ts";

/** Part of a page as a picture of it, or something that an annotation shows. Points from the bottom left. */
export interface ScanPage {
  readonly picture?: PageImage;
  /** @default the whole page of 400 by 300 */
  readonly at?: readonly [left: number, bottom: number, width: number, height: number];
  readonly lines?: readonly string[];
  readonly rotate?: number;
  /** What a form field and a note in free text say. */
  readonly field?: string;
  readonly note?: string;
}

/** Pages of a PDF as pictures. */
export async function picturesOf(pdf: Uint8Array): Promise<PageImage[]> {
  const document = await openPdf(await createPdfium(), pdfSource(pdf), undefined);
  try {
    return Array.from({ length: document.pages }, (_, index) => drawPageImage(document, index));
  } finally {
    document.close();
  }
}

/** Lines of print on a page of 400 by 300 points as a picture. */
export async function printed(lines: readonly string[]): Promise<PageImage> {
  return (await picturesOf(makePdf([lines])))[0]!;
}

const escaped = (text: string): string => text.replace(/([()\\])/g, "\\$1");

/** A PDF with pictures on its pages. */
export function makeScan(pages: readonly ScanPage[]): Uint8Array {
  const objects: Buffer[] = [];
  const add = (head: string, stream?: Uint8Array | string): number =>
    objects.push(
      stream === undefined
        ? Buffer.from(head)
        : Buffer.concat([
            Buffer.from(`${head.slice(0, -2)}/Length ${stream.length}>>stream\n`),
            Buffer.from(stream),
            Buffer.from("\nendstream"),
          ]),
    );
  add("<</Type/Catalog/Pages 2 0 R>>");
  add("");
  add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
  const shown = (kind: string, text: string, bottom: number): number => {
    const form = add(
      "<</Type/XObject/Subtype/Form/BBox[0 0 300 20]/Resources<</Font<</F 3 0 R>>>>>>",
      `BT /F 12 Tf 2 5 Td (${escaped(text)}) Tj ET`,
    );
    return add(`<</Type/Annot${kind}/F 4/Rect[40 ${bottom} 340 ${bottom + 20}]/AP<</N ${form} 0 R>>>>`);
  };
  const kids = pages.map(({ picture, at = [0, 0, 400, 300], lines = [], rotate = 0, field, note }) => {
    const parts = lines.map((line, index) => `BT /F 12 Tf 40 ${270 - index * 24} Td (${escaped(line)}) Tj ET`);
    let image = "";
    if (picture !== undefined) {
      const { width, height, pixels } = picture;
      const gray = pixels.filter((_, index) => index % 3 === 0);
      const head = `<</Type/XObject/Subtype/Image/Width ${width}/Height ${height}/ColorSpace/DeviceGray/BitsPerComponent 8>>`;
      image = `/XObject<</I ${add(head, gray)} 0 R>>`;
      const [left, bottom, across, along] = at;
      parts.push(`q ${across} 0 0 ${along} ${left} ${bottom} cm /I Do Q`);
    }
    const content = add("<<>>", parts.join("\n"));
    const annotations = [
      ...(field === undefined ? [] : [shown(`/Subtype/Widget/FT/Tx/T(a)/V(${escaped(field)})`, field, 60)]),
      ...(note === undefined ? [] : [shown("/Subtype/FreeText", note, 20)]),
    ];
    return add(
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 300]/Rotate ${rotate}/Resources<</Font<</F 3 0 R>>${image}>>/Contents ${content} 0 R/Annots[${annotations.map((number) => `${number} 0 R`).join(" ")}]>>`,
    );
  });
  objects[1] = Buffer.from(`<</Type/Pages/Kids[${kids.map((kid) => `${kid} 0 R`).join(" ")}]/Count ${kids.length}>>`);
  const parts = [Buffer.from("%PDF-1.4\n")];
  let length = parts[0]!.length;
  const offsets = objects.map((body, index) => {
    const offset = length;
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj`), body, Buffer.from("endobj\n")]);
    parts.push(part);
    length += part.length;
    return offset;
  });
  let end = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  for (const offset of offsets) end += `${String(offset).padStart(10, "0")} 00000 n \n`;
  end += `trailer<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${length}\n%%EOF`;
  return Buffer.concat([...parts, Buffer.from(end)]);
}
