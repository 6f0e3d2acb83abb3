import { describe, expect, test } from "vitest";
import { alignMarks, renderMarkdown, sliceMarks, type TextMark, tidyMarks } from "../src/index.ts";

/** A text with marks written as `{kind:text}`; `{link(href):text}`. */
function marked(source: string): { text: string; marks: TextMark[] } {
  const marks: TextMark[] = [];
  const open: { kind: string; href?: string; start: number }[] = [];
  let text = "";
  for (let at = 0; at < source.length; at++) {
    const start = /^\{(\w+)(?:\(([^)]*)\))?:/.exec(source.slice(at));
    if (start !== null) {
      open.push({ kind: start[1]!, start: text.length, ...(start[2] === undefined ? {} : { href: start[2] }) });
      at += start[0].length - 1;
    } else if (source[at] === "}") marks.push({ ...open.pop()!, end: text.length } as TextMark);
    else text += source[at];
  }
  return { text, marks: tidyMarks(text, marks) };
}

const inline = (source: string): string => renderMarkdown([{ kind: "paragraph", ...marked(source) }]).trimEnd();

describe("inline marks", () => {
  test.each([
    ["{strong:Authors:} Ana", "**Authors:** Ana"],
    ["a {emphasis:different} style", "a *different* style"],
    ["{strong:bold {emphasis:both}} on", "**bold *both*** on"],
    ["{emphasis:both {strong:bold}}", "*both **bold***"],
    ["{strong:a}{emphasis:b}", "**a***b*"],
    ["is{strong: kept out }of", "is **kept out** of"],
    ["run {code:npm i} now", "run `npm i` now"],
    ["{code:a`b}", "``a`b``"],
    ["{code:`b}", "`` `b``"],
    ["{strong:see {code:x*} y}", "**see `x*` y**"],
    ["{link(https://a.test/b c):the {strong:page}}", "[the **page**](https://a.test/b%20c)"],
    ["{link(https://a.test/):https://a.test/}", "https://a.test/"],
    ["{link(#n):[1]}", "[[1]](#n)"],
    ["{link(#n):a]b}", "a]b"],
    ["10{superscript:3} H{subscript:2}O", "10<sup>3</sup> H<sub>2</sub>O"],
    ["a{superscript:*} b{superscript:/}", "a* b/"],
    ["{strikethrough:old} new", "~~old~~ new"],
    ["{strong:one\ntwo}", "**one**\n**two**"],
  ])("%s", (source, expected) => {
    expect(inline(source)).toBe(expected);
  });

  test("what CommonMark would not read is moved off punctuation, or left out", () => {
    expect(inline("{strong:注意：}本文")).toBe("**注意**：本文");
    expect(inline("{strong:Note:}text")).toBe("**Note**:text");
    expect(inline("a{strong:(b)}c")).toBe("a(**b**)c");
    expect(inline("a{strong:…}c")).toBe("a…c");
  });

  test("marks that cross are cut, the text stands", () => {
    const text = "one two three four";
    const cross: TextMark[] = [
      { start: 0, end: 13, kind: "strong" },
      { start: 8, end: 18, kind: "emphasis" },
    ];
    expect(renderMarkdown([{ kind: "paragraph", text, marks: cross }])).toBe("**one two *three*** *four*\n");
    const link: TextMark[] = [
      { start: 0, end: 7, kind: "strong" },
      { start: 4, end: 13, kind: "link", href: "x" },
    ];
    expect(renderMarkdown([{ kind: "paragraph", text, marks: link }])).toBe("**one** [**two** three](x) four\n");
    const code: TextMark[] = [
      { start: 0, end: 7, kind: "code" },
      { start: 4, end: 13, kind: "strong" },
    ];
    expect(renderMarkdown([{ kind: "paragraph", text, marks: code }])).toBe("`one two` **three** four\n");
  });

  test("brackets in an address are escaped, control characters dropped", () => {
    const marks: TextMark[] = [{ start: 0, end: 1, kind: "link", href: "a_(b)\n<c>" }];
    expect(renderMarkdown([{ kind: "paragraph", text: "x", marks }])).toBe("[x](a_%28b%29%3Cc%3E)\n");
  });

  test("a heading is not strong as a whole; tables and code have no marks", () => {
    const heading = { kind: "heading", level: 2, ...marked("{strong:All of {emphasis:it}}") } as const;
    expect(renderMarkdown([heading])).toBe("## All of *it*\n");
    expect(renderMarkdown([{ kind: "heading", level: 1, ...marked("Part {strong:of} it") }])).toBe(
      "# Part **of** it\n",
    );
  });

  test("items and quotes carry marks on each line", () => {
    const item = { kind: "list_item", level: 1, ...marked("{strong:a\nb}") } as const;
    expect(renderMarkdown([item, { kind: "list_item", text: "c", attributes: { marker: "2." } }])).toBe(
      "  * **a**\n    **b**\n2. c\n",
    );
    const task = { kind: "list_item", text: "d", attributes: { marker: "-", checked: "false" } } as const;
    expect(renderMarkdown([task, { ...task, attributes: { checked: "true" } }])).toBe("* [ ] d\n* [x] d\n");
    expect(renderMarkdown([{ kind: "quote", ...marked("{emphasis:a}\nb") }])).toBe("> *a*\n> b\n");
  });
});

test("comments tell who and when, pictures stand as pictures, charts are named", () => {
  const attributes = { author: "Ana", initials: "A", createdAt: "2026-03-01T10:00:00" };
  const table = { rows: 1, columns: 1, cells: [{ row: 0, column: 0, text: "1" }] };
  expect(
    renderMarkdown([
      { kind: "comment", text: "Ana (2026-03-01): Right?", attributes },
      { kind: "comment", text: "Ana: yes", attributes: { author: "Ana" } },
      { kind: "comment", text: "anonymous" },
      { kind: "figure", text: "A stamp", attributes: { source: "alternative-text" } },
      { kind: "figure", text: "A duck", attributes: { source: "alternative-text", generated: "true" } },
      { kind: "figure", text: "a [b", attributes: { source: "alternative-text" } },
      { kind: "table", text: "1", table, attributes: { source: "chart", chart: "Bar chart" } },
    ]),
  ).toBe(
    [
      "\\[author: Ana (A), time: 2026-03-01T10:00:00\\]: Right?",
      "\\[author: Ana\\]: yes",
      "anonymous",
      "![A stamp]()",
      "a [b",
      "Bar chart",
      "| 1 |\n| --- |\n",
    ].join("\n\n"),
  );
});

describe("marks follow their text", () => {
  test("through white space, dropped characters and composition", () => {
    const source = "  a\u00a0 e\u0301t\u00ade \n b  ";
    const text = "a éte\nb";
    const at = (from: string, to: string): TextMark => ({
      start: source.indexOf(from),
      end: source.indexOf(to) + to.length,
      kind: "strong",
    });
    const [mark] = alignMarks(source, [at("e\u0301", "t\u00ade")], text);
    expect(text.slice(mark!.start, mark!.end)).toBe("éte");
    const [all] = alignMarks(source, [{ start: 0, end: source.length, kind: "strong" }], text);
    expect(all).toEqual({ start: 0, end: text.length, kind: "strong" });
    expect(alignMarks(source, [{ start: 3, end: 5, kind: "strong" }], text)).toEqual([]);
  });

  test("neighbours of one kind are one mark, slices keep their part", () => {
    const marks: TextMark[] = [
      { start: 4, end: 7, kind: "strong" },
      { start: 0, end: 3, kind: "strong" },
      { start: 2, end: 5, kind: "link", href: "a" },
      { start: 3, end: 7, kind: "link", href: "b" },
      { start: 0, end: 7, kind: "link" },
    ];
    const tidy = tidyMarks("one two", marks);
    expect(tidy).toEqual([
      { start: 0, end: 7, kind: "strong" },
      { start: 2, end: 5, kind: "link", href: "a" },
      { start: 5, end: 7, kind: "link", href: "b" },
    ]);
    expect(sliceMarks(tidy, 4, 7)).toEqual([
      { start: 0, end: 3, kind: "strong" },
      { start: 0, end: 1, kind: "link", href: "a" },
      { start: 1, end: 3, kind: "link", href: "b" },
    ]);
  });
});
