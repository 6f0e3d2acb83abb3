import { describe, expect, test } from "vitest";
import { outline, readElements } from "./read-all.ts";
import { docxOf } from "./zip-of.ts";

const run = (text: string): string => `<w:r><w:t xml:space="preserve">${text}</w:t></w:r>`;
const paragraph = (text: string, properties = ""): string => `<w:p><w:pPr>${properties}</w:pPr>${run(text)}</w:p>`;
const cell = (text: string, properties = ""): string => `<w:tc><w:tcPr>${properties}</w:tcPr>${paragraph(text)}</w:tc>`;
const row = (cells: string, properties = ""): string => `<w:tr><w:trPr>${properties}</w:trPr>${cells}</w:tr>`;

const NUMBERING = `
  <w:abstractNum w:abstractNumId="1">
    <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/><w:pStyle w:val="H1"/></w:lvl>
    <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl>
    <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%3)"/></w:lvl>
  </w:abstractNum>
  <w:abstractNum w:abstractNumId="2">
    <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val=""/></w:lvl>
  </w:abstractNum>
  <w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>
  <w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>
  <w:num w:numId="3"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>`;
const STYLES = `
  <w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/>
    <w:pPr><w:numPr><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
  <w:style w:type="paragraph" w:styleId="Mine"><w:name w:val="My chapter"/><w:basedOn w:val="H1"/>
    <w:pPr><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr></w:style>`;
const item = (text: string, id: number, level: number): string =>
  paragraph(text, `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="${id}"/></w:numPr>`);

describe("numbering", () => {
  test("headings and items get the markers that a reader sees", async () => {
    const body = [
      paragraph("Scope", '<w:pStyle w:val="H1"/>'),
      item("Staff", 1, 1),
      item("full time", 1, 2),
      item("part time", 1, 2),
      item("Guests", 1, 1),
      paragraph("Limits", '<w:pStyle w:val="H1"/>'),
      item("Cap", 1, 1),
      paragraph("Annex", '<w:pStyle w:val="Mine"/>'),
      item("dot", 2, 0),
      item("restarted", 3, 0),
    ].join("");
    const elements = await readElements(docxOf(body, { styles: STYLES, numbering: NUMBERING }));
    expect(outline(elements)).toEqual([
      "heading 1: 1. Scope",
      "list_item 1: 1.1 Staff",
      "list_item 2: (a) full time",
      "list_item 2: (b) part time",
      "list_item 1: 1.2 Guests",
      "heading 1: 2. Limits",
      "list_item 1: 2.1 Cap",
      "heading 1: Annex",
      "list_item 0: dot",
      "list_item 0: restarted",
    ]);
    expect(elements[8]!.attributes).toEqual({ marker: "•" });
    expect(elements[9]!.attributes).toEqual({ marker: "7." });
  });
});

describe("what is shown and what is not", () => {
  test("insertions stay, deletions and field codes go, hidden text goes", async () => {
    const body = `<w:p>${run("Pay ")}<w:del><w:r><w:delText>late</w:delText></w:r></w:del><w:ins>${run("on time")}</w:ins>
      <w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGEREF x </w:instrText></w:r>
      <w:r><w:fldChar w:fldCharType="separate"/></w:r>${run(", page 7")}<w:r><w:fldChar w:fldCharType="end"/></w:r>
      <w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r></w:p>`;
    expect(outline(await readElements(docxOf(body)))).toEqual(["paragraph: Pay on time, page 7"]);
  });

  test("notes and comments follow the paragraph that refers to them", async () => {
    const body = `<w:p>${run("Cap is 80")}<w:r><w:footnoteReference w:id="5"/></w:r><w:r><w:commentReference w:id="0"/></w:r></w:p>${paragraph("Next")}`;
    const elements = await readElements(
      docxOf(body, {
        footnotes: `<w:footnote w:id="5">${paragraph("Before tax.")}</w:footnote>`,
        comments: `<w:comment w:id="0" w:author="Reviewer" w:date="2026-02-01T10:00:00Z">${paragraph("Still right?")}</w:comment>`,
      }),
    );
    expect(outline(elements)).toEqual([
      "paragraph: Cap is 80[1]",
      "footnote: [1] Before tax.",
      "comment: Reviewer (2026-02-01): Still right?",
      "paragraph: Next",
    ]);
  });

  test("a text box counts once although its fallback repeats it", async () => {
    const box = `<w:txbxContent>${paragraph("Boxed")}</w:txbxContent>`;
    const body = `<w:p>${run("Around")}<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>${box}</wps:txbx></w:drawing></mc:Choice>
      <mc:Fallback><w:pict><v:textbox>${box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>`;
    expect(outline(await readElements(docxOf(body)))).toEqual(["paragraph: Around", "paragraph: Boxed"]);
  });

  test("formulas are LaTeX, apart when they stand alone and in line otherwise", async () => {
    const square =
      "<m:oMath><m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath>";
    const half =
      "<m:oMath><m:f><m:num><m:r><m:t>π</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>";
    const body = `<w:p><m:oMathPara>${half}</m:oMathPara></w:p><w:p>${run("with ")}${square}</w:p>`;
    expect(outline(await readElements(docxOf(body)))).toEqual([
      "formula: $$\\frac{ \\pi }{2}$$",
      "paragraph: with $x^{2}$",
    ]);
  });

  test("lines of code are one element", async () => {
    const mono = (text: string): string =>
      `<w:p><w:r><w:rPr><w:rFonts w:ascii="Consolas"/></w:rPr><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
    expect(
      outline(await readElements(docxOf(mono("if (a) {") + mono("  b();") + mono("}") + paragraph("after")))),
    ).toEqual(["code: if (a) {\n  b();\n}", "paragraph: after"]);
  });
});

describe("tables", () => {
  test("keep spans, header rows and what is nested", async () => {
    const nested = `<w:tc><w:tbl>${row(cell("in") + cell("side"))}</w:tbl><w:p/></w:tc>`;
    const body = `<w:tbl>
      ${row(cell("Kind") + cell("Cap", '<w:gridSpan w:val="2"/>'), "<w:tblHeader/>")}
      ${row(cell("Meals", '<w:vMerge w:val="restart"/>') + cell("28") + cell("30"))}
      ${row(cell("", "<w:vMerge/>") + nested + cell("32"))}
    </w:tbl>`;
    const [table] = await readElements(docxOf(body));
    expect(table!.text).toBe("Kind | Cap\nMeals | 28 | 30\n| in | side | 32");
    expect(table!.table).toEqual({
      rows: 3,
      columns: 3,
      cells: [
        { row: 0, column: 0, text: "Kind", header: true },
        { row: 0, column: 1, columnSpan: 2, text: "Cap", header: true },
        { row: 1, column: 0, rowSpan: 2, text: "Meals" },
        { row: 1, column: 1, text: "28" },
        { row: 1, column: 2, text: "30" },
        { row: 2, column: 1, text: "in | side" },
        { row: 2, column: 2, text: "32" },
      ],
    });
  });

  test("a frame of one cell is no table", async () => {
    const body = `<w:tbl>${row(`<w:tc>${paragraph("One")}${paragraph("Two")}</w:tc>`)}</w:tbl>`;
    expect(outline(await readElements(docxOf(body)))).toEqual(["paragraph: One", "paragraph: Two"]);
  });

  test("long ones come in slices that know their header", async () => {
    const rows = Array.from({ length: 450 }, (_, index) => row(cell(`k${index}`) + cell(`v${index}`))).join("");
    const body = `<w:tbl>${row(cell("Key") + cell("Value"), "<w:tblHeader/>")}${rows}</w:tbl>`;
    const slices = await readElements(docxOf(body));
    expect(slices.map((slice) => slice.table!.rows)).toEqual([200, 200, 51]);
    expect(slices.map((slice) => slice.table!.continuedHeader)).toEqual([
      undefined,
      [["Key", "Value"]],
      [["Key", "Value"]],
    ]);
    expect(slices[2]!.text.startsWith("k399 | v399")).toBe(true);
  });
});

describe("marks", () => {
  const set = (text: string, properties: string): string =>
    `<w:r><w:rPr>${properties}</w:rPr><w:t xml:space="preserve">${text}</w:t></w:r>`;
  const field = (code: string): string =>
    `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">${code}</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>${run("a rule")}<w:r><w:fldChar w:fldCharType="end"/></w:r>`;
  const marks = async (body: string, others?: Readonly<Record<string, string>>): Promise<unknown> =>
    (await readElements(docxOf(body, others))).map(({ text, marks: own = [] }) => [
      text,
      ...own.map(({ start, end, kind, href }) => [kind, text.slice(start, end), ...(href === undefined ? [] : [href])]),
    ]);

  test("of runs, of character styles, of typewriter faces", async () => {
    const styles =
      '<w:style w:type="character" w:styleId="Loud"><w:name w:val="Loud"/><w:rPr><w:b/><w:i/></w:rPr></w:style>';
    const body = `<w:p>${run("Ask ")}${set("first", "<w:b/>")}${set(" and", '<w:b w:val="1"/>')}${run(" ")}${set("last", '<w:rStyle w:val="Loud"/><w:b w:val="0"/>')}${run(", run ")}${set("npm", '<w:rFonts w:ascii="Consolas"/>')}${set("2", '<w:vertAlign w:val="superscript"/>')}${set("old", "<w:strike/>")}</w:p>`;
    expect(await marks(body, { styles })).toEqual([
      [
        "Ask first and last, run npm2old",
        ["strong", "first and"],
        ["emphasis", "last"],
        ["code", "npm"],
        ["superscript", "2"],
        ["strikethrough", "old"],
      ],
    ]);
  });

  test("of links: to a place, by a field, and what stands behind a marker", async () => {
    const body = `<w:p>${run("See ")}<w:hyperlink w:anchor="top">${run("above")}</w:hyperlink></w:p>
      <w:p>${run("By ")}${field(' HYPERLINK "https://example.org/" \\l "two" ')}</w:p>
      <w:p><w:pPr><w:numPr><w:ilvl w:val="2"/><w:numId w:val="1"/></w:numPr></w:pPr>${run(" x ")}${set("y", "<w:i/>")}</w:p>`;
    expect(await marks(body, { styles: STYLES, numbering: NUMBERING })).toEqual([
      ["See above", ["link", "above", "#top"]],
      ["By a rule", ["link", "a rule", "https://example.org/#two"]],
      ["(a) x y", ["emphasis", "y"]],
    ]);
  });
});

test("what Office guessed of a picture is told as a guess", async () => {
  const picture = (text: string): string =>
    `<w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" name="Picture 1" descr="${text}"/></wp:inline></w:drawing></w:r></w:p>`;
  const texts = [
    "Stamp",
    "A duck&#xA;&#xA;AI-generated content may be incorrect.",
    "Ein Haus&#xA;&#xA;Automatisch generierte Beschreibung",
    "Description automatically generated with low confidence",
    "scan 12.png",
  ];
  const elements = await readElements(docxOf(texts.map(picture).join("")));
  expect(elements.map(({ text, attributes }) => [text, attributes?.generated])).toEqual([
    ["Stamp", undefined],
    ["A duck", "true"],
    ["Ein Haus", "true"],
  ]);
});
