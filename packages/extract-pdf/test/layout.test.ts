import { readFile } from "node:fs/promises";
import { renderMarkdown } from "@groundwork/contracts";
import { describe, expect, it } from "vitest";
import { buildPdf, linesAt, textAt } from "./build-pdf.ts";
import { collect } from "./collect.ts";

const fixture = async (name: string) => collect(await readFile(new URL(`./fixtures/${name}`, import.meta.url)));

const LEFT = [
  "The first column begins here and it holds",
  "several lines of ordinary prose that fill the",
  "whole measure of the column, so that nobody",
  "could take them for the cells of a table even",
  "though the lines of the second column stand on",
  "the very same baselines as the lines of this one.",
];
const RIGHT = [
  "The second column follows after the first one",
  "has been read to its end. It too is written in",
  "full lines of prose, with as many words as the",
  "lines of its neighbour have, and it must never",
  "be mixed with them line by line, which is what",
  "a reader who knows no columns would do with it.",
];

describe("columns", () => {
  it("reads one column after the other and never takes prose for a table", async () => {
    const content =
      textAt(60, 720, "A title over both columns of the page", "F2", 16) +
      linesAt(60, 680, LEFT) +
      linesAt(320, 680, RIGHT);
    const { elements } = await collect(buildPdf({ pages: [{ content }] }));
    expect(elements.map((element) => element.kind)).toEqual(["title", "paragraph", "paragraph"]);
    expect(elements[1]!.text).toBe(LEFT.join(" "));
    expect(elements[2]!.text).toBe(RIGHT.join(" "));
  });

  it("reads what spans the columns where it stands", async () => {
    const content =
      linesAt(60, 700, LEFT) +
      linesAt(320, 700, RIGHT) +
      textAt(
        60,
        600,
        "A line across the whole width of the page parts the columns above from those below it, as headings do.",
      ) +
      linesAt(60, 560, ["Below on the left there is more text", "in a column of its own."]) +
      linesAt(320, 560, ["Below on the right it comes to its", "end with this last line."]);
    const { elements } = await collect(buildPdf({ pages: [{ content }] }));
    const starts = elements.map((element) => element.text.slice(0, 12));
    expect(starts).toEqual(["The first co", "The second c", "A line acros", "Below on the", "Below on the"]);
  });

  it("joins a paragraph that runs on in the next column", async () => {
    const left = [
      "This sentence runs on to the end of its",
      "column, where it is not finished but goes",
      "on and on and on over several lines and is",
    ];
    const right = [
      "continued at the head of the second one,",
      "where it ends. The rest is another matter",
      "that needs no further words.",
    ];
    const { elements } = await collect(
      buildPdf({ pages: [{ content: linesAt(60, 700, left) + linesAt(320, 700, right) }] }),
    );
    expect(elements).toHaveLength(1);
    expect(elements[0]!.text).toContain("several lines and is continued at the head");
  });
});

describe("paragraphs", () => {
  it("end somewhere, even where no sentence does", async () => {
    const pages = Array.from({ length: 40 }, (_, page) => ({
      content: linesAt(
        60,
        700,
        Array.from(
          { length: 30 },
          (__, row) => `words without an end on page ${page} in row ${row} that go on and on and`,
        ),
      ),
    }));
    const { elements } = await collect(buildPdf({ pages }));
    const lengths = elements.map(({ text }) => text.length);
    expect(Math.max(...lengths)).toBeLessThan(25_000);
    expect(lengths.length).toBeLessThan(10);
    expect(
      elements
        .map(({ text }) => text)
        .join(" ")
        .split(" words without").length,
    ).toBe(40 * 30);
  });

  it("parts paragraphs by gap and by indent and repairs hyphenation", async () => {
    const content =
      linesAt(60, 700, [
        "Leave must be requested in the sys-",
        "tem before the first day of the ab-",
        "sence begins.",
      ]) +
      linesAt(60, 650, ["A second paragraph after a gap has", "two lines and then it ends."]) +
      textAt(75, 626, "An indented third begins here and") +
      textAt(60, 614, "returns to the edge.");
    const { elements } = await collect(buildPdf({ pages: [{ content }] }));
    expect(elements.map((element) => element.text)).toEqual([
      "Leave must be requested in the system before the first day of the absence begins.",
      "A second paragraph after a gap has two lines and then it ends.",
      "An indented third begins here and returns to the edge.",
    ]);
  });

  it("finds spaces that the text layer leaves out and none inside letter-spaced words", async () => {
    const kerned =
      "BT /F1 10 Tf 60 700 Td [(No) -300 (spaces) -300 (are) -300 (written) -300 (in) -300 (this) -300 (line)] TJ ET\n";
    const spaced = "BT /F1 10 Tf 2 Tc 60 650 Td (Spaced) Tj ET\n";
    const { elements } = await collect(buildPdf({ pages: [{ content: kerned + spaced }] }));
    expect(elements.map((element) => element.text)).toEqual(["No spaces are written in this line", "Spaced"]);
  });
});

describe("headings, lists, notes", () => {
  it("gives headings their level from size, weight and numbering", async () => {
    const body = (y: number): string => linesAt(60, y, LEFT.slice(0, 3));
    const content =
      textAt(60, 740, "Travel policy", "F2", 20) +
      body(710) +
      textAt(60, 660, "1 Scope", "F2", 14) +
      body(640) +
      textAt(60, 590, "1.1 Who travels", "F2", 12) +
      body(570) +
      textAt(60, 520, "2 Money", "F2", 14) +
      body(500);
    const { elements } = await collect(buildPdf({ pages: [{ content }] }));
    const heads = elements
      .filter((element) => element.kind !== "paragraph")
      .map(({ kind, level, text }) => [kind, level, text]);
    expect(heads).toEqual([
      ["title", undefined, "Travel policy"],
      ["heading", 1, "1 Scope"],
      ["heading", 2, "1.1 Who travels"],
      ["heading", 1, "2 Money"],
    ]);
  });

  it("gives list items their marker and level", async () => {
    const content =
      textAt(60, 700, "1.") +
      textAt(80, 700, "First of all comes the request") +
      "BT /F1 10 Tf 80 688 Td (\\225) Tj ET\n" +
      textAt(95, 688, "with its dates") +
      textAt(60, 676, "2.") +
      textAt(80, 676, "Then comes the answer");
    const { elements } = await collect(buildPdf({ pages: [{ content }] }));
    expect(elements.map(({ kind, level, text, attributes }) => [kind, level, attributes?.marker, text])).toEqual([
      ["list_item", 0, "1.", "First of all comes the request"],
      ["list_item", 1, "•", "with its dates"],
      ["list_item", 0, "2.", "Then comes the answer"],
    ]);
  });

  it("tells captions and footnotes from the body", async () => {
    const content =
      linesAt(60, 700, LEFT) +
      textAt(60, 600, "Figure 2. Requests per month", "F1", 9) +
      linesAt(60, 560, RIGHT) +
      textAt(60, 93, "1", "F1", 5) +
      textAt(64, 90, "Counted without public holidays of the region.", "F1", 8);
    const { elements } = await collect(buildPdf({ pages: [{ content }] }));
    expect(elements.map((element) => element.kind)).toEqual(["paragraph", "caption", "paragraph", "footnote"]);
    expect(elements.at(-1)!.text).toContain("Counted without public holidays");
  });
});

describe("page furniture", () => {
  const page = (number: number, body: readonly string[]) => ({
    content:
      textAt(60, 770, "Travel policy - internal", "F1", 9) +
      linesAt(60, 700, body) +
      textAt(290, 30, `${number}`, "F1", 9),
  });

  it("marks lines that return in the margins of other pages and page numbers", async () => {
    const { elements } = await collect(buildPdf({ pages: [page(11, LEFT), page(12, RIGHT), page(13, LEFT)] }));
    const furniture = elements.filter((element) => element.kind !== "paragraph").map(({ kind, text }) => [kind, text]);
    expect(furniture).toEqual(
      [11, 12, 13].flatMap((number) => [
        ["header", "Travel policy - internal"],
        ["page_number", `${number}`],
      ]),
    );
    expect(renderMarkdown(elements)).not.toContain("internal");
  });

  it("marks an isolated head and number of a single page", async () => {
    const { elements } = await collect(buildPdf({ pages: [page(7, [...LEFT, ...RIGHT])] }));
    expect(elements.map((element) => element.kind).sort()).toEqual(
      ["header", "page_number", "paragraph", "paragraph"].slice(0, elements.length).sort(),
    );
    expect(elements.find((element) => element.kind === "page_number")?.text).toBe("7");
  });

  it("keeps a paragraph together that a page break interrupts", async () => {
    const open = [...LEFT.slice(0, 5), "the very same baselines and goes on and on"];
    const rest = ["until it ends on the page that follows this one", "with a full stop and a little more text."];
    const { elements } = await collect(buildPdf({ pages: [page(1, open), page(2, rest)] }));
    const paragraph = elements.find((element) => element.kind === "paragraph");
    expect(paragraph!.text).toContain("goes on and on until it ends");
    expect(new Set(paragraph!.boxes!.map((box) => box.page))).toEqual(new Set([1, 2]));
    const box = paragraph!.boxes!.find((candidate) => candidate.page === 2)!;
    expect(paragraph!.text.slice(box.start, box.end)).toBe(rest[0]);
  });
});

describe("tables", () => {
  const rules = (xs: readonly number[], ys: readonly number[]): string =>
    [
      ...xs.map((x) => `${x} ${ys[0]} m ${x} ${ys.at(-1)} l S\n`),
      ...ys.map((y) => `${xs[0]} ${y} m ${xs.at(-1)} ${y} l S\n`),
    ].join("");
  const row = (y: number, xs: readonly number[], texts: readonly string[], font = "F1"): string =>
    texts.map((text, index) => textAt(xs[index]!, y, text, font)).join("");

  it("reads a grid of rules with wrapped cells", async () => {
    const xs = [65, 185, 285];
    const content =
      rules([60, 180, 280, 400], [720, 700, 670, 650]) +
      row(706, xs, ["Kind", "Days", "Approved by"], "F2") +
      row(688, xs, ["Annual", "25", "Line"]) +
      textAt(285, 676, "manager") +
      row(656, xs, ["Sick", "30", "Director"]);
    const { elements } = await collect(buildPdf({ pages: [{ content }] }));
    expect(elements).toHaveLength(1);
    expect(elements[0]!.table).toMatchObject({ rows: 3, columns: 3 });
    expect(renderMarkdown(elements)).toBe(
      "| Kind | Days | Approved by |\n| --- | --- | --- |\n| Annual | 25 | Line manager |\n| Sick | 30 | Director |\n",
    );
    expect(elements[0]!.table!.cells.filter((cell) => cell.header === true).map((cell) => cell.text)).toEqual([
      "Kind",
      "Days",
      "Approved by",
    ]);
  });

  it("reads columns of figures without any rule", async () => {
    const content =
      linesAt(60, 740, LEFT) +
      row(640, [60, 220, 320], ["Grade", "Rate", "Limit"]) +
      row(626, [60, 220, 320], ["Junior", "45.00", "900"]) +
      row(612, [60, 220, 320], ["Senior", "60.50", "1,200"]) +
      row(598, [60, 220, 320], ["Director", "110.25", "2,200"]) +
      linesAt(60, 560, LEFT);
    const { elements } = await collect(buildPdf({ pages: [{ content }] }));
    expect(elements.map((element) => element.kind)).toEqual(["paragraph", "table", "paragraph"]);
    expect(elements[1]!.table).toMatchObject({ rows: 4, columns: 3 });
  });

  it("names the head of a table that goes on over the next page", async () => {
    const xs = [65, 185, 285];
    const first =
      rules([60, 180, 280, 400], [100, 80, 60]) +
      row(86, xs, ["Kind", "Days", "By"], "F2") +
      row(66, xs, ["Annual", "25", "Manager"]);
    const second =
      rules([60, 180, 280, 400], [740, 720, 700]) +
      row(726, xs, ["Sick", "30", "Director"]) +
      row(706, xs, ["Parental", "90", "Director"]);
    const { elements } = await collect(
      buildPdf({ pages: [{ content: linesAt(60, 700, LEFT) + first }, { content: second }] }),
    );
    const tables = elements.filter((element) => element.kind === "table");
    expect(tables).toHaveLength(2);
    expect(tables[0]!.table!.continuedHeader).toBeUndefined();
    expect(tables[1]!.table!.continuedHeader).toEqual([["Kind", "Days", "By"]]);
  });
});

describe("pages printed by a browser", () => {
  it("reads headings, columns, spans, nested lists and furniture", async () => {
    const { elements, metadata } = await fixture("leave-policy.pdf");
    expect(metadata).toMatchObject({ title: "Leave policy", pages: 3, language: "en" });
    expect(elements.filter(({ kind }) => kind === "heading" || kind === "title").map(({ text }) => text)).toEqual([
      "Leave policy",
      "1. Annual leave",
      "2. Kinds of leave",
      "2.1 How to ask",
      "2.2 Allowances",
      "3. Records",
    ]);
    const paragraphs = elements
      .filter(({ kind }) => kind === "paragraph")
      .map(({ text }) => text.split(" ").slice(0, 3).join(" "));
    expect(paragraphs.slice(0, 4)).toEqual([
      "This policy sets",
      "Employees accrue annual",
      "A manager may",
      "Leave that is",
    ]);
    const items = elements
      .filter(({ kind }) => kind === "list_item")
      .map(({ level, attributes }) => [level, attributes?.marker]);
    expect(items).toEqual([
      [0, "1."],
      [1, "•"],
      [1, "•"],
      [0, "2."],
      [0, "3."],
    ]);
    const table = elements.find(({ kind }) => kind === "table")!.table!;
    expect(table.cells.filter((cell) => (cell.rowSpan ?? 1) > 1 || (cell.columnSpan ?? 1) > 1)).toMatchObject([
      { text: "Kind", rowSpan: 2, header: true },
      { text: "Days", columnSpan: 2, header: true },
      { text: "Approved by", rowSpan: 2, header: true },
    ]);
    expect(elements.filter(({ kind }) => kind === "page_number").map(({ text }) => text)).toEqual([
      "Page 1 of 3",
      "Page 2 of 3",
      "Page 3 of 3",
    ]);
  });

  it("reads right-to-left pages from the right column on", async () => {
    const { elements } = await fixture("right-to-left.pdf");
    const texts = elements.map(({ text }) => text);
    expect(texts[0]).toBe("سياسة الإجازات");
    expect(texts[1]).toContain("وتحل محل 12 إصدارا سابقا من version 2.0 نفسها.");
    expect(texts[2]).toMatch(/^الفقرة الأولى/);
    expect(texts[3]).toMatch(/^الفقرة الثانية/);
  });
});
