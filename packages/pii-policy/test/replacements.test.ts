import { randomNumbers } from "@groundwork/testing/vector-store-fixtures";
import { expect, test } from "vitest";
import { mergeFindings, ReplacedText } from "../src/index.ts";

test("places outside of what was replaced stay on their characters", () => {
  const text = "call Ana now or Bo later";
  const replaced = new ReplacedText(text, [
    { start: 5, end: 8, text: "Somebody" },
    { start: 16, end: 18, text: "X" },
  ]);
  expect(replaced.text).toBe("call Somebody now or X later");
  const word = (start: number, end: number): string =>
    replaced.text.slice(replaced.mapStart(start), replaced.mapEnd(end));
  expect(word(0, 4)).toBe("call");
  expect(word(9, 12)).toBe("now");
  expect(word(5, 8)).toBe("Somebody");
  expect(word(6, 7), "a part of it covers all of it").toBe("Somebody");
  expect(word(0, 6)).toBe("call Somebody");
  expect(word(7, 24)).toBe("Somebody now or X later");
  expect(word(19, 24)).toBe("later");
});

test("random replacements: what was outside is the same, in order, and the map is monotonic", () => {
  const random = randomNumbers(9);
  const below = (most: number): number => Math.floor(random() * most);
  for (let round = 0; round < 300; round++) {
    const text = Array.from({ length: below(80) }, () => "abc \n"[below(5)]).join("");
    const replacements = [];
    for (let at = below(5); at < text.length; at += 1 + below(12)) {
      const end = Math.min(text.length, at + 1 + below(6));
      replacements.push({ start: at, end, text: "X".repeat(below(9)) });
      at = end;
    }
    const replaced = new ReplacedText(text, replacements);
    for (let at = 0; at < text.length; at++) {
      if (replacements.some(({ start, end }) => at >= start && at < end)) continue;
      expect(replaced.text.slice(replaced.mapStart(at), replaced.mapEnd(at + 1))).toBe(text[at]);
    }
    for (let at = 1; at <= text.length; at++) {
      expect(replaced.mapStart(at)).toBeGreaterThanOrEqual(replaced.mapStart(at - 1));
      expect(replaced.mapEnd(at)).toBeGreaterThanOrEqual(replaced.mapEnd(at - 1));
    }
    expect(replaced.mapEnd(text.length)).toBe(replaced.text.length);
  }
});

test("of findings that overlap the surer stays, and the rest of the other stays too", () => {
  const finding = (type: string, start: number, end: number, score: number) => ({
    type,
    start,
    end,
    score,
    detector: "d",
  });
  const merged = mergeFindings(
    [finding("ADDRESS", 0, 20, 0.6), finding("NAME", 30, 35, 0.5)],
    [finding("DATE_TIME", 5, 10, 0.9), finding("NAME", 30, 38, 0.5)],
  );
  expect(merged.map(({ type, start, end }) => [type, start, end])).toEqual([
    ["ADDRESS", 0, 5],
    ["DATE_TIME", 5, 10],
    ["ADDRESS", 10, 20],
    ["NAME", 30, 38],
  ]);
  const random = randomNumbers(4);
  for (let round = 0; round < 200; round++) {
    const lists = Array.from({ length: 3 }, () =>
      Array.from({ length: 8 }, () => {
        const start = Math.floor(random() * 50);
        return finding("ABC"[Math.floor(random() * 3)]!, start, start + 1 + Math.floor(random() * 15), random());
      }),
    );
    const all = mergeFindings(...lists);
    for (let index = 1; index < all.length; index++)
      expect(all[index]!.start).toBeGreaterThanOrEqual(all[index - 1]!.end);
    const covered = (findings: readonly { start: number; end: number }[], at: number): boolean =>
      findings.some(({ start, end }) => at >= start && at < end);
    for (let at = 0; at < 70; at++) expect(covered(all, at)).toBe(covered(lists.flat(), at));
  }
});
