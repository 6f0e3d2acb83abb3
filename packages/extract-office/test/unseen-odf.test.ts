import { describe, expect, test } from "vitest";
import { readElements, readParts } from "./read-all.ts";
import { zipOf } from "./zip-of.ts";

const NAMESPACES = "office text table style draw"
  .split(" ")
  .map((name) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name === "draw" ? "drawing" : name}:1.0"`)
  .concat('xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"')
  .join(" ");
const textStyle = (name: string, properties: string, more = ""): string =>
  `<style:style style:name="${name}" style:family="text" ${more}><style:text-properties ${properties}/></style:style>`;
const paint = (name: string, kind: string, properties: string): string =>
  `<style:style style:name="${name}"><style:${kind}-properties ${properties}/></style:style>`;
const STYLES = [
  textStyle("White", 'fo:color="#ffffff"'),
  textStyle("Child", "", 'style:parent-style-name="White"'),
  textStyle("Same", 'fo:color="#123456" fo:background-color="#123456"'),
  textStyle("Band", 'fo:color="#ffffff" fo:background-color="#123456"'),
  textStyle("Blue", 'fo:color="#123456"'),
  textStyle("Grey", 'fo:color="#c8c8c8"'),
  textStyle("Window", 'fo:color="#ffffff" style:use-window-font-color="true"'),
  textStyle("Tiny", 'fo:font-size="1pt"'),
  textStyle("Small", 'fo:font-size="4pt"'),
  textStyle("Gone", 'text:display="none"'),
  paint("Painted", "paragraph", 'fo:background-color="#123456"'),
  paint("Cell", "table-cell", 'fo:background-color="#123456"'),
  paint("Frame", "graphic", 'draw:fill="solid" draw:fill-color="#123456"'),
  paint("Folded", "table", 'table:display="false"'),
  '<style:style style:name="WhiteCell" style:family="table-cell"><style:text-properties fo:color="#ffffff"/></style:style>',
  '<style:style style:name="Rule" style:family="table-cell"><style:text-properties fo:color="#ffffff"/><style:map style:apply-style-name="Cell"/></style:style>',
].join("");
const fileOf = (body: string, styles = ""): Uint8Array =>
  zipOf({
    mimetype: "application/vnd.oasis.opendocument.text",
    "content.xml": `<office:document-content ${NAMESPACES}><office:automatic-styles>${STYLES}</office:automatic-styles><office:body>${body}</office:body></office:document-content>`,
    "styles.xml": `<office:document-styles ${NAMESPACES}>${styles}</office:document-styles>`,
  });
const span = (text: string, style: string): string => `<text:span text:style-name="${style}">${text}</text:span>`;
const paragraph = (content: string, style = ""): string => `<text:p text:style-name="${style}">${content}</text:p>`;
const readBytes = async (bytes: Uint8Array): Promise<unknown> =>
  (await readElements(bytes)).map(({ kind, text, attributes }) => [
    kind,
    text,
    ...(attributes?.hidden === undefined ? [] : [attributes.hidden]),
  ]);
const read = (body: string, styles?: string): Promise<unknown> =>
  readBytes(fileOf(`<office:text>${body}</office:text>`, styles));

describe("texts", () => {
  test.each([
    ["White", "color"],
    ["Child", "color"],
    ["Same", "color"],
    ["Tiny", "size"],
  ])("a stretch that nobody sees follows its paragraph: %s", async (style, reason) => {
    expect(await read(paragraph(`Ask first.${span("Obey me", style)} Then wait.`) + paragraph("Next"))).toEqual([
      ["paragraph", "Ask first. Then wait."],
      ["paragraph", "Obey me", reason],
      ["paragraph", "Next"],
    ]);
  });

  test("on what a paragraph, a cell, a frame and the page are painted with", async () => {
    expect(await read(paragraph(`a${span("Obey", "Blue")}`, "Painted"))).toEqual([
      ["paragraph", "a"],
      ["paragraph", "Obey", "color"],
    ]);
    const table = `<table:table><table:table-row><table:table-cell table:style-name="Cell">${paragraph(`${span("a", "White")}${span("Obey", "Blue")}`)}</table:table-cell><table:table-cell>${paragraph("b")}</table:table-cell></table:table-row></table:table>`;
    expect(await read(table)).toEqual([
      ["table", "a | b"],
      ["paragraph", "Obey", "color"],
    ]);
    const frame = `<draw:frame draw:style-name="Frame"><draw:text-box>${paragraph(span("Obey", "Blue") + span("Seen", "White"))}</draw:text-box></draw:frame>`;
    expect(await read(paragraph(frame))).toEqual([
      ["paragraph", "Seen"],
      ["paragraph", "Obey", "color"],
    ]);
    const page =
      '<office:automatic-styles><style:page-layout><style:page-layout-properties fo:background-color="#123456"/></style:page-layout></office:automatic-styles>';
    expect(await read(paragraph(span("Obey", "Blue") + span("Seen", "White")), page)).toEqual([
      ["paragraph", "Seen"],
      ["paragraph", "Obey", "color"],
    ]);
  });

  test.each(["Band", "Grey", "Window", "Small"])("seen: %s", async (style) => {
    expect(await read(paragraph(span("Seen", style)))).toEqual([["paragraph", "Seen"]]);
  });

  test("seen: white in a frame whose fill cannot be told", async () => {
    const frame = `<draw:frame draw:style-name="X"><draw:text-box>${paragraph(span("Seen", "White"))}</draw:text-box></draw:frame>`;
    expect(await read(paragraph(frame))).toEqual([["paragraph", "Seen"]]);
  });

  test("what is not displayed, and what was deleted, is left out and counted", async () => {
    const changes = `<text:tracked-changes><text:changed-region><text:deletion>${paragraph("removed")}</text:deletion></text:changed-region></text:tracked-changes>`;
    const bytes = fileOf(`<office:text>${changes}${paragraph(`Seen${span("gone", "Gone")}`)}</office:text>`);
    expect(await readBytes(bytes)).toEqual([["paragraph", "Seen"]]);
    const warnings = (await readParts(bytes)).flatMap((part) => (part.type === "warning" ? [part.warning] : []));
    expect(warnings).toEqual([{ code: "hidden-text", message: expect.stringContaining("11 characters") }]);
  });
});

describe("sheets", () => {
  const cell = (text: string, style = ""): string =>
    `<table:table-cell ${style === "" ? "" : `table:style-name="${style}"`} office:value-type="string">${paragraph(text)}</table:table-cell>`;
  const row = (cells: string, attributes = ""): string => `<table:table-row ${attributes}>${cells}</table:table-row>`;
  const sheet = (rows: string, attributes = ""): Uint8Array =>
    fileOf(
      `<office:spreadsheet><table:table table:name="Data" ${attributes}>${rows}</table:table></office:spreadsheet>`,
    );

  test("cells that nobody sees follow the table; a rule may paint others", async () => {
    const rows = row(cell("a") + cell("b") + cell("Obey", "WhiteCell")) + row(cell("c") + cell("d", "Rule"));
    expect(await readBytes(sheet(rows))).toEqual([
      ["heading", "Data"],
      ["table", "a | b\nc | d"],
      ["paragraph", "Obey", "color"],
    ]);
  });

  test("folded rows and columns are named, hidden sheets marked", async () => {
    const columns =
      '<table:table-columns><table:table-column/><table:table-column table:visibility="collapse"/></table:table-columns>';
    const rows = row(cell("a") + cell("b")) + row(cell("c") + cell("d"), 'table:visibility="filter"');
    const elements = await readElements(sheet(columns + rows));
    expect(elements[1]!.attributes).toEqual({ hiddenRows: "2", hiddenColumns: "B" });
    const hidden = sheet(rows, 'table:style-name="Folded"');
    expect((await readElements(hidden)).map(({ attributes }) => attributes?.hidden)).toEqual(["true", "true"]);
    expect(await readElements(hidden, { hidden: "exclude" })).toEqual([]);
  });
});
