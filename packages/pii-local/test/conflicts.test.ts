import { seededRandom } from "@groundwork/testing/seeded-random";
import { expect, test } from "vitest";
import type { Candidate } from "../src/candidate.ts";
import { resolveConflicts } from "../src/resolve-conflicts.ts";

const candidate = (type: string, start: number, end: number, score: number): Candidate => ({
  type,
  start,
  end,
  score,
  detector: "x",
});
const kept = (candidates: Candidate[]): string[] =>
  resolveConflicts(candidates).map(({ type, start, end }) => `${type} ${start}-${end}`);

test("the higher score wins, length counts up to a quarter", () => {
  expect(kept([candidate("A", 0, 10, 0.9), candidate("B", 2, 8, 0.6)])).toEqual(["A 0-10"]);
  expect(kept([candidate("A", 0, 10, 0.6), candidate("B", 2, 8, 0.65)])).toEqual(["A 0-10"]);
  expect(kept([candidate("A", 0, 10, 0.5), candidate("B", 2, 8, 0.9)])).toEqual(["B 2-8"]);
  expect(kept([candidate("A", 0, 5, 0.9), candidate("A", 0, 5, 0.7)])).toEqual(["A 0-5"]);
  expect(kept([candidate("B", 5, 9, 0.7), candidate("A", 0, 5, 0.7)])).toEqual(["A 0-5", "B 5-9"]);
});

test("the outcome does not depend on the order, is in order and without overlap, and every loser overlaps a winner", () => {
  const random = seededRandom(5);
  for (let round = 0; round < 200; round++) {
    const candidates = Array.from({ length: 30 }, (_, index) => {
      const start = random.integer(0, 60);
      return candidate(random.pick(["A", "B", "C"]), start, start + random.integer(1, 14), ((index * 37) % 100) / 100);
    });
    const result = resolveConflicts(candidates);
    expect(kept(candidates.toReversed())).toEqual(kept(candidates));
    for (const [index, finding] of result.entries())
      expect(finding.start).toBeGreaterThanOrEqual(index === 0 ? 0 : result[index - 1]!.end);
    for (const one of candidates)
      expect(result.some((winner) => winner.start < one.end && one.start < winner.end)).toBe(true);
  }
});

test("a million findings", () => {
  const candidates = Array.from({ length: 1_000_000 }, (_, index) =>
    candidate("A", index * 3, index * 3 + 4, (index % 7) / 10),
  );
  const started = performance.now();
  const result = resolveConflicts(candidates.filter((_, index) => index % 50 !== 0));
  expect(result.length).toBeGreaterThan(300_000);
  expect(performance.now() - started).toBeLessThan(20_000);
});
