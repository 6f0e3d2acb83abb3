/** A PDF of pages with lines of Helvetica, by default of 14 points, the first 60 points below the top of a page of 400 by 300. */
export function makePdf(
  pages: readonly (readonly string[])[],
  {
    rotate = 0,
    title = "",
    size = 14,
  }: { readonly rotate?: number; readonly title?: string; readonly size?: number } = {},
): Uint8Array {
  const objects: string[] = [];
  const add = (body: string): number => objects.push(body);
  add("<</Type/Catalog/Pages 2 0 R>>");
  add("");
  add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
  const info = add(`<</Title(${title})>>`);
  const kids = pages.map((lines) => {
    const text = lines.map(
      (line, index) => `BT /F ${size} Tf 40 ${240 - index * 30} Td (${line.replace(/([()\\])/g, "\\$1")}) Tj ET`,
    );
    const stream = text.join("\n");
    const content = add(`<</Length ${stream.length}>>stream\n${stream}\nendstream`);
    const note = add(`<</Type/Annot/Subtype/Text/Rect[0 0 10 10]/Contents(${title})>>`);
    return add(
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 300]/Rotate ${rotate}/Resources<</Font<</F 3 0 R>>>>/Contents ${content} 0 R/Annots[${note} 0 R]>>`,
    );
  });
  objects[1] = `<</Type/Pages/Kids[${kids.map((kid) => `${kid} 0 R`).join(" ")}]/Count ${kids.length}>>`;
  let pdf = "%PDF-1.4\n";
  const offsets = objects.map((body, index) => {
    const offset = pdf.length;
    pdf += `${index + 1} 0 obj${body}endobj\n`;
    return offset;
  });
  const start = pdf.length;
  pdf += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  for (const offset of offsets) pdf += `${String(offset).padStart(10, "0")} 00000 n \n`;
  pdf += `trailer<</Size ${objects.length + 1}/Root 1 0 R/Info ${info} 0 R>>\nstartxref\n${start}\n%%EOF`;
  return new TextEncoder().encode(pdf);
}
