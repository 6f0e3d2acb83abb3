import { describe, expect, test } from "vitest";
import { readElements, readParts } from "./read-all.ts";
import { relationships, zipOf } from "./zip-of.ts";

const NAMESPACES = [
  'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"',
  'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"',
  'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"',
].join(" ");
const THEME =
  '<a:theme xmlns:a="a"><a:clrScheme><a:dk1><a:srgbClr val="000000"/></a:dk1><a:lt1><a:srgbClr val="FFFFFF"/></a:lt1><a:accent1><a:srgbClr val="123456"/></a:accent1></a:clrScheme></a:theme>';
const rgb = (color: string): string => `<a:solidFill><a:srgbClr val="${color}"/></a:solidFill>`;
const scheme = (name: string, more = ""): string =>
  `<a:solidFill><a:schemeClr val="${name}">${more}</a:schemeClr></a:solidFill>`;
const run = (text: string, properties = "", attributes = ""): string =>
  `<a:r><a:rPr ${attributes}>${properties}</a:rPr><a:t>${text}</a:t></a:r>`;

interface Shape {
  readonly at?: readonly [number, number];
  readonly fill?: string;
  readonly ph?: string;
  readonly hidden?: boolean;
  readonly more?: string;
}
const shape = (runs: string, { at = [0, 0], fill = "", ph, hidden, more = "" }: Shape = {}): string =>
  `<p:sp><p:nvSpPr><p:cNvPr id="1" name="s"${hidden === true ? ' hidden="1"' : ""}/><p:nvPr>${ph === undefined ? "" : `<p:ph type="${ph}"/>`}</p:nvPr></p:nvSpPr>
  <p:spPr><a:xfrm><a:off x="${at[0]}" y="${at[1]}"/><a:ext cx="100" cy="50"/></a:xfrm>${fill}</p:spPr>${more}<p:txBody><a:p>${runs}</a:p></p:txBody></p:sp>`;
const part = (root: string, shapes: string, more = "", background = ""): string =>
  `<p:${root} ${NAMESPACES}><p:cSld>${background}<p:spTree>${shapes}</p:spTree></p:cSld>${more}</p:${root}>`;
const MAP = '<p:clrMap bg1="lt1" tx1="dk1"/>';

function deckOf(slide: string, master = part("sldMaster", "", MAP)): Uint8Array {
  return zipOf({
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "_rels/.rels": relationships(["r1", "officeDocument", "ppt/presentation.xml"]),
    "ppt/presentation.xml": `<p:presentation ${NAMESPACES}><p:sldIdLst><p:sldId id="1" r:id="s"/></p:sldIdLst><p:sldSz cx="1000" cy="600"/></p:presentation>`,
    "ppt/_rels/presentation.xml.rels": relationships(["s", "slide", "slides/slide1.xml"]),
    "ppt/slides/slide1.xml": slide,
    "ppt/slides/_rels/slide1.xml.rels": relationships(["l", "slideLayout", "../layout.xml"]),
    "ppt/layout.xml": part("sldLayout", ""),
    "ppt/_rels/layout.xml.rels": relationships(["m", "slideMaster", "master.xml"]),
    "ppt/master.xml": master,
    "ppt/_rels/master.xml.rels": relationships(["t", "theme", "theme.xml"]),
    "ppt/theme.xml": THEME,
  });
}

const read = async (shapes: string, background = "", master?: string): Promise<unknown> =>
  (await readElements(deckOf(part("sld", shapes, "", background), master))).map(({ kind, text, attributes }) => [
    kind,
    text,
    ...(attributes?.hidden === undefined ? [] : [attributes.hidden]),
  ]);
const backgroundOf = (fill: string): string => `<p:bg><p:bgPr>${fill}</p:bgPr></p:bg>`;

describe("runs that nobody sees", () => {
  test.each([
    ["white on a white slide", run("Obey", rgb("FFFFFF")), "", "color"],
    ["the background of the scheme", run("Obey", scheme("bg1")), "", "color"],
    ["a little darker", run("Obey", scheme("bg1", '<a:lumMod val="95000"/>')), "", "color"],
    ["the color of the slide", run("Obey", scheme("accent1")), backgroundOf(rgb("123456")), "color"],
    [
      "the color of a highlight",
      run("Obey", `${rgb("00FF00")}<a:highlight><a:srgbClr val="00FF00"/></a:highlight>`),
      "",
      "color",
    ],
    ["one point", run("Obey", "", 'sz="100"'), "", "size"],
    [
      "no opacity",
      run("Obey", '<a:solidFill><a:srgbClr val="000000"><a:alpha val="0"/></a:srgbClr></a:solidFill>'),
      "",
      "invisible",
    ],
    ["no fill", run("Obey", "<a:noFill/>"), "", "invisible"],
  ])("%s", async (_name, hidden, background, reason) => {
    expect(await read(shape(run("Ask first.") + hidden), background)).toEqual([
      ["paragraph", "Ask first."],
      ["paragraph", "Obey", reason],
    ]);
  });

  test("in a filled shape, a title, a cell", async () => {
    expect(await read(shape(run("Obey", rgb("123456")), { fill: scheme("accent1") }))).toEqual([
      ["paragraph", "Obey", "color"],
    ]);
    expect(await read(shape(run("Scope") + run(" Obey", rgb("FEFEFE")), { ph: "title" }))).toEqual([
      ["heading", "Scope"],
      ["paragraph", "Obey", "color"],
    ]);
    const cell = (runs: string, fill = ""): string =>
      `<a:tc><a:txBody><a:p>${runs}</a:p></a:txBody><a:tcPr>${fill}</a:tcPr></a:tc>`;
    const table = `<p:graphicFrame><p:xfrm><a:off x="0" y="0"/><a:ext cx="9" cy="9"/></p:xfrm><a:graphic><a:graphicData><a:tbl><a:tr>${cell(run("a") + run("Obey", rgb("FFFFFF")), rgb("FFFFFF"))}${cell(run("b", rgb("FFFFFF")))}</a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>`;
    expect(await read(table)).toEqual([
      ["table", "a | b"],
      ["paragraph", "Obey", "color"],
    ]);
  });

  test("shapes beside the slide; a short title there is the slide's name", async () => {
    expect(
      await read(
        shape(run("Seen"), { at: [950, 0] }) +
          shape(run("Obey"), { at: [1000, 0] }) +
          shape(run("Up"), { at: [0, -50] }),
      ),
    ).toEqual([
      ["paragraph", "Up", "off_page"],
      ["paragraph", "Seen"],
      ["paragraph", "Obey", "off_page"],
    ]);
    expect(await read(shape(run("Name"), { at: [0, -500], ph: "title" }))).toEqual([["heading", "Name"]]);
    const long = "Obey me at once. ".repeat(20).trim();
    expect(await read(shape(run(long), { at: [0, -500], ph: "title" }))).toEqual([["paragraph", long, "off_page"]]);
  });

  test("hidden shapes are left out and counted", async () => {
    const parts = await readParts(deckOf(part("sld", shape(run("Seen")) + shape(run("Gone"), { hidden: true }))));
    expect(parts.flatMap((one) => (one.type === "elements" ? one.elements : [])).map(({ text }) => text)).toEqual([
      "Seen",
    ]);
    expect(parts.flatMap((one) => (one.type === "warning" ? [one.warning] : []))).toEqual([
      { code: "hidden-text", message: expect.stringContaining("4 characters") },
    ]);
  });
});

describe("runs that are seen", () => {
  const white = run("Seen", rgb("FFFFFF"));
  const picture =
    '<p:pic><p:nvPicPr><p:cNvPr id="3" name="x"/></p:nvPicPr><p:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="1000" cy="600"/></a:xfrm></p:spPr></p:pic>';
  test.each([
    ["white in a dark shape", shape(white, { fill: rgb("123456") }), ""],
    ["white on a dark slide", shape(white), backgroundOf(rgb("123456"))],
    ["white on a slide with a picture", shape(white), backgroundOf("<a:blipFill/>")],
    ["white over a picture", picture + shape(white), ""],
    ["white over a shape", shape("", { fill: rgb("123456") }) + shape(white), ""],
    ["white in a shape that its style fills", shape(white, { more: '<p:style><a:fillRef idx="1"/></p:style>' }), ""],
    ["white with an outline", shape(run("Seen", `<a:ln>${rgb("000000")}</a:ln>${rgb("FFFFFF")}`)), ""],
    ["an unknown color of the scheme", shape(run("Seen", scheme("accent6"))), ""],
    ["the text color of the scheme", shape(run("Seen", scheme("tx1"))), ""],
    ["small print", shape(run("Seen", "", 'sz="400"')), ""],
    ["partly beside the slide", shape(run("Seen"), { at: [-50, 560] }), ""],
  ])("%s", async (_name, shapes, background) => {
    expect(await read(shapes, background)).toEqual([["paragraph", "Seen"]]);
  });

  test("white over a band of the master", async () => {
    const master = part("sldMaster", shape("", { fill: rgb("123456") }), MAP);
    expect(await read(shape(white), "", master)).toEqual([["paragraph", "Seen"]]);
  });
});
