import { describe, expect, test } from "vitest";
import { indelRatio, levenshteinSimilarity, nearStarts, partialRatio } from "../src/extract-score/fuzzy.ts";
import { type PageCheck, passesCheck } from "../src/extract-score/page-checks.ts";
import { plainText } from "../src/extract-score/plain-text.ts";
import { tablePairs, withoutSpans } from "../src/extract-score/table-grid.ts";

describe("fuzzy comparison", () => {
  test("known values", () => {
    expect(levenshteinSimilarity("kitten", "sitting")).toBeCloseTo(1 - 3 / 7);
    // "kitten" and "sitting" share "ittn": 2 * 4 / 13.
    expect(indelRatio("kitten", "sitting")).toBeCloseTo(8 / 13);
    expect(partialRatio("hello world", "say hello world twice")).toBe(1);
    expect(partialRatio("hello wurld", "say hello world twice")).toBeGreaterThan(0.9);
    expect(partialRatio("abc", "")).toBe(0);
    expect(nearStarts("cat", "a cot and a cat", 1)).toContain(2);
    expect(nearStarts("cat", "dog", 1)).toEqual([]);
  });

  test("long patterns cross word borders rightly", () => {
    const long = "the quick brown fox jumps over the lazy dog ".repeat(5);
    expect(indelRatio(long, long)).toBe(1);
    expect(indelRatio(long, `${long}x`)).toBeCloseTo((2 * long.length) / (2 * long.length + 1));
  });
});

describe("plain text and tables", () => {
  test("dialects of Markdown give the same text", () => {
    expect(plainText("# **Title**\n\n- one\n- [two](http://x)\n\n| a | b |\n|---|---|\n| 1 | 2 |")).toBe(
      "Title one two a b 1 2",
    );
    expect(plainText("<p>A &amp; B</p><br>“q”")).toBe('A & B "q"');
  });

  test("HTML and Markdown tables have the same neighbours", () => {
    const markdown = tablePairs("| a | b |\n| --- | --- |\n| c | d |");
    const html = tablePairs("<table><tr><th>a</th><th>b</th></tr><tr><td>c</td><td>d</td></tr></table>");
    expect(html).toEqual(markdown);
    expect(withoutSpans('<table><tr><td colspan="2">x</td></tr><tr><td>1</td><td>2</td></tr></table>')).toContain(
      "x | ",
    );
  });
});

describe("page checks", () => {
  const check = (fields: Partial<PageCheck>): PageCheck => ({ id: "c", pdf: "a.pdf", type: "present", ...fields });
  const page = "First line of text.\n\n| Name | Sum |\n| --- | --- |\n| Ann | 5 |\n| Bob | 7 |\n\nLast line.";
  test.each([
    [check({ text: "line of text" }), true],
    [check({ text: "no such words here" }), false],
    [check({ type: "absent", text: "no such words here" }), true],
    [check({ type: "order", before: "First line", after: "Last line" }), true],
    [check({ type: "order", before: "Last line", after: "First line" }), false],
    [check({ type: "table", cell: "7", left: "Bob", up: "5", top_heading: "Sum" }), true],
    [check({ type: "table", cell: "7", left: "Ann" }), false],
    [check({ type: "baseline" }), true],
  ] as const)("%o", (own, expected) => {
    expect(passesCheck(own, page)).toBe(expected);
  });
});
