import { describe, expect, test } from "vitest";
import { outline, readElements } from "./read-all.ts";
import { xlsxOf, zipOf } from "./zip-of.ts";

const text = (reference: string, value: string): string =>
  `<c r="${reference}" t="inlineStr"><is><t>${value}</t></is></c>`;
const number = (reference: string, value: number, style = 0): string =>
  `<c r="${reference}" s="${style}"><v>${value}</v></c>`;
const row = (index: number, cells: string, more = ""): string => `<row r="${index}" ${more}>${cells}</row>`;
const STYLES = `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
  <numFmts><numFmt numFmtId="200" formatCode="&quot;EUR&quot; #,##0.00"/></numFmts>
  <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="9"/><xf numFmtId="200"/></cellXfs></styleSheet>`;

describe("cells", () => {
  test("numbers are shown in their formats, formulas by their cached values", async () => {
    const xml = `<sheetData>${row(
      1,
      `${number("A1", 46037, 1)}${number("B1", 0.25, 2)}${number("C1", 1234.5, 3)}<c r="D1"><f>1+1</f><v>2</v></c><c r="E1" t="b"><v>1</v></c><c r="F1" t="e"><v>#N/A</v></c>`,
    )}</sheetData>`;
    const [heading, table] = await readElements(xlsxOf([{ name: "S", xml }], { "xl/styles.xml": STYLES }));
    expect(heading).toMatchObject({ kind: "heading", text: "S", location: { sheet: "S" } });
    expect(table!.text).toBe("2026-01-15 | 25% | EUR 1,234.50 | 2 | TRUE | #N/A");
    expect(table!.location).toEqual({ sheet: "S", range: "A1:F1" });
  });

  test("the date system of 1904 is honoured", async () => {
    const xml = `<sheetData>${row(1, number("A1", 0, 1) + number("B1", 1, 1))}</sheetData>`;
    const elements = await readElements(
      xlsxOf([{ name: "S", xml }], { "xl/styles.xml": STYLES }, '<workbookPr date1904="1"/>'),
    );
    expect(elements[1]!.text).toBe("1904-01-01 | 1904-01-02");
  });

  test("shared strings join their runs and leave phonetic guides out", async () => {
    const strings = `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
      <si><r><t>Ta</t></r><r><t>x</t></r></si><si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si><si><t>a_x000A_b</t></si></sst>`;
    const xml = `<sheetData>${row(1, '<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c>')}</sheetData>`;
    const elements = await readElements(xlsxOf([{ name: "S", xml }], { "xl/sharedStrings.xml": strings }));
    expect(elements[1]!.table!.cells.map((cell) => cell.text)).toEqual(["Tax", "東京", "a\nb"]);
  });

  test("prefixes are the file's own affair, and strict files use other namespaces", async () => {
    const strict = "http://purl.oclc.org/ooxml/spreadsheetml/main";
    const office = "http://purl.oclc.org/ooxml/officeDocument/relationships";
    const bytes = zipOf({
      "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
      "_rels/.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="${office}/officeDocument" Target="/xl/workbook.xml"/></Relationships>`,
      "xl/workbook.xml": `<q:workbook xmlns:q="${strict}" xmlns:z="${office}"><q:sheets><q:sheet name="S" z:id="s1"/></q:sheets></q:workbook>`,
      "xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="s1" Type="${office}/worksheet" Target="sheet.xml"/></Relationships>`,
      "xl/sheet.xml": `<q:worksheet xmlns:q="${strict}"><q:sheetData><q:row><q:c t="str"><q:v>found</q:v></q:c></q:row></q:sheetData></q:worksheet>`,
    });
    expect(outline(await readElements(bytes))).toEqual(["heading 2: S", "paragraph: found"]);
  });
});

describe("tables of a sheet", () => {
  test("are parted by blank rows and columns", async () => {
    const xml = `<sheetData>
      ${row(1, text("A1", "k") + text("B1", "v") + text("D1", "x") + text("E1", "y"))}
      ${row(2, text("A2", "a") + number("B2", 1) + text("D2", "b") + number("E2", 2))}
      ${row(4, text("A4", "alone"))}</sheetData>`;
    const elements = await readElements(xlsxOf([{ name: "S", xml }]));
    expect(elements.slice(1).map((element) => [element.kind, element.location?.range])).toEqual([
      ["table", "A1:B2"],
      ["table", "D1:E2"],
      ["paragraph", "A4"],
    ]);
    expect(elements[1]!.table!.cells.filter((cell) => cell.header).map((cell) => cell.text)).toEqual(["k", "v"]);
  });

  test("reach across a narrow column and a thin row of white", async () => {
    const xml = `<cols><col min="2" max="2" width="2.5" customWidth="1"/></cols><sheetData>
      ${row(1, text("A1", "k") + text("C1", "v"))}${row(2, "", 'ht="4.5"')}
      ${row(3, text("A3", "a") + number("C3", 1))}${row(4, text("A4", "b") + number("C4", 2))}</sheetData>`;
    const elements = await readElements(xlsxOf([{ name: "S", xml }]));
    expect(elements[1]!.text).toBe("k | v\na | 1\nb | 2");
    expect(elements).toHaveLength(2);
  });

  test("keep merged cells, and a merged line above them is their title", async () => {
    const xml = `<sheetData>${row(1, text("A1", "Rates"))}
      ${row(2, text("A2", "City") + text("B2", "Price") + text("C2", "Tax"))}
      ${row(3, text("A3", "Berlin") + number("B3", 1) + number("C3", 2))}${row(4, number("B4", 3) + number("C4", 4))}</sheetData>
      <mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="A3:A4"/></mergeCells>`;
    const elements = await readElements(xlsxOf([{ name: "S", xml }]));
    expect(elements[1]).toMatchObject({ kind: "caption", text: "Rates" });
    expect(elements[2]!.table!.cells).toContainEqual({ row: 1, column: 0, rowSpan: 2, text: "Berlin" });
    expect(elements[2]!.location!.range).toBe("A2:C4");
  });

  test("longer than a window go on in slices with the header as context", async () => {
    const rows = Array.from({ length: 2500 }, (_, index) =>
      row(index + 2, text(`A${index + 2}`, `k${index}`) + number(`B${index + 2}`, index)),
    ).join("");
    const xml = `<sheetData>${row(1, text("A1", "Key") + text("B1", "Value"))}${rows}</sheetData>`;
    const tables = (await readElements(xlsxOf([{ name: "S", xml }]))).filter((element) => element.kind === "table");
    expect(tables.reduce((sum, table) => sum + table.table!.rows, 0)).toBe(2501);
    expect(tables.slice(1).every((table) => table.table!.continuedHeader?.[0]?.join() === "Key,Value")).toBe(true);
    expect(tables.at(-1)!.location!.range).toMatch(/^A\d+:B2501$/);
  });
});

test("hidden sheets are flagged, or left out when asked", async () => {
  const sheets = [
    { name: "Open", xml: `<sheetData>${row(1, text("A1", "seen"))}</sheetData>` },
    { name: "Shut", xml: `<sheetData>${row(1, text("A1", "unseen"))}</sheetData>`, state: "veryHidden" },
  ];
  const all = await readElements(xlsxOf(sheets));
  expect(all.filter((element) => element.attributes?.hidden === "true").map((element) => element.text)).toEqual([
    "Shut",
    "unseen",
  ]);
  expect(outline(await readElements(xlsxOf(sheets), { hidden: "exclude" }))).toEqual([
    "heading 2: Open",
    "paragraph: seen",
  ]);
});
