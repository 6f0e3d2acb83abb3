import { describe, expect, test } from "vitest";
import { readingOrder } from "../src/pptx/shape-order.ts";
import { outline, readElements } from "./read-all.ts";
import { relationships, zipOf } from "./zip-of.ts";

const NAMESPACES = [
  'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"',
  'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"',
  'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"',
  'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"',
  'xmlns:p188="http://schemas.microsoft.com/office/powerpoint/2018/8/main"',
].join(" ");
const place = (x: number, y: number, tag = "a"): string =>
  `<${tag}:xfrm><a:off x="${x}" y="${y}"/><a:ext cx="100" cy="50"/></${tag}:xfrm>`;
const lines = (...texts: string[]): string =>
  `<p:txBody>${texts.map((text) => `<a:p><a:r><a:t>${text}</a:t></a:r></a:p>`).join("")}</p:txBody>`;
const shape = (text: string, options: { ph?: string; at?: [number, number]; alt?: string } = {}): string => {
  const { ph, at, alt } = options;
  return `<p:sp><p:nvSpPr><p:cNvPr id="1" name="s"${alt === undefined ? "" : ` descr="${alt}"`}/><p:nvPr>${ph === undefined ? "" : `<p:ph ${ph}/>`}</p:nvPr></p:nvSpPr>
    <p:spPr>${at === undefined ? "" : place(...at)}</p:spPr>${lines(text)}</p:sp>`;
};
const part = (root: string, shapes: string, more = "", attributes = ""): string =>
  `<p:${root} ${NAMESPACES} ${attributes}><p:cSld><p:spTree>${shapes}</p:spTree></p:cSld>${more}</p:${root}>`;

function pptxOf(slides: readonly string[], others: Readonly<Record<string, string>> = {}): Uint8Array {
  const parts: Record<string, string> = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "_rels/.rels": relationships(["r1", "officeDocument", "ppt/presentation.xml"]),
    "ppt/presentation.xml": `<p:presentation ${NAMESPACES}><p:sldIdLst>${slides.map((_, index) => `<p:sldId id="${index}" r:id="s${index}"/>`).join("")}</p:sldIdLst></p:presentation>`,
    "ppt/_rels/presentation.xml.rels": relationships(
      ...slides.map((_, index): [string, string, string] => [`s${index}`, "slide", `slides/slide${index}.xml`]),
    ),
    "ppt/layout.xml": part("sldLayout", shape("Click to edit", { ph: 'type="body" idx="1"', at: [0, 500] })),
    "ppt/_rels/layout.xml.rels": relationships(["m", "slideMaster", "master.xml"]),
    "ppt/master.xml": part(
      "sldMaster",
      shape("Confidential"),
      '<p:txStyles><p:bodyStyle><a:lvl1pPr><a:buChar char="•"/></a:lvl1pPr></p:bodyStyle></p:txStyles>',
    ),
  };
  slides.forEach((slide, index) => {
    parts[`ppt/slides/slide${index}.xml`] = slide;
    parts[`ppt/slides/_rels/slide${index}.xml.rels`] = relationships(
      ["l", "slideLayout", "../layout.xml"],
      ["d", "diagramData", "../data.xml"],
      ["c", "comments", "../comments.xml"],
    );
  });
  return zipOf({ ...parts, ...others });
}

describe("slides", () => {
  test("title first, then by place; placeholders inherit place and bullets, masters tell their texts once", async () => {
    const group = `<p:grpSp><p:nvGrpSpPr><p:cNvPr id="9" name="g"/></p:nvGrpSpPr><p:grpSpPr><a:xfrm><a:off x="0" y="100"/><a:ext cx="100" cy="50"/><a:chOff x="0" y="9000"/><a:chExt cx="100" cy="50"/></a:xfrm></p:grpSpPr>${shape("In a group", { at: [0, 9000] })}</p:grpSp>`;
    const slide = part(
      "sld",
      [
        shape("Point", { ph: 'idx="1"' }),
        shape("Bottom", { at: [0, 900] }),
        group,
        shape("Top right", { at: [300, 0] }),
        shape("Top left", { at: [0, 0], alt: "A mark" }),
        shape("Heading", { ph: 'type="title"' }),
        shape("7", { ph: 'type="sldNum"' }),
      ].join(""),
    );
    const elements = await readElements(pptxOf([slide, part("sld", shape("Second", { ph: 'type="ctrTitle"' }))]));
    expect(outline(elements)).toEqual([
      "heading 1: Heading",
      "figure: A mark",
      "paragraph: Top left",
      "paragraph: Top right",
      "paragraph: In a group",
      "list_item 0: Point",
      "paragraph: Bottom",
      "footer: Confidential",
      "heading 1: Second",
    ]);
    expect(elements.at(-1)!.location).toEqual({ slide: 2 });
  });

  test("tables keep spans, diagrams are lists, threads of comments are told in order", async () => {
    const cell = (text: string, attributes = ""): string =>
      `<a:tc ${attributes}><a:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></a:txBody></a:tc>`;
    const table = `<p:graphicFrame>${place(0, 0, "p")}<a:graphic><a:graphicData><a:tbl><a:tblPr firstRow="1"/>
      <a:tr>${cell("Wide", 'gridSpan="2"')}${cell("", 'hMerge="1"')}</a:tr><a:tr>${cell("Tall", 'rowSpan="2"')}${cell("1")}</a:tr>
      <a:tr>${cell("", 'vMerge="1"')}${cell("2")}</a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>`;
    const diagram = `<p:graphicFrame>${place(0, 400, "p")}<a:graphic><a:graphicData><dgm:relIds r:dm="d"/></a:graphicData></a:graphic></p:graphicFrame>`;
    const point = (id: string, text: string, type = "node"): string =>
      `<dgm:pt modelId="${id}" type="${type}"><dgm:t><a:p><a:r><a:t>${text}</a:t></a:r></a:p></dgm:t></dgm:pt>`;
    const elements = await readElements(
      pptxOf([part("sld", table + diagram)], {
        "ppt/data.xml": `<dgm:dataModel ${NAMESPACES}><dgm:ptLst>${point("0", "", "doc")}${point("1", "Ask")}${point("2", "Wait")}${point("3", "Book")}</dgm:ptLst>
          <dgm:cxnLst><dgm:cxn srcId="0" destId="3" srcOrd="1"/><dgm:cxn srcId="0" destId="1" srcOrd="0"/><dgm:cxn srcId="1" destId="2" srcOrd="0"/></dgm:cxnLst></dgm:dataModel>`,
        "ppt/comments.xml": `<p188:cmLst ${NAMESPACES}><p188:cm authorId="a" created="2026-03-01T10:00:00"><p188:replyLst><p188:reply authorId="b"><p188:txBody><a:p><a:r><a:t>Yes</a:t></a:r></a:p></p188:txBody></p188:reply></p188:replyLst><p188:txBody><a:p><a:r><a:t>Right?</a:t></a:r></a:p></p188:txBody></p188:cm></p188:cmLst>`,
      }),
    );
    expect(outline(elements)).toEqual([
      "table: Wide\nTall | 1\n| 2",
      "list_item 0: Ask",
      "list_item 1: Wait",
      "list_item 0: Book",
      "footer: Confidential",
      "comment: Right?",
      "comment: Yes",
    ]);
    expect(elements[0]!.table!.cells).toEqual([
      { row: 0, column: 0, columnSpan: 2, text: "Wide", header: true },
      { row: 1, column: 0, rowSpan: 2, text: "Tall" },
      { row: 1, column: 1, text: "1" },
      { row: 2, column: 1, text: "2" },
    ]);
  });

  test("runs carry marks, charts their type, comments their author's initials", async () => {
    const text = (runs: string): string =>
      `<p:sp><p:nvSpPr><p:cNvPr id="1" name="s"/><p:nvPr/></p:nvSpPr><p:spPr>${place(0, 0)}</p:spPr><p:txBody><a:p>${runs}</a:p></p:txBody></p:sp>`;
    const run = (shown: string, attributes: string, more = ""): string =>
      `<a:r><a:rPr ${attributes}>${more}</a:rPr><a:t>${shown}</a:t></a:r>`;
    const runs = `${run("Ask ", "")}${run("first", 'b="1" i="0"')}${run(", ", "")}${run("the rules", "", '<a:hlinkClick r:id="w"/>')}${run("2", 'baseline="30000"')}`;
    const chart = `<p:graphicFrame>${place(0, 400, "p")}<a:graphic><a:graphicData><c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" r:id="h"/></a:graphicData></a:graphic></p:graphicFrame>`;
    const points = (name: string, values: readonly string[]): string =>
      `<c:${name}><c:strCache>${values.map((value, index) => `<c:pt idx="${index}"><c:v>${value}</c:v></c:pt>`).join("")}</c:strCache></c:${name}>`;
    const elements = await readElements(
      pptxOf([part("sld", text(runs) + chart)], {
        "ppt/slides/_rels/slide0.xml.rels": relationships(
          ["l", "slideLayout", "../layout.xml"],
          ["h", "chart", "../chart.xml"],
          ["c", "comments", "../comments.xml"],
          ["w", "hyperlink", "https://example.org/rules", "External"],
        ),
        "ppt/_rels/presentation.xml.rels": relationships(
          ["s0", "slide", "slides/slide0.xml"],
          ["a", "commentAuthors", "authors.xml"],
        ),
        "ppt/authors.xml": `<p:cmAuthorLst ${NAMESPACES}><p:cmAuthor id="0" name="Ana Reviewer" initials="AR"/></p:cmAuthorLst>`,
        "ppt/comments.xml": `<p:cmLst ${NAMESPACES}><p:cm authorId="0" dt="2026-03-01T10:00:00"><p:text>Right?</p:text></p:cm></p:cmLst>`,
        "ppt/chart.xml": `<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart><c:plotArea><c:bar3DChart><c:ser>${points("cat", ["Q1", "Q2"])}${points("val", ["1", "2"])}</c:ser></c:bar3DChart><c:lineChart/></c:plotArea></c:chart></c:chartSpace>`,
      }),
    );
    expect(elements[0]).toMatchObject({
      text: "Ask first, the rules2",
      marks: [
        { start: 4, end: 9, kind: "strong" },
        { start: 11, end: 20, kind: "link", href: "https://example.org/rules" },
        { start: 20, end: 21, kind: "superscript" },
      ],
    });
    expect(elements[1]).toMatchObject({ kind: "table", attributes: { source: "chart", chart: "Bar and line chart" } });
    expect(elements.at(-1)).toMatchObject({
      text: "Ana Reviewer (2026-03-01): Right?",
      attributes: { initials: "AR" },
    });
  });

  test("hidden ones are flagged, or left out when asked", async () => {
    const bytes = pptxOf([
      part("sld", shape("Seen", { at: [0, 0] })),
      part("sld", shape("Unseen", { at: [0, 0] }), "", 'show="0"'),
    ]);
    const hidden = (await readElements(bytes)).filter((element) => element.attributes?.hidden === "true");
    expect(hidden.map((element) => element.text)).toEqual(["Unseen"]);
    expect((await readElements(bytes, { hidden: "exclude" })).map((element) => element.text)).not.toContain("Unseen");
  });
});

test("reading order: bands, then columns, then bands inside columns", () => {
  const item = (name: string, left: number, top: number, right: number, bottom: number) => ({
    name,
    box: { left, top, right, bottom },
  });
  const items = [
    item("right low", 60, 50, 100, 90),
    item("banner", 0, 0, 100, 10),
    item("left tall", 0, 20, 40, 90),
    item("right high", 60, 20, 100, 45),
    { name: "nowhere", box: undefined },
  ];
  expect(readingOrder(items).map(({ name }) => name)).toEqual([
    "banner",
    "left tall",
    "right high",
    "nowhere",
    "right low",
  ]);
});
