import { crc32, deflateRawSync } from "node:zlib";

/** A ZIP file of the given parts; enough for tests. */
export function zipOf(parts: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(parts)) {
    const raw = Buffer.from(content);
    const data = deflateRawSync(raw);
    const path = Buffer.from(name);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(20, 4);
    head.writeUInt16LE(8, 8);
    head.writeUInt32LE(crc32(raw), 14);
    head.writeUInt32LE(data.length, 18);
    head.writeUInt32LE(raw.length, 22);
    head.writeUInt16LE(path.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(20, 4);
    entry.writeUInt16LE(20, 6);
    head.copy(entry, 10, 8, 28);
    entry.writeUInt32LE(offset, 42);
    directory.push(entry, path);
    pieces.push(head, path, data);
    offset += head.length + path.length + data.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(parts).length, 8);
  end.writeUInt16LE(Object.keys(parts).length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...pieces, index, end]);
}

const RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/** A relationships part: id, type (last part of its URI), target, and where that is (`External`). */
export function relationships(...entries: readonly (readonly [string, string, string, string?])[]): string {
  const nodes = entries.map(
    ([id, type, target, mode]) =>
      `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"${mode === undefined ? "" : ` TargetMode="${mode}"`}/>`,
  );
  return `<Relationships xmlns="${RELATIONSHIPS}">${nodes.join("")}</Relationships>`;
}

const W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const NAMESPACES = [
  `xmlns:w="${W}"`,
  `xmlns:r="${OFFICE}"`,
  'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"',
  'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"',
  'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"',
  'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"',
  'xmlns:v="urn:schemas-microsoft-com:vml"',
].join(" ");

/** A Word file with a body, and other parts by name (`styles`, `numbering`, `footnotes`, `comments`). */
export function docxOf(body: string, others: Readonly<Record<string, string>> = {}): Uint8Array {
  const names = Object.keys(others);
  const parts: Record<string, string> = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "_rels/.rels": relationships(["r1", "officeDocument", "word/document.xml"]),
    "word/_rels/document.xml.rels": relationships(
      ...names.map((name): [string, string, string] => [name, name, `${name}.xml`]),
    ),
    "word/document.xml": `<w:document ${NAMESPACES}><w:body>${body}</w:body></w:document>`,
  };
  for (const name of names) {
    parts[`word/${name}.xml`] = `<w:${name} ${NAMESPACES}>${others[name]}</w:${name}>`;
  }
  return zipOf(parts);
}

export interface TestSheet {
  readonly name: string;
  /** Content of the worksheet element. */
  readonly xml: string;
  readonly state?: string;
}

/** A workbook; `others` are further parts by their full name. */
export function xlsxOf(
  sheets: readonly TestSheet[],
  others: Readonly<Record<string, string>> = {},
  workbookProperties = "",
): Uint8Array {
  const X = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const list = sheets.map(
    ({ name, state = "visible" }, index) =>
      `<sheet name="${name}" sheetId="${index + 1}" state="${state}" r:id="s${index}"/>`,
  );
  const parts: Record<string, string> = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "_rels/.rels": relationships(["r1", "officeDocument", "xl/workbook.xml"]),
    "xl/workbook.xml": `<workbook xmlns="${X}" xmlns:r="${OFFICE}">${workbookProperties}<sheets>${list.join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": relationships(
      ...sheets.map((_, index): [string, string, string] => [
        `s${index}`,
        "worksheet",
        `worksheets/sheet${index + 1}.xml`,
      ]),
      ["ss", "sharedStrings", "sharedStrings.xml"],
      ["st", "styles", "styles.xml"],
    ),
    ...others,
  };
  sheets.forEach(({ xml }, index) => {
    parts[`xl/worksheets/sheet${index + 1}.xml`] = xml.startsWith("<?xml")
      ? xml
      : `<worksheet xmlns="${X}">${xml}</worksheet>`;
  });
  return zipOf(parts);
}
