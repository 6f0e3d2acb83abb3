import {
  type Box,
  type DocumentElement,
  type PiiDetector,
  type PiiFinding,
  renderTableText,
} from "@groundwork/contracts";
import { redact } from "@groundwork/pii-policy";
import { expectError } from "@groundwork/testing";
import { describe, expect, test } from "vitest";
import {
  type Bar,
  checkRegions,
  type PageReading,
  recognizedReading,
  redactUntilClean,
  ValueFinder,
} from "../src/index.ts";

const size = { page: 1, width: 1000, height: 500 };
const CHARACTER = 10;
const LINE = 20;

/** The box of a run whose characters are ten pixels wide and twenty high. */
function box(left: number, top: number, length: number, start?: number): Box {
  return {
    page: 1,
    left: left / size.width,
    top: top / size.height,
    right: (left + length * CHARACTER) / size.width,
    bottom: (top + LINE) / size.height,
    ...(start === undefined ? {} : { start, end: start + length }),
  };
}

/** Pixels without the margins. */
function placesOf(reading: PageReading, value: string): number[][] {
  const start = reading.text.indexOf(value);
  expect(start).toBeGreaterThanOrEqual(0);
  return reading
    .boxesOf(start, start + value.length)
    .map(({ left, top, right, bottom }) => [
      Math.round(left * size.width + 0.2 * LINE),
      Math.round(top * size.height + 0.04 * LINE),
      Math.round(right * size.width - 0.2 * LINE),
      Math.round(bottom * size.height - 0.04 * LINE),
    ]);
}

describe("the places of what was recognised", () => {
  test("are those of its words, one box for neighbours on a line", () => {
    const words = [box(100, 100, 3, 0), box(140, 100, 5, 4), box(100, 130, 8, 10), box(200, 130, 3, 19)];
    const reading = recognizedReading([{ kind: "paragraph", text: "for Maria Gonzalez who", boxes: words }], size);
    expect(placesOf(reading, "Maria")).toEqual([[140, 100, 190, 120]]);
    expect(placesOf(reading, "for Maria")).toEqual([[100, 100, 190, 120]]);
    expect(placesOf(reading, "Maria Gonzalez")).toEqual([
      [140, 100, 190, 120],
      [100, 130, 180, 150],
    ]);
  });

  test("are lines where these are all that is known, all of an element where nothing is", () => {
    const lines: DocumentElement = { kind: "paragraph", text: "for Maria", boxes: [box(100, 100, 9, 0)] };
    const table: DocumentElement = { kind: "table", text: "a | b", boxes: [box(100, 200, 1), box(300, 200, 1)] };
    const blind: DocumentElement = { kind: "paragraph", text: "nowhere" };
    const reading = recognizedReading([lines, table, blind], size);
    expect(reading.text).toBe("for Maria\na | b\nnowhere");
    expect(placesOf(reading, "Maria")).toEqual([[100, 100, 190, 120]]);
    expect(reading.boxesOf(14, 15)).toHaveLength(2);
    expect(() => reading.boxesOf(17, 20)).toThrow("does not tell where");
  });

  test("begin with the marker of a list item", () => {
    const item = (boxes: Box[]): DocumentElement => {
      return { kind: "list_item", text: "123-4567 at noon", attributes: { marker: "(555)" }, boxes };
    };
    const words = recognizedReading([item([{ ...box(100, 100, 5, 0), end: 0 }, box(160, 100, 8, 0)])], size);
    expect(words.text).toBe("(555) 123-4567 at noon");
    expect(placesOf(words, "(555) 123-4567")).toEqual([[100, 100, 240, 120]]);
    expect(placesOf(words, "(555)")[0]![0]).toBe(100);
    const line = recognizedReading([item([{ ...box(100, 100, 22, 0), end: 16 }])], size);
    expect(placesOf(line, "(555)")).toEqual([[100, 100, 320, 120]]);
  });

  test("of words askew stay apart: one box of both would cover the lines above and below", () => {
    const reading = recognizedReading(
      [{ kind: "paragraph", text: "Maria Gonzalez", boxes: [box(100, 100, 5, 0), box(160, 112, 8, 6)] }],
      size,
    );
    expect(reading.boxesOf(0, 14)).toHaveLength(2);
  });

  test("of upright runs grow upwards and downwards", () => {
    const upright = { page: 1, left: 0.5, top: 0.2, right: 0.52, bottom: 0.6, start: 0, end: 5 };
    const [found] = recognizedReading([{ kind: "paragraph", text: "Maria", boxes: [upright] }], size).boxesOf(0, 5);
    expect((upright.top - found!.top) * size.height).toBeCloseTo(0.2 * LINE, 5);
    expect((upright.left - found!.left) * size.width).toBeCloseTo(0.04 * LINE, 5);
  });
});

function detectorOf(pattern: RegExp, type = "NAME"): PiiDetector & { readonly seen: string[] } {
  const seen: string[] = [];
  return {
    identity: { name: "fake", revision: "1" },
    seen,
    detect: async (texts) => {
      seen.push(...texts);
      return texts.map((text) =>
        Array.from(
          text.matchAll(pattern),
          ({ 0: value, index }): PiiFinding => ({
            type,
            start: index,
            end: index + value.length,
            score: 0.9,
            detector: "f",
          }),
        ),
      );
    },
  };
}

test("a value is found wherever it stands, over line ends, in later calls, and no text is looked at twice", async () => {
  const detector = detectorOf(/(?<=Name: )Maria\s+Gonzalez/g);
  const finder = new ValueFinder({ detectors: [detector], policy: redact() });
  const found = async (texts: readonly string[]): Promise<string[][]> =>
    (
      await finder.find(
        texts.map((text) => ({ text })),
        {},
      )
    ).map((list, index) => list.map(({ start, end }) => texts[index]!.slice(start, end)));
  expect(await found(["by Maria\r\n  Gonzalez today", "Name: Maria Gonzalez", "Maria"])).toEqual([
    ["Maria\r\n  Gonzalez"],
    ["Maria Gonzalez"],
    [],
  ]);
  expect(await found(["Name: Maria Gonzalez", "cc Maria\nGonzalez"])).toEqual([
    ["Maria Gonzalez"],
    ["Maria\nGonzalez"],
  ]);
  expect(detector.seen).toHaveLength(4);
  const kept = new ValueFinder({ detectors: [detector], policy: redact({ types: { NAME: "keep" } }) });
  expect(await kept.find([{ text: "Name: Maria Gonzalez" }], {})).toEqual([[]]);
  const strict = new ValueFinder({ detectors: [detector], policy: redact({ minimumScore: 0.95 }) });
  expect(await strict.find([{ text: "Name: Maria Gonzalez" }], {})).toEqual([[]]);
});

test("a cell of a table is seen with the head of its column and with the cell before it", async () => {
  const rows = [
    ["Holder", "Account number"],
    ["Ann", "77120031"],
    ["PIN", "4411"],
  ];
  const cells = rows.flatMap((row, number) =>
    row.map((text, column) => ({ row: number, column, text, ...(number === 0 ? { header: true } : {}) })),
  );
  const table = { rows: 3, columns: 2, cells };
  const element: DocumentElement = { kind: "table", text: renderTableText(table), table };
  const reading = recognizedReading([{ kind: "paragraph", text: "Accounts" }, element], size);
  const detectors = [detectorOf(/(?<=^Account number: )\d{8}$/g), detectorOf(/(?<=^PIN: )\d{4}$/g, "PIN")];
  const [found] = await new ValueFinder({ detectors, policy: redact() }).find([reading], {});
  expect(found!.map(({ type, start, end }) => [type, reading.text.slice(start, end)])).toEqual([
    ["NAME", "77120031"],
    ["PIN", "4411"],
  ]);
});

describe("copies", () => {
  const at: Box = { page: 1, left: 0.1, top: 0.1, right: 0.3, bottom: 0.2 };
  const reading = (text: string, place = at): PageReading => ({ page: place.page, text, boxesOf: () => [place] });
  const finder = (): ValueFinder => new ValueFinder({ detectors: [detectorOf(/Maria|Gonzalez/g)], policy: redact() });

  test("are made until nothing is found; what was read twice in a place is told once", async () => {
    const made: (readonly Bar[])[] = [];
    const right = { ...at, left: 0.12, right: 0.31 };
    const later = { ...at, left: 0.6, right: 0.8 };
    const { copy, redactions } = await redactUntilClean<number>({
      readings: [reading("Maria"), reading("Maria", right), reading("else", { ...at, page: 2 })],
      finder: finder(),
      regions: [],
      burn: async (bars) => made.push([...bars]),
      check: async (_, bars) => expect(bars.length).toBeGreaterThan(0),
      read: async (number, pages) => {
        expect(pages, "page 2 has not changed").toEqual([1]);
        return number === 1 ? [reading("Gonzalez", later)] : [reading("nothing")];
      },
    });
    expect(copy).toBe(2);
    expect(made).toEqual([
      [at, right],
      [at, right, later],
    ]);
    expect(redactions.map(({ boxes }) => boxes)).toEqual([[at], [later]]);
  });

  test("that show values time and again are given up, those that do not pass the check at once", async () => {
    let copies = 0;
    const stubborn = {
      readings: [reading("Maria")],
      finder: finder(),
      regions: [],
      burn: async () => ++copies,
      check: async () => {},
      read: async () => [reading("Maria")],
    };
    await expectError(() => redactUntilClean(stubborn), "PII_POLICY_VIOLATION");
    expect(copies).toBe(4);
    const check = (): Promise<void> => Promise.reject(new Error("not black"));
    await expect(redactUntilClean({ ...stubborn, finder: finder(), check })).rejects.toThrow("not black");
    expect(copies).toBe(5);
    await expectError(() => redactUntilClean({ ...stubborn, signal: AbortSignal.abort() }), "ABORTED");
  });

  test("have their regions burned and the pages of these read again", async () => {
    const pages: number[] = [];
    const region = { page: 3, left: 0, top: 0, right: 1, bottom: 0.5 };
    const { redactions } = await redactUntilClean({
      readings: [reading("x")],
      finder: finder(),
      regions: [region],
      burn: async (bars) => expect(bars).toEqual([region]),
      check: async () => {},
      read: async (_, changed) => {
        pages.push(...changed);
        return [];
      },
    });
    expect([redactions, pages]).toEqual([[], [3]]);
  });
});

test("regions that are no places are refused", async () => {
  const region = { page: 1, left: 0, top: 0, right: 1, bottom: 1 };
  checkRegions([region]);
  for (const wrong of [{ page: 0 }, { page: 1.5 }, { left: -0.1 }, { right: 1.1 }, { top: 1 }, { bottom: Number.NaN }])
    await expectError(async () => checkRegions([{ ...region, ...wrong }]), "INVALID_ARGUMENT");
});
