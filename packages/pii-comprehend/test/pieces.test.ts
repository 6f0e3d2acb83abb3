import type { PiiFinding } from "@groundwork/contracts";
import { seededRandom } from "@groundwork/testing/seeded-random";
import { describe, expect, test } from "vitest";
import { combinePieces } from "../src/combine-pieces.ts";
import { OVERLAP, type Piece, piecesOf, SMALLEST_PIECE_BYTES } from "../src/pieces.ts";
import { onOneLine, safeText } from "../src/safe-text.ts";
import { Utf16Offsets } from "../src/utf16-offsets.ts";

describe("pieces", () => {
  const MATERIAL: readonly [string, string][] = [
    ["words", "Some words of a sentence. "],
    ["lines", "a line\n"],
    ["one word without end", "x"],
    ["emoji", "👩‍👩‍👧😀"],
    ["letters of two bytes", "é"],
    ["letters of three bytes", "漢字 "],
  ];
  test.each(MATERIAL)("%s: own stretches cover the text, each piece fits, overlaps, and splits no pair", (_, unit) => {
    const text = safeText(unit.repeat(Math.ceil(120_000 / unit.length)));
    const maxBytes = 20_000;
    const pieces = [...piecesOf(text, maxBytes)];
    expect(pieces.length).toBeGreaterThan(5);
    let end = 0;
    for (const piece of pieces) {
      expect(piece.ownStart).toBe(end);
      end = piece.ownEnd;
      const sent = text.slice(piece.start, piece.end);
      expect(Buffer.byteLength(sent)).toBeLessThanOrEqual(maxBytes);
      expect(sent.isWellFormed()).toBe(true);
      if (piece.ownStart > 0) expect(piece.ownStart - piece.start).toBeGreaterThanOrEqual(OVERLAP - 1);
      if (piece.ownEnd < text.length) expect(piece.end - piece.ownEnd).toBeGreaterThanOrEqual(OVERLAP - 1);
    }
    expect(end).toBe(text.length);
  });

  test("cuts lie behind lines, else behind sentences, else behind words", () => {
    const cutsOf = (text: string): string[] =>
      [...piecesOf(text, SMALLEST_PIECE_BYTES)].slice(0, -1).map(({ ownEnd }) => text.slice(ownEnd - 2, ownEnd));
    expect(new Set(cutsOf("A line. Of words\n".repeat(3000)))).toEqual(new Set(["s\n"]));
    expect(new Set(cutsOf("A sentence of words. ".repeat(3000)))).toEqual(new Set([". "]));
    expect(new Set(cutsOf("only words ".repeat(3000)))).toEqual(new Set(["s ", "y "]));
  });

  test("time grows with the text", () => {
    const timeOf = (length: number): number => {
      const text = "漢字 and words. ".repeat(length / 14);
      // The fastest of several, by the time of the processor: others work on the machine, too.
      const times = Array.from({ length: 5 }, () => {
        const before = process.cpuUsage();
        let count = 0;
        for (const _ of piecesOf(text, 20_000)) count++;
        expect(count).toBeGreaterThan(1);
        return process.cpuUsage(before).user / 1_000;
      });
      return Math.min(...times);
    };
    const [small, large] = [Math.max(1, timeOf(400_000)), timeOf(3_200_000)];
    expect(large / small).toBeLessThan(40);
  });
});

describe("readings of pieces that overlap", () => {
  const pieces: Piece[] = [
    { start: 0, end: 110, ownStart: 0, ownEnd: 100 },
    { start: 90, end: 200, ownStart: 100, ownEnd: 200 },
  ];
  const finding = (type: string, start: number, end: number, score = 0.9): PiiFinding => ({
    type,
    start,
    end,
    score,
    detector: "test",
  });
  const combine = (first: PiiFinding[], second: PiiFinding[]): unknown =>
    combinePieces([
      { piece: pieces[0]!, findings: first },
      { piece: pieces[1]!, findings: second },
    ]).map(({ type, start, end }) => [type, start, end]);

  test.each<[string, PiiFinding[], PiiFinding[], unknown]>([
    ["both see it: one", [finding("NAME", 95, 105)], [finding("NAME", 95, 105)], [["NAME", 95, 105]]],
    [
      "the piece with more context counts",
      [finding("SSN", 95, 99)],
      [finding("PHONE", 95, 99, 0.99)],
      [["SSN", 95, 99]],
    ],
    ["a false alarm for lack of context is dropped", [], [finding("PHONE", 92, 96)], []],
    ["across the cut, seen by the second alone: kept", [], [finding("NAME", 97, 104)], [["NAME", 97, 104]]],
    [
      "one begins before the cut, the other behind it: one",
      [finding("NAME", 95, 105)],
      [finding("NAME", 100, 112)],
      [["NAME", 95, 112]],
    ],
    [
      "each says that it begins on the other side: not lost",
      [finding("NAME", 101, 106)],
      [finding("NAME", 98, 106)],
      [["NAME", 98, 106]],
    ],
    [
      "of two types the higher score wins and the rest stays",
      [finding("NAME", 95, 105, 0.8)],
      [finding("USERNAME", 101, 108, 0.9)],
      [
        ["NAME", 95, 101],
        ["USERNAME", 101, 108],
      ],
    ],
  ])("%s", (_, first, second, expected) => {
    expect(combine(first, second)).toEqual(expected);
  });
});

describe("what is sent", () => {
  test("keeps every offset: as many UTF-16 units and nothing that a service refuses", () => {
    const random = seededRandom(7);
    for (let round = 0; round < 200; round++) {
      const text = Array.from({ length: 50 }, () => String.fromCharCode(Math.floor(random.next() * 0x10000))).join("");
      const safe = safeText(text);
      expect(safe.length).toBe(text.length);
      expect(safe.isWellFormed()).toBe(true);
      expect(onOneLine(safe).length).toBe(text.length);
      expect(onOneLine(safe)).not.toMatch(/[\n\r\u2028\u2029\u0085]/);
      expect(Buffer.from(safe, "utf8").toString("utf8")).toBe(safe);
    }
  });

  test("letters, marks, tabs and line ends stay as they are", () => {
    const text = "é e\u0301 漢字 😀\t\n\r\n 👩‍👩‍👧 \u202e";
    expect(safeText(text)).toBe(text);
  });

  test("code points become UTF-16 units, forth and back, in linear time", () => {
    const text = "a😀é𝒳".repeat(200_000);
    const offsets = new Utf16Offsets(text);
    const started = performance.now();
    let wrong = 0;
    for (let point = 0; point <= 800_000; point += 4) if (offsets.at(point) !== (point / 4) * 6) wrong++;
    expect(wrong).toBe(0);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(offsets.at(2)).toBe(3);
    expect(offsets.at(9_000_000)).toBe(text.length);
  });
});
