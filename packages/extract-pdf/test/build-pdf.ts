/** A page of a PDF written by hand: its content stream and what its dictionary says. */
export interface PageSpec {
  readonly content: string;
  /** Further entries of the page's dictionary, for example `/Rotate 90`. */
  readonly entries?: string;
  /** @default "0 0 600 800" */
  readonly mediaBox?: string;
}

export interface PdfSpec {
  readonly pages: readonly PageSpec[];
  /** Further entries of the catalog. */
  readonly catalog?: string;
  readonly info?: string;
  /** Objects from number 100 on: `[100, "<< ... >>"]`. */
  readonly objects?: readonly (readonly [number, string])[];
}

/** Writes a PDF with the fonts F1 (Helvetica), F2 (bold), F3 (Times). */
export function buildPdf(spec: PdfSpec): Uint8Array {
  const objects = new Map<number, string>();
  const kids = spec.pages.map((_, index) => `${10 + 2 * index} 0 R`).join(" ");
  objects.set(1, `<< /Type /Catalog /Pages 2 0 R ${spec.catalog ?? ""} >>`);
  objects.set(2, `<< /Type /Pages /Kids [${kids}] /Count ${spec.pages.length} >>`);
  objects.set(3, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
  objects.set(4, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>");
  objects.set(5, "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>");
  objects.set(6, `<< ${spec.info ?? ""} >>`);
  spec.pages.forEach((page, index) => {
    const number = 10 + 2 * index;
    objects.set(
      number,
      `<< /Type /Page /Parent 2 0 R /MediaBox [${page.mediaBox ?? "0 0 600 800"}] /Contents ${number + 1} 0 R ` +
        `/Resources << /Font << /F1 3 0 R /F2 4 0 R /F3 5 0 R >> >> ${page.entries ?? ""} >>`,
    );
    objects.set(number + 1, `<< /Length ${page.content.length} >>\nstream\n${page.content}\nendstream`);
  });
  for (const [number, text] of spec.objects ?? []) objects.set(number, text);
  let file = "%PDF-1.7\n";
  const offsets = new Map<number, number>();
  for (const [number, text] of objects) {
    offsets.set(number, file.length);
    file += `${number} 0 obj\n${text}\nendobj\n`;
  }
  const start = file.length;
  const size = Math.max(...objects.keys()) + 1;
  file += `xref\n0 ${size}\n0000000000 65535 f \n`;
  for (let number = 1; number < size; number++) {
    const offset = offsets.get(number);
    file += offset === undefined ? "0000000000 00000 f \n" : `${String(offset).padStart(10, "0")} 00000 n \n`;
  }
  file += `trailer\n<< /Size ${size} /Root 1 0 R /Info 6 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(file, "latin1");
}

/** One line of text at a point of user space. */
export function textAt(x: number, y: number, text: string, font: string = "F1", size: number = 10): string {
  return `BT /${font} ${size} Tf ${x} ${y} Td (${text.replace(/([\\()])/g, "\\$1")}) Tj ET\n`;
}

/** Lines below each other. */
export function linesAt(
  x: number,
  y: number,
  lines: readonly string[],
  step: number = 12,
  font: string = "F1",
  size: number = 10,
): string {
  return lines.map((line, index) => textAt(x, y - index * step, line, font, size)).join("");
}
