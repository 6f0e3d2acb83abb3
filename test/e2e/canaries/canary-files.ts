import { gzipSync } from "node:zlib";
import { docxOf, relationships, xlsxOf, zipOf } from "../../../packages/extract-office/test/zip-of.ts";
import { makePdf } from "../../../packages/redact-pdf/test/make-pdf.ts";
import { CANARIES, SENTENCES } from "./canary-values.ts";

const { NAME, EMAIL } = CANARIES;
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const paragraph = (text: string): string => `<w:p><w:r><w:t>${escaped(text)}</w:t></w:r></w:p>`;
const cell = (text: string, column: number, row: number): string =>
  `<c r="${"ABCDEFGHIJKL"[column]}${row}" t="inlineStr"><is><t>${escaped(text)}</t></is></c>`;

const PPTX =
  'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';

function slide(texts: readonly string[]): string {
  const shapes = texts.map(
    (text, index) =>
      `<p:sp><p:nvSpPr><p:cNvPr id="${index + 2}" name="s"/><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody><a:p><a:r><a:t>${escaped(text)}</a:t></a:r></a:p></p:txBody></p:sp>`,
  );
  return `<p:sld ${PPTX}><p:cSld><p:spTree>${shapes.join("")}</p:spTree></p:cSld></p:sld>`;
}

function presentation(): Uint8Array {
  const slides = Array.from({ length: Math.ceil(SENTENCES.length / 8) }, (_, index) =>
    slide(SENTENCES.slice(index * 8, index * 8 + 8)),
  );
  const parts: Record<string, string> = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "_rels/.rels": relationships(["r1", "officeDocument", "ppt/presentation.xml"]),
    "ppt/presentation.xml": `<p:presentation ${PPTX}><p:sldIdLst>${slides.map((_, index) => `<p:sldId id="${index + 256}" r:id="s${index}"/>`).join("")}</p:sldIdLst></p:presentation>`,
    "ppt/_rels/presentation.xml.rels": relationships(
      ...slides.map((_, index): [string, string, string] => [`s${index}`, "slide", `slides/slide${index}.xml`]),
    ),
  };
  for (const [index, xml] of slides.entries()) parts[`ppt/slides/slide${index}.xml`] = xml;
  return zipOf(parts);
}

const ODF =
  'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"';

const chapter = (body: string): string =>
  `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Chapter</title></head><body>${body}</body></html>`;

function book(): Uint8Array {
  return zipOf({
    mimetype: "application/epub+zip",
    "META-INF/container.xml":
      '<container><rootfiles><rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
    "book.opf": `<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Rules</dc:title><dc:creator>${NAME.value}</dc:creator></metadata><manifest><item id="a" href="one.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>`,
    "one.xhtml": chapter(SENTENCES.map((sentence) => `<p>${escaped(sentence)}</p>`).join("")),
  });
}

const mail = (boundary = ""): string =>
  `${boundary}From: ${NAME.value} <${EMAIL.value}>\nTo: office@agency.org\nSubject: ${NAME.sentence}\nDate: Mon, 2 Mar 2026 10:00:00 +0000\n\n${SENTENCES.join("\n\n")}\n`;

/** Every sentence in every format, and the values that a format has fields for in these. */
export const CANARY_FILES: Readonly<Record<string, string | Uint8Array>> = {
  "plain.txt": SENTENCES.join("\n\n"),
  "marked.md": `---\nauthor: ${NAME.value}\ncontact: ${EMAIL.value}\n---\n\n# File of ${NAME.value}\n\n${SENTENCES.map((sentence) => `- ${sentence}`).join("\n")}\n`,
  "table.csv": `what,said\n${SENTENCES.map((sentence, index) => `${index},"${sentence}"`).join("\n")}\n`,
  "page.html": `<html><head><title>${NAME.sentence}</title></head><body>${SENTENCES.map((sentence) => `<p>${escaped(sentence)}</p>`).join("")}<a href="mailto:${EMAIL.value}">mail</a></body></html>`,
  "data.json": JSON.stringify({ notes: SENTENCES }),
  "lines.jsonl": SENTENCES.map((note) => JSON.stringify({ note })).join("\n"),
  "tree.xml": `<?xml version="1.0"?><notes>${SENTENCES.map((sentence) => `<note>${escaped(sentence)}</note>`).join("")}</notes>`,
  "mail.eml": mail(),
  "box.mbox": `${mail("From - Mon Mar  2 10:00:00 2026\n")}\n`,
  "letter.docx": docxOf(SENTENCES.map(paragraph).join("")),
  "book.xlsx": xlsxOf([
    {
      name: "Sheet",
      xml: `<sheetData>${SENTENCES.map((sentence, index) => `<row r="${index + 1}">${cell(sentence, 0, index + 1)}</row>`).join("")}</sheetData>`,
    },
  ]),
  "slides.pptx": presentation(),
  "letter.odt": zipOf({
    mimetype: "application/vnd.oasis.opendocument.text",
    "content.xml": `<office:document-content ${ODF}><office:body><office:text>${SENTENCES.map((sentence) => `<text:p>${escaped(sentence)}</text:p>`).join("")}</office:text></office:body></office:document-content>`,
  }),
  "letter.rtf": `{\\rtf1\\ansi ${SENTENCES.map((sentence) => `\\pard ${sentence}\\par`).join("\n")}}`,
  "book.epub": book(),
  "paper.pdf": makePdf(
    Array.from({ length: Math.ceil(SENTENCES.length / 6) }, (_, page) => SENTENCES.slice(page * 6, page * 6 + 6)),
    { title: NAME.sentence, size: 8 },
  ),
  "bundle.zip": zipOf({ "inside.txt": SENTENCES.join("\n\n") }),
  "packed.txt.gz": gzipSync(SENTENCES.join("\n\n")),
  // Fails: what is in it must stand in no error either.
  "broken.pdf": `%PDF-1.7\n${SENTENCES.join("\n")}`,
};
