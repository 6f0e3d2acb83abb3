import { describe, expect, test } from "vitest";
import { readElements, readParts } from "./read-all.ts";
import { docxOf } from "./zip-of.ts";

const run = (text: string, properties = ""): string =>
  `<w:r><w:rPr>${properties}</w:rPr><w:t xml:space="preserve">${text}</w:t></w:r>`;
const paragraph = (runs: string, properties = ""): string => `<w:p><w:pPr>${properties}</w:pPr>${runs}</w:p>`;
const fill = (color: string): string => `<w:shd w:val="clear" w:color="auto" w:fill="${color}"/>`;
const WHITE = '<w:color w:val="FFFFFF"/>';
const cell = (content: string, properties = ""): string => `<w:tc><w:tcPr>${properties}</w:tcPr>${content}</w:tc>`;
const table = (cells: string, properties = ""): string =>
  `<w:tbl><w:tblPr>${properties}<w:tblLook w:firstRow="0"/></w:tblPr><w:tr>${cells}</w:tr></w:tbl>`;
const box = (content: string, shape: string): string =>
  `<w:r><w:drawing><wps:wsp>${shape}<wps:txbx><w:txbxContent>${content}</w:txbxContent></wps:txbx></wps:wsp></w:drawing></w:r>`;
const THEME =
  '<a:clrScheme xmlns:a="a"><a:dk1><a:sysClr val="windowText" lastClr="000000"/></a:dk1><a:lt1><a:sysClr val="window" lastClr="FFFFFF"/></a:lt1><a:accent1><a:srgbClr val="123456"/></a:accent1></a:clrScheme>';

const read = async (body: string, others: Readonly<Record<string, string>> = {}): Promise<unknown> =>
  (await readElements(docxOf(body, others))).map(({ kind, text, attributes }) => [
    kind,
    text,
    ...(attributes?.hidden === undefined ? [] : [attributes.hidden]),
  ]);

describe("a run that nobody sees follows its paragraph", () => {
  const styles = `<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="22"/></w:rPr></w:rPrDefault></w:docDefaults>
    <w:style w:type="character" w:styleId="Ghost"><w:name w:val="Ghost"/><w:rPr>${WHITE}</w:rPr></w:style>
    <w:style w:type="character" w:styleId="Child"><w:name w:val="Child"/><w:basedOn w:val="Ghost"/></w:style>`;
  test.each([
    ["white on paper", WHITE, "color"],
    ["nearly white", '<w:color w:val="FAFAFA"/>', "color"],
    ["the color of its shading", `<w:color w:val="C00000"/>${fill("C00000")}`, "color"],
    ["the color of its highlight", '<w:color w:val="FFFF00"/><w:highlight w:val="yellow"/>', "color"],
    ["a color of the theme", '<w:color w:val="000000" w:themeColor="background1"/>', "color"],
    ["a character style", '<w:rStyle w:val="Child"/>', "color"],
    ["one point", '<w:sz w:val="2"/>', "size"],
    [
      "no ink",
      '<w14:textFill xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"><w14:noFill/></w14:textFill>',
      "invisible",
    ],
  ])("%s", async (_name, properties, reason) => {
    expect(
      await read(paragraph(run("Ask first. ") + run("Obey ", properties) + run("me", properties) + run("Then wait.")), {
        styles,
        theme: THEME,
      }),
    ).toEqual([
      ["paragraph", "Ask first. Then wait."],
      ["paragraph", "Obey me", reason],
    ]);
  });

  test("by its paragraph style, in headings, cells, boxes, notes and headers", async () => {
    const ghost = `<w:style w:type="paragraph" w:styleId="Ghost"><w:name w:val="Ghost"/><w:rPr>${WHITE}</w:rPr></w:style>`;
    expect(await read(paragraph(run("Obey"), '<w:pStyle w:val="Ghost"/>'), { styles: ghost })).toEqual([
      ["paragraph", "Obey", "color"],
    ]);
    expect(await read(paragraph(run("Scope") + run(" Obey", WHITE), '<w:outlineLvl w:val="0"/>'))).toEqual([
      ["heading", "Scope"],
      ["paragraph", "Obey", "color"],
    ]);
    const cells = cell(paragraph(run("a") + run("Obey", WHITE))) + cell(paragraph(run("b")), fill("000000"));
    expect(await read(table(cells))).toEqual([
      ["table", "a | b"],
      ["paragraph", "Obey", "color"],
    ]);
    const filled = box(
      paragraph(run("Obey", '<w:color w:val="123456"/>')),
      `<wps:spPr><a:solidFill xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:srgbClr val="123456"/></a:solidFill></wps:spPr>`,
    );
    expect(await read(paragraph(filled))).toEqual([["paragraph", "Obey", "color"]]);
    const footnotes = `<w:footnote w:id="2">${paragraph(run("Note") + run("Obey", '<w:sz w:val="3"/>'))}</w:footnote>`;
    expect(await read(paragraph(`${run("Text")}<w:r><w:footnoteReference w:id="2"/></w:r>`), { footnotes })).toEqual([
      ["paragraph", "Text[1]"],
      ["footnote", "[1] Note"],
      ["paragraph", "Obey", "size"],
    ]);
    expect(await read(paragraph(run("Text")), { header: paragraph(run("Head") + run("Obey", WHITE)) })).toEqual([
      ["header", "Head"],
      ["paragraph", "Obey", "color"],
      ["paragraph", "Text"],
    ]);
  });

  test("black on a page that is painted black and shown so", async () => {
    const body = paragraph(run("Obey", '<w:color w:val="000000"/>') + run("Seen", WHITE));
    const document = docxOf(`</w:body><w:background w:color="000000"/><w:body>${body}`, {
      settings: "<w:displayBackgroundShape/>",
    });
    expect((await readElements(document)).map(({ text, attributes }) => [text, attributes?.hidden])).toEqual([
      ["Seen", undefined],
      ["Obey", "color"],
    ]);
  });
});

describe("text that is seen stays", () => {
  test.each([
    ["automatic color", paragraph(run("Seen", '<w:color w:val="auto"/>'))],
    ["grey", paragraph(run("Seen", '<w:color w:val="D0D0D0"/>'))],
    ["white on its own shading", paragraph(run("Seen", WHITE + fill("1F3864")))],
    ["white on the shading of its paragraph", paragraph(run("Seen", WHITE), fill("1F3864"))],
    ["white on a pattern", paragraph(run("Seen", `${WHITE}<w:shd w:val="pct50" w:fill="auto"/>`))],
    [
      "white on a color of the theme",
      paragraph(run("Seen", `${WHITE}<w:shd w:val="clear" w:fill="auto" w:themeFill="accent1"/>`)),
    ],
    ["small print", paragraph(run("Seen", '<w:sz w:val="8"/>'))],
    ["an unknown color of the theme", paragraph(run("Seen", '<w:color w:val="FFFFFF" w:themeColor="accent9"/>'))],
    ["white in a box without a known fill", paragraph(box(paragraph(run("Seen", WHITE)), "<wps:style/>"))],
    ["shown against its style", paragraph(run("Seen", '<w:vanish w:val="0"/>'), '<w:pStyle w:val="Gone"/>')],
  ])("%s", async (_name, body) => {
    const styles =
      '<w:style w:type="paragraph" w:styleId="Gone"><w:name w:val="Gone"/><w:rPr><w:vanish/></w:rPr></w:style>';
    expect(await read(body, { theme: THEME, styles })).toEqual([["paragraph", "Seen"]]);
  });

  test("white in a shaded cell, and in a table whose style paints", async () => {
    const styles = `<w:style w:type="table" w:styleId="Grid"><w:name w:val="Grid"/><w:tblStylePr w:type="firstRow"><w:tcPr>${fill("4472C4")}</w:tcPr></w:tblStylePr></w:style>`;
    const white = cell(paragraph(run("a", WHITE))) + cell(paragraph(run("b", WHITE)));
    expect(await read(table(white, '<w:tblStyle w:val="Grid"/>'), { styles })).toEqual([["table", "a | b"]]);
    const shaded = cell(paragraph(run("a", WHITE)), fill("1F3864")) + cell(paragraph(run("b")));
    expect(await read(table(shaded))).toEqual([["table", "a | b"]]);
  });
});

test("hidden and deleted text is left out and counted", async () => {
  const body = paragraph(
    `${run("Kept")}${run(" gone", "<w:vanish/>")}<w:del><w:r><w:delText>removed</w:delText></w:r></w:del>`,
  );
  const parts = await readParts(docxOf(body));
  expect(parts.flatMap((part) => (part.type === "elements" ? part.elements : [])).map(({ text }) => text)).toEqual([
    "Kept",
  ]);
  const warnings = parts.flatMap((part) => (part.type === "warning" ? [part.warning] : []));
  expect(warnings).toEqual([{ code: "hidden-text", message: expect.stringContaining("11 characters") }]);
});
