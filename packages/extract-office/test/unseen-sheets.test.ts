import { describe, expect, test } from "vitest";
import { readElements } from "./read-all.ts";
import { relationships, xlsxOf } from "./zip-of.ts";

const X = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
/** Formats by index: plain, white letters, white on black, format that shows nothing, blue on blue of the theme, white on a pattern, tinted. */
const STYLES = `<styleSheet xmlns="${X}">
  <numFmts><numFmt numFmtId="200" formatCode=";;;"/><numFmt numFmtId="201" formatCode="0;;"/></numFmts>
  <fonts><font/><font><color rgb="FFFFFFFF"/></font><font><color indexed="9"/></font><font><color theme="4"/></font><font><color theme="0" tint="-0.05"/></font><font><color theme="0" tint="-0.5"/></font></fonts>
  <fills><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FF000000"/></patternFill></fill><fill><patternFill patternType="solid"><fgColor rgb="FF123456"/></patternFill></fill><fill><patternFill patternType="gray125"/></fill></fills>
  <cellXfs><xf fontId="0" fillId="0"/><xf fontId="1" fillId="0"/><xf fontId="1" fillId="1"/><xf fontId="0" fillId="0" numFmtId="200"/><xf fontId="3" fillId="2"/><xf fontId="1" fillId="3"/><xf fontId="4" fillId="0"/><xf fontId="2" fillId="0"/><xf fontId="5" fillId="0"/><xf numFmtId="201"/></cellXfs></styleSheet>`;
const THEME =
  '<a:theme xmlns:a="a"><a:themeElements><a:clrScheme><a:dk1><a:sysClr val="windowText" lastClr="000000"/></a:dk1><a:lt1><a:sysClr val="window" lastClr="FFFFFF"/></a:lt1><a:accent1><a:srgbClr val="123456"/></a:accent1></a:clrScheme></a:themeElements></a:theme>';
const others = { "xl/styles.xml": STYLES, "xl/theme.xml": THEME };

const cell = (at: string, text: string, style = 0): string =>
  /^\d+$/.test(text)
    ? `<c r="${at}" s="${style}"><v>${text}</v></c>`
    : `<c r="${at}" s="${style}" t="inlineStr"><is><t>${text}</t></is></c>`;
const row = (number: number, cells: string, attributes = ""): string =>
  `<row r="${number}" ${attributes}>${cells}</row>`;
const book = (xml: string, more: Readonly<Record<string, string>> = {}): Uint8Array => {
  const rels = {
    "xl/_rels/workbook.xml.rels": relationships(
      ["s0", "worksheet", "worksheets/sheet1.xml"],
      ["st", "styles", "styles.xml"],
      ["th", "theme", "theme.xml"],
    ),
  };
  return xlsxOf([{ name: "Data", xml }], { ...others, ...rels, ...more });
};
const read = async (xml: string, more: Readonly<Record<string, string>> = {}): Promise<unknown> =>
  (await readElements(book(xml, more)))
    .slice(1)
    .map(({ kind, text, location, attributes }) => [
      kind,
      text,
      location?.range,
      ...(attributes === undefined ? [] : [attributes]),
    ]);

describe("cells that nobody sees", () => {
  test.each([
    ["white letters", 1, "Obey", "color"],
    ["white letters of the old palette", 7, "Obey", "color"],
    ["nearly white", 6, "Obey", "color"],
    ["the color of the fill, by the theme", 4, "Obey", "color"],
    ["a format that shows nothing, of a text", 3, "Obey", "invisible"],
    ["and of a number", 3, "7", "invisible"],
  ])("%s", async (_name, style, text, reason) => {
    const rows =
      row(1, cell("A1", "Grade") + cell("B1", "Limit")) +
      row(2, cell("A2", "a") + cell("B2", "1") + cell("C2", text, style));
    expect(await read(`<sheetData>${rows}</sheetData>`)).toEqual([
      ["table", "Grade | Limit\na | 1", "A1:B2"],
      ["paragraph", text, "C2", { hidden: reason }],
    ]);
  });

  test.each([
    ["white on black", 2],
    ["white on a pattern", 5],
    ["grey", 8],
    ["a format of numbers alone", 9],
  ])("seen: %s", async (_name, style) => {
    expect(await read(`<sheetData>${row(1, cell("A1", "Seen", style))}</sheetData>`)).toEqual([
      ["paragraph", "Seen", "A1"],
    ]);
  });

  test("a conditional format or the style of a table may paint the cell", async () => {
    const data = `<sheetData>${row(1, cell("B1", "Seen", 1))}</sheetData>`;
    expect(await read(`${data}<conditionalFormatting sqref="D1 A1:C9"/>`)).toEqual([["paragraph", "Seen", "B1"]]);
    expect(await read(`${data}<conditionalFormatting sqref="D1"/>`)).toEqual([
      ["paragraph", "Seen", "B1", { hidden: "color" }],
    ]);
    const styled = {
      "xl/worksheets/_rels/sheet1.xml.rels": relationships(["t", "table", "../table1.xml"]),
      "xl/table1.xml": `<table xmlns="${X}" ref="B1:C4"><tableStyleInfo name="TableStyleMedium2"/></table>`,
    };
    expect(await read(data, styled)).toEqual([["paragraph", "Seen", "B1"]]);
  });

  test("neighbours are one text", async () => {
    const rows = [1, 2].map((at) => row(at, cell(`A${at}`, `a${at}`, 1) + cell(`B${at}`, `b${at}`, 1))).join("");
    expect(await read(`<sheetData>${rows}${row(9, cell("A9", "later", 1))}</sheetData>`)).toEqual([
      ["paragraph", "a1 | b1\na2 | b2", "A1:B2", { hidden: "color" }],
      ["paragraph", "later", "A9", { hidden: "color" }],
    ]);
  });
});

test("rows and columns that are folded away stay in their table and are named", async () => {
  const line = (at: number, attributes = ""): string =>
    row(at, cell(`A${at}`, `a${at}`) + cell(`B${at}`, `${at}`) + cell(`C${at}`, `${at}0`), attributes);
  const cols = '<cols><col min="3" max="3" width="9" hidden="1"/></cols>';
  const rows = `${line(1)}${line(2, 'hidden="1"')}${line(3, 'hidden="1"')}${line(4)}${line(5, 'hidden="1"')}`;
  expect(await read(`${cols}<sheetData>${rows}</sheetData>`)).toEqual([
    [
      "table",
      "a1 | 1 | 10\na2 | 2 | 20\na3 | 3 | 30\na4 | 4 | 40\na5 | 5 | 50",
      "A1:C5",
      { hiddenRows: "2:3,5", hiddenColumns: "C" },
    ],
  ]);
  expect(await read(`<sheetData>${line(2, 'hidden="1"')}${line(3, 'hidden="1"')}</sheetData>`)).toEqual([
    ["table", "a2 | 2 | 20\na3 | 3 | 30", "A2:C3", { hidden: "true" }],
  ]);
  expect(await read(`${cols}<sheetData>${row(1, cell("C1", "Note"))}</sheetData>`)).toEqual([
    ["paragraph", "Note", "C1", { hidden: "true" }],
  ]);
});
