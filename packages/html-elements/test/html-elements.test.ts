import type { DocumentElement } from "@groundwork/contracts";
import { extractionPartFaults } from "@groundwork/testing/extraction-part-faults";
import { describe, expect, test } from "vitest";
import { convertHtml, createElementBatch, createHtmlConverter } from "../src/index.ts";

const shape = (elements: readonly DocumentElement[]) =>
  elements.map(({ kind, text, level }) => (level === undefined ? [kind, text] : [kind, text, level]));
const fragment = (html: string) => convertHtml(html, { mainContent: false }).elements;

describe("text", () => {
  test.each([
    ["white space", "<p>  one\n\t two <b> three</b> </p>", "one two three"],
    ["inline elements without blanks", "<p>H<sub>2</sub>O</p>", "H2O"],
    ["line breaks", "<p>one<br>two <br/> three</p>", "one\ntwo\nthree"],
    ["entities", "<p>Caf&eacute; &amp; &#8364;5&nbsp;only&shy;</p>", "Café & €5 only"],
    ["decomposed letters", "<p>Cafe\u0301</p>", "Café"],
    ["quotes", "<p>She said <q>no</q>.</p>", "She said “no”."],
    ["scripts and styles", "<p>a<script>var b = 1;</script><style>p{}</style>c</p>", "ac"],
    ["pictures in text", '<p>Press <img src="x.png" alt="Start"> now</p>', "Press Start now"],
    ["data addresses", '<p>x <img src="data:image/png;base64,AAAA" alt=""></p>', "x"],
    ["formulas", '<p>Sum <math alttext="a+b"><mi>a</mi></math> here</p>', "Sum a+b here"],
  ])("%s", (_name, html, text) => expect(fragment(html).map((element) => element.text)).toEqual([text]));

  test.each([
    "<p hidden>x</p>",
    '<p style="display: none">x</p>',
    '<p style="mso-hide:all">x</p>',
    "<template>x</template>",
    "<dialog>x</dialog>",
  ])("left out: %s", (html) =>
    expect(fragment(`<p>a</p>${html}<p>b</p>`).map((element) => element.text)).toEqual(["a", "b"]),
  );

  test.each([
    '<p style="font-size:0.9em">x</p>',
    '<p style="display:block">x</p>',
    "<dialog open>x</dialog>",
    '<p style="margin-left:-10px">x</p>',
  ])("shown: %s", (html) => expect(fragment(html).map((element) => element.text)).toEqual(["x"]));
});

describe("marks", () => {
  /** What each mark covers. */
  const marks = (html: string): unknown =>
    fragment(html).map(({ text, marks: own = [] }) => [
      text,
      ...own.map(({ start, end, kind, href }) => [kind, text.slice(start, end), ...(href === undefined ? [] : [href])]),
    ]);

  test.each([
    [
      "<p>This is a <b>test</b> of <i>style</i></p>",
      [["This is a test of style", ["strong", "test"], ["emphasis", "style"]]],
    ],
    ["<p> <strong>  Note:\n </strong> ask</p>", [["Note: ask", ["strong", "Note:"]]]],
    ["<p><b>a</b> <b>b</b><b>c</b></p>", [["a bc", ["strong", "a bc"]]]],
    ["<p><b>one<br>&nbsp;two</b>&nbsp;</p>", [["one\ntwo", ["strong", "one\ntwo"]]]],
    ["<p>Caf<em>e\u0301 s&shy;o</em></p>", [["Café so", ["emphasis", "é so"]]]],
    [
      '<p>see <a href=" rates.html ">the <b>rates</b></a>, <a href="javascript:x()">not</a> <a name="x">this</a></p>',
      [["see the rates, not this", ["link", "the rates", "rates.html"], ["strong", "rates"]]],
    ],
    [
      "<p>run <code>npm</code>, 10<sup>3</sup>, H<sub>2</sub>O, <del>old</del></p>",
      [["run npm, 103, H2O, old", ["code", "npm"], ["superscript", "3"], ["subscript", "2"], ["strikethrough", "old"]]],
    ],
    ["<ul><li><p><b>a</b></p><p>b <i>c</i></p></li></ul>", [["a\nb c", ["strong", "a"], ["emphasis", "c"]]]],
    [
      "<b><p>a</p><p>b</p></b>",
      [
        ["a", ["strong", "a"]],
        ["b", ["strong", "b"]],
      ],
    ],
    ["<p>a<br><br>b <b>c</b></p>", [["a"], ["b c", ["strong", "c"]]]],
    ["<pre><b>a</b></pre><table><tr><td><b>x</b></td><td>y</td></tr></table>", [["a"], ["x | y"]]],
    ["<h2>A <em>b</em><br>c</h2>", [["A b c", ["emphasis", "b"]]]],
  ])("%s", (html, expected) => expect(marks(html)).toEqual(expected));
});

describe("blocks", () => {
  test("headings, quotes, code, captions, anchors", () => {
    const elements = fragment(
      '<h1 id="top">Title</h1><p>One</p><blockquote><p>Said</p></blockquote><pre><code class="language-TS">a\n  b\n</code></pre><figure><img src="a.png" alt="Chart"><figcaption>Sales</figcaption></figure>',
    );
    expect(shape(elements)).toEqual([
      ["heading", "Title", 1],
      ["paragraph", "One"],
      ["quote", "Said"],
      ["code", "a\n  b"],
      ["caption", "Sales"],
    ]);
    expect(elements[1]!.location).toEqual({ anchor: "top" });
    expect(elements[3]!.attributes).toEqual({ language: "ts" });
    expect(elements[4]!.attributes).toEqual({ alt: "Chart" });
  });
  test("lists: levels, numbers as a browser writes them, several paragraphs in an item", () => {
    const elements = fragment(
      '<ol start="3" type="a"><li>one<ul><li>deep</li></ul></li><li value="9"><p>two</p><p>more</p></li></ol><dl><dt>T</dt><dd>D</dd></dl>',
    );
    expect(elements.map(({ text, level, attributes }) => [text, level, attributes?.marker])).toEqual([
      ["one", 0, "c."],
      ["deep", 1, undefined],
      ["two\nmore", 0, "i."],
      ["T", 0, undefined],
      ["D", 1, undefined],
    ]);
  });
  test("unclosed tags", () => {
    expect(shape(fragment("<ul><li>a<li>b</ul><p>c<p>d<table><tr><td>1<td>2<tr><td>3<td>4</table>"))).toEqual([
      ["list_item", "a", 0],
      ["list_item", "b", 0],
      ["paragraph", "c"],
      ["paragraph", "d"],
      ["table", "1 | 2\n3 | 4"],
    ]);
  });
});

describe("tables", () => {
  const tableOf = (html: string) => fragment(html).find((element) => element.kind === "table")?.table;
  test("spans and header cells", () => {
    expect(
      tableOf(
        "<table><thead><tr><td>A</td><td colspan=2>B</td></tr></thead><tr><th rowspan=2>r</th><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>",
      ),
    ).toEqual({
      rows: 3,
      columns: 3,
      cells: [
        { row: 0, column: 0, text: "A", header: true },
        { row: 0, column: 1, columnSpan: 2, text: "B", header: true },
        { row: 1, column: 0, rowSpan: 2, text: "r", header: true },
        { row: 1, column: 1, text: "1" },
        { row: 1, column: 2, text: "2" },
        { row: 2, column: 1, text: "3" },
        { row: 2, column: 2, text: "4" },
      ],
    });
  });
  test("rows and columns without text are left out", () => {
    const table = tableOf(
      "<table><tr><td>a</td><td></td><td colspan=2>b</td></tr><tr><td></td></tr><tr><td>c</td><td> </td><td>d</td><td></td></tr></table>",
    );
    expect(table).toEqual({
      rows: 2,
      columns: 2,
      cells: [
        { row: 0, column: 0, text: "a" },
        { row: 0, column: 1, text: "b" },
        { row: 1, column: 0, text: "c" },
        { row: 1, column: 1, text: "d" },
      ],
    });
  });
  test("a row that only starts spans has no height", () => {
    const table = tableOf(
      "<table><tr><th>Y</th><th>M</th></tr><tr><th rowspan=3>2025</th></tr><tr><td>Jan</td></tr><tr><td>Feb</td></tr></table>",
    );
    expect(table?.cells.map(({ row, column, text, rowSpan }) => [row, column, text, rowSpan])).toEqual([
      [0, 0, "Y", undefined],
      [0, 1, "M", undefined],
      [1, 0, "2025", 2],
      [1, 1, "Jan", undefined],
      [2, 1, "Feb", undefined],
    ]);
  });
  test("a table that arranges the page is unwrapped, the one inside it is a table", () => {
    const html =
      "<table><tr><td><h2>Left</h2><p>Text</p><p>More</p></td><td><table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table></td></tr></table>";
    expect(shape(fragment(html))).toEqual([
      ["heading", "Left", 2],
      ["paragraph", "Text"],
      ["paragraph", "More"],
      ["table", "A | B\n1 | 2"],
    ]);
  });
  test("lists and tables in cells become lines", () => {
    const table = tableOf(
      "<table><tr><th>A</th><th>B</th></tr><tr><td><ol><li>x</li><li>y</li></ol></td><td><table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table></td></tr></table>",
    );
    expect(table?.cells.slice(2).map((cell) => cell.text)).toEqual(["1. x\n2. y", "1 2\n3 4"]);
  });
  test("a long table comes in slices that know their header", () => {
    const rows = Array.from({ length: 600 }, (_, index) => `<tr><td>${index}</td><td>n</td></tr>`).join("");
    const tables = fragment(`<table><tr><th>id</th><th>n</th></tr>${rows}</table>`);
    expect(tables.map((element) => element.table?.rows)).toEqual([250, 250, 101]);
    expect(tables[2]!.table!.continuedHeader).toEqual([["id", "n"]]);
  });
  test.each([
    ["column spans", `<table>${"<tr>".concat("<td colspan=1000>x</td>".repeat(50), "</tr>").repeat(50)}</table>`],
    ["row spans", `<table>${"<tr><td rowspan=65534>x</td></tr>".repeat(2_000)}</table>`],
    ["nesting", `${"<table><tr><td>".repeat(3_000)}x`],
    ["regions", `${"<nav>x".repeat(20_000)}`],
    ["blanks", `<pre>a${" ".repeat(300_000)}b</pre>`],
    ["depth", `${"<div>".repeat(50_000)}x`],
  ])("an attack by %s ends", (_name, html) => {
    const started = performance.now();
    const elements = fragment(html);
    expect(elements.flatMap((element) => extractionPartFaults({ type: "elements", elements: [element] }))).toEqual([]);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

describe("main content", () => {
  const paragraph =
    "Managers approve travel in writing before anything is booked, and keep the approval with the claim. ".repeat(3);
  const page = (body: string) =>
    convertHtml(`<html><body>${body}</body></html>`).elements.map((element) => element.text);
  const menu =
    '<ul><li><a href="/a">Home</a></li><li><a href="/b">About</a></li><li><a href="/c">News</a></li><li><a href="/d">Jobs</a></li></ul>';

  test.each([
    ["navigation", `<nav>${menu}</nav><p>${paragraph}</p>`],
    ["header and footer", `<header>${menu}</header><p>${paragraph}</p><footer>© 2026</footer>`],
    ["main", `<div>${menu}</div><main><p>${paragraph}</p></main><div>Other things</div>`],
    ["a consent banner", `<div id="cookie-banner"><p>We use cookies.</p></div><p>${paragraph}</p>`],
    ["a menu by its class", `<div class="side-bar left">${menu}</div><p>${paragraph}</p>`],
  ])("%s", (_name, body) => expect(page(body)).toEqual([paragraph.trim()]));

  test("a menu that nothing names is told by its links", () => {
    const texts = page(`<div>${menu}</div><h1>Policy</h1><p>${paragraph}</p><p>${paragraph}</p><p>${paragraph}</p>`);
    expect(texts).toEqual(["Policy", paragraph.trim(), paragraph.trim(), paragraph.trim()]);
  });
  test.each([
    ["everything stands in a nav", `<nav><p>${paragraph}</p></nav>`],
    ["main is nearly empty", `<main><p>Loading</p></main><div><p>${paragraph}</p></div>`],
    ["the text is in an aside", `<aside><p>${paragraph}</p></aside><p>x</p>`],
    ["the class only sounds like a menu", `<div class="sidebar"><p>${paragraph}</p></div>`],
    ["the page is about cookies", `<div class="cookie-policy consent"><p>${paragraph}</p></div>`],
  ])("text is never lost when %s", (_name, body) => expect(page(body).join(" ")).toContain(paragraph.trim()));
  test("a page of links keeps its links", () => {
    expect(page(menu)).toEqual(["Home", "About", "News", "Jobs"]);
  });
  test("the title above the main part stays", () => {
    expect(page(`<header><h1>Travel policy</h1></header><main><p>${paragraph}</p></main>`)).toEqual([
      "Travel policy",
      paragraph.trim(),
    ]);
  });
});

describe("metadata and streaming", () => {
  test("the head", () => {
    const { metadata } = convertHtml(
      '<html lang="en_GB"><head><title> A  page </title><meta name="author" content="Finance"><meta name="description" content="About"><meta property="article:published_time" content="2026-02-01T10:00:00+01:00"><meta name="keywords" content="a, b"></head>',
    );
    expect(metadata).toEqual({
      title: "A page",
      author: "Finance",
      language: "en-GB",
      createdAt: Date.UTC(2026, 1, 1, 9),
      tags: ["a", "b"],
      attributes: { description: "About" },
    });
  });
  test("pieces give what the whole gives", () => {
    const html = `<html><body><nav><a href="/">x</a></nav>${'<h2 id="a">Part</h2><ul><li>a &amp; b<li>c</ul><table><tr><th>h<td>v</table>'.repeat(30)}</body></html>`;
    const converter = createHtmlConverter();
    for (let at = 0; at < html.length; at += 7) converter.write(html.slice(at, at + 7));
    converter.end();
    expect(converter.take()).toEqual(convertHtml(html).elements);
  });
  test("a page too long to hold is given before its end", () => {
    const converter = createHtmlConverter();
    for (let round = 0; round < 60; round++) converter.write(`<p>${"word ".repeat(20_000)}</p>`);
    expect(converter.take().length).toBeGreaterThan(10);
    converter.write("<p>The end.</p>");
    converter.end();
    expect(converter.take().length).toBeGreaterThan(0);
  });
  test("parts are bounded", () => {
    const batch = createElementBatch();
    const elements = Array.from({ length: 1_200 }, (): DocumentElement => ({ kind: "paragraph", text: "x" }));
    const parts = [...batch.add(elements), ...batch.finish()];
    expect(parts.map((part) => (part.type === "elements" ? part.elements.length : 0))).toEqual([500, 500, 200]);
  });
});
