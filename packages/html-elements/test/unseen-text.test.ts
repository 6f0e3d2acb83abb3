import { HIDDEN_ATTRIBUTE } from "@groundwork/contracts";
import { describe, expect, test } from "vitest";
import { convertHtml, createHtmlConverter, type HtmlConverterOptions, hiddenTextWarning } from "../src/index.ts";

/** Kind, text and reason of each element. */
const read = (html: string, options: HtmlConverterOptions = { mainContent: false }): unknown =>
  convertHtml(html, options).elements.map(({ kind, text, attributes }) => [
    kind,
    text,
    ...(attributes?.[HIDDEN_ATTRIBUTE] === undefined ? [] : [attributes[HIDDEN_ATTRIBUTE]]),
  ]);

const BEFORE = "Staff ask first. ";
const around = (hidden: string): string => `<p>${BEFORE}${hidden} Then they wait.</p><p>Next.</p>`;
const SHEET = (css: string): string => `<html><head><style>${css}</style></head><body>`;

describe("text that nobody sees follows its block", () => {
  test.each([
    ["white on white", '<span style="color:#fff">Obey me</span>', "color"],
    ["nearly white", '<span style="color: rgb(250, 250, 250)">Obey me</span>', "color"],
    ["a font tag", "<font color=white>Obey me</font>", "color"],
    ["hue and lightness", '<span style="color:hsl(0, 0%, 99%)">Obey me</span>', "color"],
    ["the color of its own background", '<span style="color:navy;background:#000080">Obey me</span>', "color"],
    ["nearly clear", '<span style="color:rgba(0,0,0,.08)">Obey me</span>', "color"],
    ["clear", '<span style="color:transparent">Obey me</span>', "invisible"],
    ["size 0", '<span style="font-size:0">Obey me</span>', "size"],
    ["size 1 pixel", '<span style="FONT-SIZE : 1px !important">Obey me</span>', "size"],
    ["a share of a size", '<span style="font-size:10px"><span style="font-size:.1em">Obey me</span></span>', "size"],
    ["the short form", '<span style="font:0/0 a">Obey me</span>', "size"],
    ["opacity", '<span style="opacity:0.01">Obey me</span>', "invisible"],
    ["a filter", '<span style="filter:opacity(0)">Obey me</span>', "invisible"],
    ["visibility", '<span style="visibility:hidden">Obey me</span>', "invisible"],
    ["left of the page", '<span style="position:absolute;left:-9999px">Obey me</span>', "off_page"],
    ["above the page", '<span style="position:fixed;top:-100em">Obey me</span>', "off_page"],
    ["indented away", '<span style="display:block;text-indent:-999px">Obey me</span>', "off_page"],
    ["moved away", '<span style="transform:translateX(-9999px)">Obey me</span>', "off_page"],
    ["clipped", '<span style="position:absolute;clip:rect(0,0,0,0)">Obey me</span>', "invisible"],
    ["clipped by a path", '<span style="clip-path:inset(50%)">Obey me</span>', "invisible"],
    ["no room", '<span style="display:block;max-height:0;overflow:hidden">Obey me</span>', "invisible"],
    ["one pixel", '<span style="width:1px;height:1px;overflow:hidden">Obey me</span>', "invisible"],
  ])("%s", (_name, html, reason) => {
    expect(read(around(html))).toEqual([
      ["paragraph", "Staff ask first. Then they wait."],
      ["paragraph", "Obey me", reason],
      ["paragraph", "Next."],
    ]);
  });

  test("on a background that goes down the tree", () => {
    expect(read('<table bgcolor="#000000"><tr><td></td><td><font color="#000">Obey</font></td></tr></table>')).toEqual([
      ["paragraph", "Obey", "color"],
    ]);
    expect(
      read('<div style="background:#123456"><p style="color:#123456">Obey</p><p style="color:#fff">Seen</p></div>'),
    ).toEqual([
      ["paragraph", "Obey", "color"],
      ["paragraph", "Seen"],
    ]);
    expect(read('<body bgcolor="#000000" text="#ffffff"><p>Seen <font color="black">Obey</font></p></body>')).toEqual([
      ["paragraph", "Seen"],
      ["paragraph", "Obey", "color"],
    ]);
  });

  test("in tables, lists, headings and pages", () => {
    const hidden = '<span style="font-size:0">Obey</span>';
    expect(
      read(
        `<table><tr><th>A</th><th>B</th></tr><tr><td>1${hidden}</td><td>2<i style="font-size:0">now</i></td></tr></table>`,
      ),
    ).toEqual([
      ["table", "A | B\n1 | 2"],
      ["paragraph", "Obey\nnow", "size"],
    ]);
    expect(read(`<ul><li><p>One${hidden}</p><p>more</p></li><li>Two</li></ul>`)).toEqual([
      ["list_item", "One\nmore"],
      ["paragraph", "Obey", "size"],
      ["list_item", "Two"],
    ]);
    expect(read(`<h2>Travel ${hidden}</h2><pre>a${hidden}\nb</pre>`)).toEqual([
      ["heading", "Travel"],
      ["paragraph", "Obey", "size"],
      ["code", "a\nb"],
      ["paragraph", "Obey", "size"],
    ]);
    const page = `<nav><a href="/">Home</a></nav><main><h1>Travel</h1><p>${"Ask first. ".repeat(30)}${hidden}</p></main>`;
    expect(convertHtml(page).elements.map(({ attributes }) => attributes?.hidden)).toEqual([
      undefined,
      undefined,
      "size",
    ]);
  });

  test("runs of one reason are one text; what holds no letter is nothing", () => {
    expect(
      read(
        '<p>a <b style="opacity:0">Obey</b> b <b style="opacity:0">me</b> c<i style="font-size:0">now &#8203;</i></p>',
      ),
    ).toEqual([
      ["paragraph", "a b c"],
      ["paragraph", "Obey me", "invisible"],
      ["paragraph", "now", "size"],
    ]);
    expect(read('<p>a<span style="font-size:1px">&#8203;*</span>b</p>')).toEqual([["paragraph", "ab"]]);
  });

  test("a converter told to drop it counts it", () => {
    const html = around('<span style="color:#fff">Obey me</span>');
    const { elements, hiddenCharacters } = convertHtml(html, { mainContent: false, hidden: "drop" });
    expect(elements.map(({ text }) => text)).toEqual(["Staff ask first. Then they wait.", "Next."]);
    expect(hiddenCharacters).toBe(7);
  });

  test("pieces of input give the same", () => {
    const html = `${SHEET(".x { color: #fff }")}<p>${BEFORE}<span class="x">Obey me</span></p><p hidden>no<b>thing</b></p>`;
    const converter = createHtmlConverter({ mainContent: false });
    for (const character of html) converter.write(character);
    converter.end();
    expect(converter.take()).toEqual(convertHtml(html, { mainContent: false }).elements);
    expect(converter.hiddenCharacters()).toBe(7);
  });
});

describe("text that is seen stays", () => {
  test.each([
    ["grey on white", '<p style="color:#999">Seen</p>'],
    ["yellow on white", '<p style="color:yellow">Seen</p>'],
    ["white on a dark cell", '<table><tr><td bgcolor="#003366"><font color="#fff">Seen</font></td></tr></table>'],
    ["white on a picture", '<div style="background:url(x.png) no-repeat"><p style="color:#fff">Seen</p></div>'],
    [
      "white on a shade of two colors",
      '<div style="background:linear-gradient(#000,#333)"><p style="color:#fff">Seen</p></div>',
    ],
    ["white with a shadow", '<p style="color:#fff;text-shadow:1px 1px #000">Seen</p>'],
    ["black on a page of white stated twice", '<div style="background:white"><p style="color:black">Seen</p></div>'],
    ["a link in white text", '<p style="color:#fff"><a href="/x">Seen</a></p>'],
    ["small print", '<p style="font-size:6pt">Seen</p>'],
    ["size 0 around text of another size", '<td style="font-size:0"><div style="font-size:13px">Seen</div></td>'],
    ["a weight and a family", '<p style="font:700 12px/1.5 Arial">Seen</p>'],
    ["half clear", '<p style="opacity:.5">Seen</p>'],
    ["visible inside invisible", '<div style="visibility:hidden"><p style="visibility:visible">Seen</p></div>'],
    ["a hanging indent", '<p style="margin-left:36pt;text-indent:-18pt">Seen</p>'],
    ["cut off at its edge", '<p style="height:100px;overflow:hidden">Seen</p>'],
    ["folded details", "<details><summary>Seen</summary></details>"],
    ["for the eye alone", '<p aria-hidden="true">Seen</p>'],
    ["letters cut out of a picture", '<p style="background-clip:text;color:transparent">Seen</p>'],
    ["a color that cannot be told", '<p style="color:var(--ink)">Seen</p>'],
    ["a button", '<p><button style="color:#fff">Seen, a label that is long enough to be kept?</button></p>'],
  ])("%s", (_name, html) => {
    const { elements } = convertHtml(html, { mainContent: false });
    expect(elements.map(({ attributes }) => attributes?.hidden)).toEqual([undefined]);
    expect(elements[0]!.text).toMatch(/^Seen/);
  });

  test("the letters of icons say nothing", () => {
    expect(
      read('<p><i class="material-icons" aria-hidden="true">menu</i>Menu <a aria-hidden="true" href="#x">¶</a></p>'),
    ).toEqual([["paragraph", "Menu"]]);
  });

  test("what is folded is read", () => {
    expect(read("<details><summary>When?</summary><p>Always.</p></details>")).toEqual([
      ["paragraph", "When?"],
      ["paragraph", "Always."],
    ]);
  });
});

describe("style sheets in the page", () => {
  test.each([
    [".x { color: #fefefe }", "color"],
    ["p, span.x{font-size:1px}", "size"],
    ["#i { opacity: 0 }", "invisible"],
    ["@media screen { .x { visibility: hidden } }", "invisible"],
    ["@charset 'utf-8'; /* { */ .x { left: -9999px; position: absolute }", "off_page"],
  ])("%s", (css, reason) => {
    expect(read(`${SHEET(css)}<div>Seen</div><div>so <span class="y x" id="i">Obey</span></div>`)).toEqual([
      ["paragraph", "Seen"],
      ["paragraph", "so"],
      ["paragraph", "Obey", reason],
    ]);
  });

  test("what is not displayed is left out and counted, where no script and no reader can show it", () => {
    const body = '<p>Seen</p><p class="x">Folded</p>';
    const shown = [
      ["paragraph", "Seen"],
      ["paragraph", "Folded"],
    ];
    const css = ".x { display: none }";
    expect(read(SHEET(css) + body)).toEqual(shown.slice(0, 1));
    expect(convertHtml(SHEET(css) + body, { mainContent: false }).hiddenCharacters).toBe(6);
    expect(read(`${SHEET(css)}${body}<script>open()</script>`)).toEqual(shown);
    expect(read(`${SHEET(`${css} input:checked ~ .x { display: block }`)}${body}`)).toEqual(shown);
    expect(read(`${SHEET("@media print { .x { display: none } }")}${body}`)).toEqual(shown);
    expect(read(`<style media="print">${css}</style>${body}`)).toEqual(shown);
    expect(read(`${SHEET(css)}${body}<script type="application/ld+json">{}</script>`)).toEqual(shown.slice(0, 1));
  });

  test.each([
    [
      "white on a dark class",
      ".x { color: #fff } .d { background: #222 }",
      '<div class="d"><p class="x">Seen</p></div>',
    ],
    ["a selector that cannot be told", ".x { color: #fff } table .x { background: #222 }", '<p class="x">Seen</p>'],
    ["the narrower rule", "p { color: #fff } p.x { color: #000 }", '<p class="x">Seen</p>'],
    ["its own style", ".x { color: #fff }", '<p class="x" style="color:black">Seen</p>'],
    ["a dark theme", "@media (prefers-color-scheme: dark) { .x { color: #fff } }", '<p class="x">Seen</p>'],
    ["for screen readers", ".sr-only { position: absolute; clip: rect(0,0,0,0) }", '<p class="sr-only">Seen</p>'],
    ["the text of a picture", ".x { background: url(logo.png); text-indent: -9999px }", '<p class="x">Seen</p>'],
  ])("seen: %s", (_name, css, html) => expect(read(SHEET(css) + html)).toEqual([["paragraph", "Seen"]]));

  test("white text in a box that a sheet outside of the page may have painted is taken as seen", () => {
    const link = '<link rel="stylesheet" href="site.css">';
    const text = '<p>Ask. <span style="color:#fff">Words</span></p>';
    expect(read(`${link}<div class="hero">${text}</div>`)).toEqual([["paragraph", "Ask. Words"]]);
    expect(read(`${link}<div class="main-content">${text}</div>`)).toEqual([
      ["paragraph", "Ask."],
      ["paragraph", "Words", "color"],
    ]);
  });

  const HARMFUL: readonly (readonly [string, (size: number) => string])[] = [
    ["many parts", (size) => `<style>${"a > .b:not(.c) ".repeat(size / 15)}{color:#fff}</style><p>x</p>`],
    ["no semicolons", (size) => `<style>${"a{b:c}".repeat(size / 6)}</style><p>x</p>`],
    ["blocks that do not close", (size) => `<style>${"@media all{".repeat(size / 11)}</style><p>x</p>`],
    [
      "comments that do not close",
      (size) => `<style>${"/*".repeat(size / 2)}</style><p style="${"/*".repeat(size / 2)}">x</p>`,
    ],
    ["declarations", (size) => `<p style="${"a:b;".repeat(size / 4)}">x</p>`],
    ["parentheses", (size) => `<p style="background:${"a(".repeat(size / 2)}">x</p>`],
    [
      "rules and classes",
      (size) =>
        `<style>${"*{color:#fff}".repeat(size / 26)}</style>${Array.from({ length: size / 40 }, (_, at) => `<p class="c${at}">x</p>`).join("")}`,
    ],
    ["unclosed scripts", (size) => `<style>.x{opacity:0}</style><p class="x">a</p>${"<script ".repeat(size / 8)}json`],
  ];

  test.each(HARMFUL)("time is linear: %s", (_name, html) => {
    const time = (size: number): number => {
      const text = html(size);
      const start = performance.now();
      convertHtml(text);
      return performance.now() - start;
    };
    time(10_000);
    expect(time(400_000)).toBeLessThan(5_000);
  });
});

test("a warning tells the number of characters and nothing else", () => {
  expect(hiddenTextWarning(0)).toBeUndefined();
  expect(hiddenTextWarning(12)).toMatchObject({
    code: "hidden-text",
    message: expect.stringContaining("12 characters"),
  });
});
