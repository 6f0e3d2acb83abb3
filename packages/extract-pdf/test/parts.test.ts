import { frameOf, toArea } from "@groundwork/pdfium";
import { describe, expect, it } from "vitest";
import { traitsOf } from "../src/characters.ts";
import { joinElements } from "../src/elements.ts";
import { GlyphTable } from "../src/glyph-table.ts";
import { LineSignature } from "../src/line-signature.ts";
import { parsePdfDate } from "../src/metadata.ts";
import type { TextStyle } from "../src/page-content.ts";
import { readingOrder } from "../src/reading-order.ts";
import { joinLines, NO_VOCABULARY, repairCharacter, repairWord } from "../src/repair.ts";
import { joinRules, ruleGroups } from "../src/rules.ts";
import { isNumeric } from "../src/table-phrases.ts";
import { findGrids, gridCells } from "../src/tables-ruled.ts";
import { turnArea, turnAreaBack } from "../src/turn.ts";
import { formWords } from "../src/words.ts";

describe("repair", () => {
  it("takes ligatures apart and leaves characters with a meaning of their own", () => {
    expect(repairCharacter("ﬁ")).toBe("fi");
    expect(repairCharacter("ﬄ")).toBe("ffl");
    expect(repairCharacter("²")).toBe("²");
    expect(repairCharacter("½")).toBe("½");
    expect(repairCharacter("\uf0b7")).toBe("•");
    expect(repairWord("o↵-the-shelf")).toBe("off-the-shelf");
    expect(repairWord("‘‘green’’")).toBe("“green”");
  });

  it.each([
    ["requested in the sys-", "tem before", "requested in the system before"],
    ["a well-", "known rule", "a well-known rule"],
    ["the self-", "locking nut", "the self-locking nut"],
    ["from 1990-", "2000 on", "from 1990-2000 on"],
    ["a d-", "dimensional vector", "a d-dimensional vector"],
    ["first line", "second line", "first line second line"],
    ["方針は休暇", "の申請", "方針は休暇の申請"],
    ["Smith-", "Jones agreed", "Smith-Jones agreed"],
  ])("joins %j and %j", (first, second, joined) => {
    const { keep, separator } = joinLines(first, second, NO_VOCABULARY);
    expect(first.slice(0, keep) + separator + second).toBe(joined);
  });

  it("keeps the hyphen of a compound that the document uses, and drops it from a word that it uses", () => {
    const vocabulary = { has: (word: string) => ["load-carrying", "system"].includes(word) };
    expect(joinLines("the load-", "carrying nut", vocabulary).keep).toBe("the load-".length);
    expect(joinLines("the sys-", "tem", vocabulary).keep).toBe("the sys".length);
  });

  it("moves the boxes of the second half when two elements become one", () => {
    const first = {
      kind: "paragraph" as const,
      text: "an ab-",
      boxes: [{ page: 1, left: 0, top: 0, right: 1, bottom: 1, start: 0, end: 6 }],
    };
    const second = {
      kind: "paragraph" as const,
      text: "sence",
      boxes: [{ page: 2, left: 0, top: 0, right: 1, bottom: 1, start: 0, end: 5 }],
    };
    const joined = joinElements(first, second, NO_VOCABULARY);
    expect(joined.text).toBe("an absence");
    expect(joined.boxes!.map((box) => joined.text.slice(box.start, box.end))).toEqual(["an ab", "sence"]);
  });
});

describe("dates", () => {
  it.each([
    ["D:20240131120000+02'00'", Date.UTC(2024, 0, 31, 10)],
    ["D:20240131120000-0530", Date.UTC(2024, 0, 31, 17, 30)],
    ["D:20240131120000Z", Date.UTC(2024, 0, 31, 12)],
    ["D:2024", Date.UTC(2024, 0, 1)],
    ["20240131", Date.UTC(2024, 0, 31)],
    ["yesterday", undefined],
    ["D:20241399", undefined],
  ])("reads %j", (text, expected) => {
    expect(parsePdfDate(text)).toBe(expected);
  });
});

describe("frames", () => {
  it("turns areas there and back", () => {
    const area = { left: 10, top: 20, right: 110, bottom: 32 };
    for (const turn of [0, 1, 2, 3] as const) {
      expect(turnAreaBack(turnArea(area, turn, 600, 800), turn, 600, 800)).toEqual(area);
    }
  });

  it("maps the corner of the crop box to the top left for every rotation", () => {
    const box = { left: 100, bottom: 50, right: 400, top: 250 };
    const corners = [
      [100, 250],
      [100, 50],
      [400, 50],
      [400, 250],
    ] as const;
    corners.forEach(([x, y], rotation) => {
      const frame = frameOf(box, rotation as 0 | 1 | 2 | 3);
      expect(toArea(frame.matrix, x, y, x, y)).toMatchObject({ left: 0, top: 0 });
      expect([frame.width, frame.height]).toEqual(rotation % 2 === 0 ? [300, 200] : [200, 300]);
    });
  });
});

const style: TextStyle = { font: "Test", size: 10, bold: false, italic: false, monospaced: false };

interface TestGlyph {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly spaceBefore?: boolean;
}

/** Glyphs of one line, each of a text object of its own. */
function tableOf(glyphs: readonly TestGlyph[]): GlyphTable {
  const table = new GlyphTable(2);
  glyphs.forEach(({ text, left, right, spaceBefore = false }, number) => {
    const object = { number, style, turn: 0, skewed: false, tag: undefined } as const;
    table.add({ text, traits: traitsOf(text) }, left, 0, right, 10, 8, object, spaceBefore);
  });
  return table;
}

function glyphs(text: string, gaps: Readonly<Record<number, number>> = {}): GlyphTable {
  let x = 0;
  return tableOf(
    [...text].map((letter, index) => {
      const left = x + (gaps[index] ?? 0);
      x = left + 5;
      return { text: letter, left, right: x, spaceBefore: index === 0 };
    }),
  );
}

describe("words", () => {
  it("parts words at gaps where the text layer has no spaces", () => {
    expect(formWords(glyphs("nospaceshere", { 2: 2.5, 8: 2.5 })).map((word) => word.text)).toEqual([
      "no",
      "spaces",
      "here",
    ]);
  });

  it("keeps letter-spaced words whole", () => {
    const spaced = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [index + 1, 2]));
    expect(formWords(glyphs("SPACED", spaced)).map((word) => word.text)).toEqual(["SPACED"]);
  });

  it("drops the second print of overprinted bold and composes free accents", () => {
    const bold = [
      { text: "A", left: 0, right: 5 },
      { text: "A", left: 0.3, right: 5.3 },
      { text: "B", left: 5, right: 10 },
    ];
    expect(formWords(tableOf(bold)).map((word) => word.text)).toEqual(["AB"]);
    const accented = [
      { text: "¨", left: 0.5, right: 4.5, spaceBefore: true },
      { text: "u", left: 0, right: 5 },
    ];
    expect(formWords(tableOf(accented)).map((word) => word.text)).toEqual(["ü"]);
  });

  it("keeps the characters of ligatures and of all planes together", () => {
    const mixed = ["o", "ffi", "𝛼", "ﷺ", "語"].map((text, index) => ({ text, left: 5 * index, right: 5 * index + 5 }));
    expect(formWords(tableOf(mixed)).map((word) => word.text)).toEqual(["offi𝛼ﷺ語"]);
  });
});

describe("running lines", () => {
  const isLike = (a: string, b: string): boolean => new LineSignature(a).isLike(new LineSignature(b));

  it("are the same whatever their numbers, and nearly the same with a changed word", () => {
    expect(isLike("Annual report 2024 | page 7", "Annual report 2023 | page 112")).toBe(true);
    expect(isLike("Handbook of leave and travel, part one", "Handbook of leave and travel, part ten")).toBe(true);
    expect(isLike("Handbook of leave and travel", "The manager approves each request")).toBe(false);
    expect(isLike("a b", "a c")).toBe(false);
    expect(isLike("Leave", "Leave and travel of all staff in the regions")).toBe(false);
  });
});

describe("reading order", () => {
  const item = (name: string, left: number, right: number, baseline: number) => ({
    name,
    left,
    right,
    top: baseline - 8,
    bottom: baseline + 2,
    baseline,
    size: 10,
  });
  const names = (regions: readonly (readonly { name: string }[])[]): string[] => regions.flat().map(({ name }) => name);
  const column = (name: string, left: number, top: number) =>
    Array.from({ length: 5 }, (_, index) => item(`${name}${index}`, left, left + 200, top + 12 * index));

  it("takes a wide item as the end of one set of columns and the start of the next", () => {
    const items = [
      ...column("b", 250, 100),
      ...column("a", 0, 100),
      item("wide", 0, 450, 180),
      ...column("d", 250, 200),
      ...column("c", 0, 200),
    ];
    expect(
      names(readingOrder(items))
        .map((name) => name[0])
        .join("")
        .replace(/(.)\1+/g, "$1"),
    ).toBe("abwcd");
  });

  it("reads keys and values across", () => {
    const items = [
      item("key1", 0, 40, 10),
      item("value1", 100, 150, 10),
      item("key2", 0, 30, 22),
      item("value2", 100, 170, 22),
    ];
    expect(names(readingOrder(items))).toEqual(["key1", "value1", "key2", "value2"]);
  });

  it("keeps all items, whatever their places", () => {
    let seed = 7;
    const random = (limit: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % limit;
    };
    for (let round = 0; round < 50; round++) {
      const items = Array.from({ length: 40 }, (_, index) => {
        const left = random(500);
        return item(`${index}`, left, left + 10 + random(300), random(700));
      });
      expect(names(readingOrder(items)).sort()).toEqual(items.map(({ name }) => name).sort());
    }
  });
});

describe("rules", () => {
  const h = (at: number, from: number, to: number) => ({ orientation: "horizontal" as const, at, from, to });
  const v = (at: number, from: number, to: number) => ({ orientation: "vertical" as const, at, from, to });

  it("joins pieces of one line and groups what touches", () => {
    expect(joinRules([h(10, 0, 50), h(10.5, 52, 100), h(30, 0, 100)])).toEqual([h(10, 0, 100), h(30, 0, 100)]);
    expect(ruleGroups([h(10, 0, 100), v(0, 10, 50), h(300, 0, 100)])).toHaveLength(1);
  });

  it("finds cells that span rows and columns by the edges that are missing", () => {
    const grid = findGrids([
      h(0, 0, 90),
      h(10, 30, 90),
      h(20, 0, 90),
      v(0, 0, 20),
      v(30, 0, 20),
      v(60, 10, 20),
      v(90, 0, 20),
    ])[0]!;
    expect(gridCells(grid).map(({ row, column, rowSpan, columnSpan }) => [row, column, rowSpan, columnSpan])).toEqual([
      [0, 0, 2, 1],
      [0, 1, 1, 2],
      [1, 1, 1, 1],
      [1, 2, 1, 1],
    ]);
  });

  it("tells figures from words", () => {
    expect(["1,200", "(45.5)", "$ 178", "—", "12 %"].every(isNumeric)).toBe(true);
    expect(["Jan 26, 2025", "Total", "Section 4"].some(isNumeric)).toBe(false);
  });
});
