import type { Block } from "@aws-sdk/client-textract";
import { type Box, type DocumentElement, headerRowCount, tableRows } from "@groundwork/contracts";
import { textractBlocks } from "@groundwork/testing/aws";
import { extractionPartFaults } from "@groundwork/testing/extraction-part-faults";
import { describe, expect, test } from "vitest";
import { pageElements } from "../src/page-elements.ts";
import { fixture } from "./recording.ts";

/** A page drawn by hand: lines of words, more blocks. Places are in hundredths of the page. */
class Page {
  readonly blocks: Block[] = [{ BlockType: "PAGE", Id: "page" }];
  #count = 0;

  block(BlockType: string, [Left, Top, Right, Bottom]: readonly number[], more: object = {}): string {
    const [left, top, right, bottom] = [Left! / 100, Top! / 100, Right! / 100, Bottom! / 100];
    const Id = `${BlockType}-${++this.#count}`;
    const BoundingBox = { Left: left, Top: top, Width: right - left, Height: bottom - top };
    const Polygon = [
      { X: left, Y: top },
      { X: right, Y: top },
      { X: right, Y: bottom },
      { X: left, Y: bottom },
    ];
    this.blocks.push({ BlockType, Id, Confidence: 90, Geometry: { BoundingBox, Polygon }, ...more } as Block);
    return Id;
  }

  words(text: string, [left, top, right, bottom]: readonly number[], confidence = 90): string[] {
    const width = (right! - left!) / text.length;
    return [...text.matchAll(/\S+/g)].map(({ 0: Text, index }) =>
      this.block("WORD", [left! + index * width, top!, left! + (index + Text.length) * width, bottom!], {
        Text,
        Confidence: confidence,
      }),
    );
  }

  line(Text: string, place: readonly number[], confidence?: number): { id: string; words: string[] } {
    const words = this.words(Text, place, confidence);
    return { id: this.block("LINE", place, { Text, ...refer("CHILD", words) }), words };
  }
}

const refer = (...pairs: readonly (string | readonly string[])[]): object => ({
  Relationships: pairs.flatMap((Type, index) => (index % 2 === 0 ? [{ Type, Ids: pairs[index + 1] }] : [])),
});
const shown = (elements: readonly DocumentElement[]): string[] => elements.map(({ kind, text }) => `${kind}: ${text}`);
const elementsOf = ({ blocks }: Page): readonly DocumentElement[] => pageElements(blocks, 1).elements;

function expectValid(elements: readonly DocumentElement[]): void {
  expect(extractionPartFaults({ type: "elements", elements })).toEqual([]);
  for (const { text, boxes = [] } of elements)
    for (const { start, end } of boxes) expect(text.slice(start, end).trim()).toBe(text.slice(start, end));
}

describe("reading order without a layout", () => {
  test("columns of prose one after the other, between what stands over both", () => {
    const page = new Page();
    page.line("A line over the whole width of the page before the columns", [10, 10, 90, 12]);
    for (let row = 0; row < 4; row++) {
      page.line(`left column line number ${row} here`, [10, 20 + 3 * row, 46, 22 + 3 * row]);
      page.line(`right column line number ${row} too`, [54, 20 + 3 * row, 90, 22 + 3 * row]);
    }
    page.line("And a line over the whole width of the page behind the columns", [10, 40, 90, 42]);
    const elements = elementsOf(page);
    expectValid(elements);
    expect(elements.map(({ text }) => text)).toEqual([
      "A line over the whole width of the page before the columns",
      [0, 1, 2, 3].map((row) => `left column line number ${row} here`).join(" "),
      [0, 1, 2, 3].map((row) => `right column line number ${row} too`).join(" "),
      "And a line over the whole width of the page behind the columns",
    ]);
  });

  test("labels and values are read along their rows", () => {
    const page = new Page();
    for (const [row, [label, value]] of [
      ["Invoice", "4711"],
      ["Date", "1 May 2026"],
      ["Sum", "12.50"],
    ].entries()) {
      page.line(label!, [10, 10 + 3 * row, 20, 12 + 3 * row]);
      page.line(value!, [60, 10 + 3 * row, 70, 12 + 3 * row]);
    }
    expect(shown(elementsOf(page))).toEqual(["paragraph: Invoice 4711\nDate 1 May 2026\nSum 12.50"]);
  });

  test("larger print is a heading, a marker an item, a lone number at the edge the page's", () => {
    const page = new Page();
    page.line("Report", [10, 10, 40, 16]);
    page.line("Some text of the usual size, long enough to be most", [10, 20, 90, 22]);
    page.line("• first item of a list", [10, 30, 50, 32]);
    page.line("2) second item of a list", [10, 33, 50, 35]);
    page.line("Page 3 of 7", [45, 96, 55, 98]);
    const elements = elementsOf(page);
    expectValid(elements);
    expect(shown(elements)).toEqual([
      "heading: Report",
      "paragraph: Some text of the usual size, long enough to be most",
      "list_item: first item of a list",
      "list_item: second item of a list",
      "page_number: Page 3 of 7",
    ]);
    expect(elements[2]).toMatchObject({ attributes: { marker: "•" }, boxes: [{ start: 0, end: 20 }] });
  });

  test("a word that a line's end broke is whole again, boxes keep their characters", () => {
    const page = new Page();
    page.line("the end of this line is hyphen-", [10, 10, 90, 12]);
    page.line("ated, and the text goes on behind it", [10, 12.5, 90, 14.5]);
    const [element] = elementsOf(page);
    expect(element!.text).toBe("the end of this line is hyphenated, and the text goes on behind it");
    expect(element!.boxes!.map(({ start, end }) => element!.text.slice(start, end))).toEqual([
      "the end of this line is hyphen",
      "ated, and the text goes on behind it",
    ]);
  });
});

describe("layout", () => {
  test("kinds, order, nested lists; what it leaves out is read where it stands", () => {
    const page = new Page();
    const head = page.line("Company", [10, 2, 30, 4]);
    const title = page.line("Annual report", [10, 10, 60, 14]);
    const section = page.line("2.1 Results", [10, 20, 40, 22]);
    const right = page.line("right text", [60, 30, 90, 32]);
    const left = page.line("left text", [10, 30, 40, 32]);
    const item = page.line("- an item", [10, 40, 40, 42]);
    const other = page.line("- another", [10, 43, 40, 45]);
    page.line("forgotten by the layout", [10, 50, 40, 52]);
    const number = page.line("7", [50, 96, 52, 98]);
    const layout = (type: string, place: readonly number[], ...lines: { id: string }[]): string =>
      page.block(
        `LAYOUT_${type}`,
        place,
        refer(
          "CHILD",
          lines.map(({ id }) => id),
        ),
      );
    layout("HEADER", [10, 2, 30, 4], head);
    layout("TITLE", [10, 10, 60, 14], title);
    layout("SECTION_HEADER", [10, 20, 40, 22], section);
    layout("TEXT", [60, 30, 90, 32], right);
    layout("TEXT", [10, 30, 40, 32], left);
    const first = layout("TEXT", [10, 40, 40, 42], item);
    const second = layout("TEXT", [10, 43, 40, 45], other);
    page.block("LAYOUT_LIST", [10, 40, 40, 45], refer("CHILD", [first, second]));
    layout("PAGE_NUMBER", [50, 96, 52, 98], number);
    const elements = elementsOf(page);
    expectValid(elements);
    expect(shown(elements)).toEqual([
      "header: Company",
      "title: Annual report",
      "heading: 2.1 Results",
      "paragraph: right text",
      "paragraph: left text",
      "list_item: an item",
      "list_item: another",
      "paragraph: forgotten by the layout",
      "page_number: 7",
    ]);
    expect(elements[2]!.level).toBe(2);
  });
});

describe("tables", () => {
  const tableOf = (elements: readonly DocumentElement[]): DocumentElement =>
    elements.find(({ kind }) => kind === "table")!;

  test("merged cells, head, title and footer rows, marks; no word comes twice", () => {
    const page = new Page();
    const row = (at: number): readonly [number[], number[], number[]] => [
      [10, at, 30, at + 3],
      [32, at, 60, at + 3],
      [62, at, 90, at + 3],
    ];
    const cells: string[] = [];
    const cell = (place: number[], RowIndex: number, ColumnIndex: number, words: string[], entity?: string): string => {
      const id = page.block("CELL", place, {
        RowIndex,
        ColumnIndex,
        RowSpan: 1,
        ColumnSpan: 1,
        ...(entity === undefined ? {} : { EntityTypes: [entity] }),
        ...refer("CHILD", words),
      });
      cells.push(id);
      return id;
    };
    const title = page.line("Sums of the year", [10, 10, 90, 13]);
    const titleCells = row(10).map((place, index) =>
      cell(place, 1, index + 1, index === 0 ? title.words : [], "TABLE_TITLE"),
    );
    const head = page.line("Both years", [32, 14, 60, 17]);
    const [corner] = row(14);
    cell(corner, 2, 1, page.line("Kind", corner).words, "COLUMN_HEADER");
    const merged = [cell(row(14)[1], 2, 2, head.words, "COLUMN_HEADER"), cell(row(14)[2], 2, 3, [], "COLUMN_HEADER")];
    const [a, b, c] = row(18);
    const mark = page.block("SELECTION_ELEMENT", [11, 18, 13, 20], { SelectionStatus: "SELECTED" });
    cell(a, 3, 1, [...page.line("in use", [14, 18, 30, 20]).words, mark]);
    cell(b, 3, 2, page.line("10", b).words);
    cell(c, 3, 3, page.line("20", c).words);
    const foot = page.line("Without taxes", [10, 22, 90, 25]);
    row(22).map((place, index) => cell(place, 4, index + 1, index === 0 ? foot.words : [], "TABLE_FOOTER"));
    const span = page.block("MERGED_CELL", [32, 14, 90, 17], {
      RowIndex: 2,
      ColumnIndex: 2,
      RowSpan: 1,
      ColumnSpan: 2,
      ...refer("CHILD", merged),
    });
    const titleBlock = page.block("TABLE_TITLE", [10, 10, 90, 13], refer("CHILD", title.words));
    page.block("TABLE", [10, 10, 90, 25], {
      EntityTypes: ["STRUCTURED_TABLE"],
      ...refer("CHILD", cells, "MERGED_CELL", [span], "TABLE_TITLE", [titleBlock]),
    });
    expect(titleCells).toHaveLength(3);
    const elements = elementsOf(page);
    expectValid(elements);
    expect(shown(elements)).toEqual([
      "caption: Sums of the year",
      "table: Kind | Both years\n[x] in use | 10 | 20",
      "footnote: Without taxes",
    ]);
    const { table, boxes = [], text, attributes } = tableOf(elements);
    expect(table).toMatchObject({ rows: 2, columns: 3 });
    expect(table!.cells.filter(({ header }) => header)).toMatchObject([
      { text: "Kind" },
      { text: "Both years", columnSpan: 2 },
    ]);
    expect(headerRowCount(table!)).toBe(1);
    // A mark and the words beside it are two runs of one cell.
    expect(boxes.map(({ start, end }) => text.slice(start, end))).toEqual([
      "Kind",
      "Both years",
      "[x]",
      "in use",
      "10",
      "20",
    ]);
    expect(attributes).toEqual({ tableType: "structured" });
  });

  test("cells out of order, out of their table, over each other still make a valid table", () => {
    const page = new Page();
    const cell = (RowIndex: number, ColumnIndex: number, text: string, RowSpan = 1, ColumnSpan = 1): string =>
      page.block("CELL", [10, 10, 20, 12], {
        RowIndex,
        ColumnIndex,
        RowSpan,
        ColumnSpan,
        ...refer(
          "CHILD",
          page.line(text, [10 * ColumnIndex, 10 * RowIndex, 10 * ColumnIndex + 8, 10 * RowIndex + 3]).words,
        ),
      });
    page.block(
      "TABLE",
      [10, 10, 90, 25],
      refer("CHILD", [cell(2, 2, "d"), cell(1, 1, "a", 2, 2), cell(1, 2, "b"), cell(2, 1, "c"), "gone"]),
    );
    const elements = elementsOf(page);
    expectValid(elements);
    const words = elements.flatMap(({ text }) => text.split(/[\s|]+/)).filter((word) => word !== "");
    expect(words.sort()).toEqual(["a", "b", "c", "d"]);
  });
});

describe("fields, marks and signatures", () => {
  const field = (page: Page, key: readonly string[], value: readonly string[], confidence = 90): void => {
    const valueBlock = page.block("KEY_VALUE_SET", [0, 0, 1, 1], { EntityTypes: ["VALUE"], ...refer("CHILD", value) });
    page.block("KEY_VALUE_SET", [0, 0, 1, 1], {
      EntityTypes: ["KEY"],
      Confidence: confidence,
      ...refer("CHILD", key, "VALUE", [valueBlock]),
    });
  };

  test("key and value, a mark for a value, an empty value, a signature for a value", () => {
    const page = new Page();
    const name = page.line("Full name: Ana Silva", [10, 10, 50, 12]);
    field(page, name.words.slice(0, 2), name.words.slice(2));
    const yes = page.line("Yes", [10, 20, 14, 22]);
    field(page, yes.words, [page.block("SELECTION_ELEMENT", [6, 20, 8, 22], { SelectionStatus: "NOT_SELECTED" })]);
    const mail = page.line("Email:", [10, 30, 20, 32]);
    field(page, mail.words, []);
    const sign = page.line("Signature", [10, 40, 20, 42]);
    field(page, sign.words, [page.block("SIGNATURE", [30, 38, 50, 44])]);
    page.block("SIGNATURE", [30, 60, 50, 64], { Confidence: 55 });
    const elements = elementsOf(page);
    expectValid(elements);
    expect(shown(elements)).toEqual([
      "form_field: Full name: Ana Silva",
      "form_field: Yes: [ ]",
      "form_field: Email:",
      "form_field: Signature: [signature]",
      "figure: [signature]",
    ]);
    expect(elements[0]!.attributes).toMatchObject({ key: "Full name", value: "Ana Silva", pairConfidence: "0.9" });
    expect(elements[4]).toMatchObject({ confidence: 0.55, attributes: { role: "signature" } });
    expect(elements[0]!.boxes!.map(({ start, end }) => elements[0]!.text.slice(start, end))).toEqual([
      "Full name",
      "Ana Silva",
    ]);
  });

  test("what is no field stays text", () => {
    const page = new Page();
    const sentence = page.line("We report our results in Table 2.", [10, 10, 90, 12]);
    field(page, sentence.words.slice(0, 6), sentence.words.slice(6));
    const label = page.line("Personal data", [10, 20, 40, 22]);
    field(page, label.words, []);
    const doubt = page.line("Kind: unknown", [10, 30, 40, 32]);
    field(page, doubt.words.slice(0, 1), doubt.words.slice(1), 10);
    const { elements } = pageElements(page.blocks, 1, 0.2);
    expect(shown(elements)).toEqual([
      "paragraph: We report our results in Table 2.",
      "paragraph: Personal data",
      "paragraph: Kind: unknown",
    ]);
  });

  test("answers to queries are attributes of what holds them", () => {
    const page = new Page();
    const line = page.line("Contract of 1 May 2026", [10, 10, 60, 12]);
    expect(line.words).toHaveLength(5);
    page.line("between two parties", [10, 40, 60, 42]);
    const answer = page.block("QUERY_RESULT", [30, 10, 60, 12], { Text: "1 May 2026", Confidence: 87 });
    const worse = page.block("QUERY_RESULT", [10, 40, 20, 42], { Text: "between", Confidence: 12 });
    page.block("QUERY", [0, 0, 1, 1], {
      Geometry: undefined,
      Query: { Text: "When was it made?", Alias: "date" },
      ...refer("ANSWER", [worse, answer]),
    });
    const { elements, answers } = pageElements(page.blocks, 4);
    expect(answers).toMatchObject([{ name: "date", text: "1 May 2026", confidence: 0.87, page: 4 }]);
    expect(elements.map(({ attributes }) => attributes)).toEqual([{ "query.date": "1 May 2026" }, undefined]);
  });
});

describe("recordings", () => {
  test("a page turned by 90 degrees: rows are read as they were written, boxes stay on the page as it is shown", () => {
    const { elements } = pageElements(fixture("rotated-90").Blocks, 1);
    expectValid(elements);
    const [first] = elements.filter(({ kind }) => kind === "table");
    expect(tableRows(first!.table!)).toEqual(
      [1, 2, 3].map((row) => [1, 2, 3].map((column) => `Value 1.${row}.${column}`)),
    );
    expect(shown(elements)).toContain("form_field: Key2: value2");
    // The first row of the table stands at the right edge, and goes down.
    const [a, b] = first!.boxes!;
    expect(a!.left).toBeGreaterThan(0.85);
    expect(b!.top).toBeGreaterThan(a!.bottom);
    expect(Math.abs(b!.left - a!.left)).toBeLessThan(0.01);
  });

  /** The page on a larger sheet, turned by so many degrees; the sheet is higher than it is wide. */
  function skewed(blocks: readonly Block[], degrees: number): Block[] {
    const [width, height] = [210, 297];
    const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
    return blocks.map((block) => {
      const Polygon = block.Geometry?.Polygon?.map(({ X = 0, Y = 0 }) => {
        const [x, y] = [0.7 * (X - 0.5) * width, 0.7 * (Y - 0.5) * height];
        return { X: 0.5 + (x * cos - y * sin) / width, Y: 0.5 + (x * sin + y * cos) / height };
      });
      if (Polygon === undefined) return block;
      const [Left, Top] = [Math.min(...Polygon.map(({ X }) => X)), Math.min(...Polygon.map(({ Y }) => Y))];
      const BoundingBox = {
        Left,
        Top,
        Width: Math.max(...Polygon.map(({ X }) => X)) - Left,
        Height: Math.max(...Polygon.map(({ Y }) => Y)) - Top,
      };
      return { ...block, Geometry: { BoundingBox, Polygon } };
    });
  }

  test.each([1, -3, 8, 180 - 4, 90 + 3])(
    "lying askew by %i degrees, the lines are read as they were written",
    (degrees) => {
      const page = new Page();
      for (let row = 0; row < 10; row++)
        page.line(`line number ${row} of a page that lies askew in the scanner, over its whole width`, [
          10,
          10 + 2 * row,
          90,
          11.3 + 2 * row,
        ]);
      for (let row = 0; row < 4; row++) {
        page.line(`left column line number ${row} here`, [10, 40 + 2 * row, 46, 41.3 + 2 * row]);
        page.line(`right column line number ${row} too`, [54, 40 + 2 * row, 90, 41.3 + 2 * row]);
      }
      const level = pageElements(page.blocks, 1).elements;
      const { elements } = pageElements(skewed(page.blocks, degrees), 1);
      expectValid(elements);
      expect(level).toHaveLength(3);
      expect(elements.map(({ text }) => text).join(" ")).toBe(level.map(({ text }) => text).join(" "));
      const table = pageElements(skewed(fixture("merged-cells").Blocks, degrees), 1).elements;
      expect(table.filter(({ kind }) => kind === "table").map(({ text }) => text)).toEqual(
        pageElements(fixture("merged-cells").Blocks, 1)
          .elements.filter(({ kind }) => kind === "table")
          .map(({ text }) => text),
      );
    },
  );

  test("upside down, the same text comes in the same order", () => {
    const blocks = fixture("merged-cells").Blocks;
    const turned = blocks.map((block): Block => {
      const { Left = 0, Top = 0, Width = 0, Height = 0 } = block.Geometry?.BoundingBox ?? {};
      const BoundingBox = { Left: 1 - Left - Width, Top: 1 - Top - Height, Width, Height };
      const Polygon = block.Geometry?.Polygon?.map(({ X = 0, Y = 0 }) => ({ X: 1 - X, Y: 1 - Y })) ?? [];
      return { ...block, Geometry: { BoundingBox, Polygon } };
    });
    const upright = pageElements(blocks, 1).elements;
    const elements = pageElements(turned, 1).elements;
    expectValid(elements);
    expect(shown(elements)).toEqual(shown(upright));
    expect(elements[0]!.boxes![0]!.top).toBeCloseTo(1 - upright[0]!.boxes![0]!.bottom, 3);
  });

  test("merged cells and the head of a table", () => {
    const { elements } = pageElements(fixture("merged-cells").Blocks, 1);
    expectValid(elements);
    const last = elements.filter(({ kind }) => kind === "table").at(-1)!;
    expect(
      last.table!.cells.filter(({ rowSpan = 1, columnSpan = 1 }) => rowSpan * columnSpan > 1).length,
    ).toBeGreaterThan(2);
    expect(headerRowCount(last.table!)).toBe(1);
    expect(tableRows(last.table!)[0]).toEqual(["Date", "Work Type", "Work Hours", "Hourly Rate", "Total"]);
    expect(last.table!.cells.find(({ text }) => text === "Monday, February 28, 2022")?.rowSpan).toBe(2);
  });

  test("words of a cell are read in their order", () => {
    const { elements } = pageElements(fixture("layout").Blocks, 1);
    expectValid(elements);
    expect(shown(elements)[0]).toBe("caption: This is a sample test for the word ordering in Textract.");
    const { table } = elements[1]!;
    expect(tableRows(table!)[0]).toEqual(["Are those Words in order?", "Left right Top bottom", "Top Top Top Top"]);
  });
});

test("references that go in a circle end", () => {
  const page = new Page();
  const line = page.line("in a circle", [10, 10, 40, 12]);
  const layout = (Id: string, ...Ids: string[]): void =>
    void page.blocks.push({ BlockType: "LAYOUT_LIST", Id, ...refer("CHILD", Ids) } as Block);
  layout("c", "a");
  layout("a", "b", line.id);
  layout("b", "a", "b");
  page.block(
    "TABLE",
    [10, 20, 40, 22],
    refer("CHILD", [page.block("CELL", [10, 20, 40, 22], refer("CHILD", ["CELL-5", "page"]))]),
  );
  page.blocks[0] = {
    ...page.blocks[0]!,
    ...refer(
      "CHILD",
      page.blocks.map(({ Id = "" }) => Id),
    ),
  };
  const elements = elementsOf(page);
  expectValid(elements);
  expect(elements.map(({ text }) => text).join(" ")).toContain("in a circle");
});

test("answers that are damaged still give valid elements", () => {
  let state = 7;
  const random = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const names = ["rotated-90", "merged-cells", "layout"];
  for (let round = 0; round < 60; round++) {
    const blocks = structuredClone(fixture(names[round % 3]!).Blocks) as Record<string, unknown>[];
    for (let damage = 0; damage < 40; damage++) {
      const block = blocks[random(blocks.length)]!;
      const members = Object.keys(block);
      const member = members[random(members.length)]!;
      const other = blocks[random(blocks.length)]!;
      switch (random(6)) {
        case 0:
          delete block[member];
          break;
        case 1:
          block[member] = other[member];
          break;
        case 2:
          blocks.splice(random(blocks.length), 1);
          break;
        case 3:
          block.Relationships = [{ Type: "CHILD", Ids: [other.Id, block.Id, "none"] }];
          break;
        case 4:
          Object.assign(block, { RowIndex: random(5_000_000), ColumnSpan: random(3) === 0 ? 1_000_000 : random(9) });
          break;
        default:
          Object.assign(block, {
            Confidence: 1e9,
            Text: "\u0000 \ud800 e\u0301\n ",
            Geometry: { BoundingBox: { Left: -3, Top: 9, Width: 7 } },
          });
      }
    }
    expectValid(pageElements(blocks as Block[], 1).elements);
  }
});

test("what a local extractor found comes back from its blocks as it was", () => {
  const lines = (top: number, texts: readonly string[]): Box[] => {
    let start = 0;
    return texts.map((text, index) => {
      const box = {
        page: 1,
        left: 0.1,
        right: 0.1 + text.length / 100,
        top: top + index * 0.02,
        bottom: top + index * 0.02 + 0.015,
        start,
        end: start + text.length,
      };
      start += text.length + 1;
      return box;
    });
  };
  const elements: DocumentElement[] = [
    { kind: "title", text: "Leave policy", boxes: lines(0.05, ["Leave policy"]) },
    { kind: "heading", level: 1, text: "Who may take leave", boxes: lines(0.1, ["Who may take leave"]) },
    {
      kind: "paragraph",
      text: "Everybody who works here, from the first day on.",
      boxes: lines(0.15, ["Everybody who works here,", "from the first day on."]),
    },
    { kind: "list_item", level: 0, text: "parents", attributes: { marker: "•" }, boxes: lines(0.25, ["parents"]) },
    {
      kind: "table",
      text: "Kind | Days\nParental | 90",
      boxes: [{ page: 1, left: 0.1, right: 0.9, top: 0.3, bottom: 0.4 }],
      table: {
        rows: 2,
        columns: 2,
        cells: [
          { row: 0, column: 0, text: "Kind", header: true },
          { row: 0, column: 1, text: "Days", header: true },
          { row: 1, column: 0, text: "Parental" },
          { row: 1, column: 1, text: "90" },
        ],
      },
    },
    { kind: "form_field", text: "Name: Ana Silva", boxes: lines(0.5, ["Name: Ana Silva"]) },
    { kind: "footer", text: "Version 3", boxes: lines(0.95, ["Version 3"]) },
  ];
  const found = pageElements(textractBlocks(elements) as Block[], 1).elements;
  expectValid(found);
  expect(shown(found)).toEqual(shown(elements));
  expect(found[4]!.table).toEqual(elements[4]!.table);
  expect(found[2]!.boxes).toMatchObject(elements[2]!.boxes!.map(({ start, end }) => ({ start: start!, end: end! })));
});
