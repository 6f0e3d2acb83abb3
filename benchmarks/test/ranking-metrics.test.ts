import { describe, expect, test } from "vitest";
import { reciprocalRankFusion } from "../src/rank-passages.ts";
import { bootstrapInterval, measureRanking } from "../src/ranking-metrics.ts";

const grades = new Map([
  ["p1", 2],
  ["p2", 1],
  ["p3", 0],
  ["p4", -1],
  ["p9", 3],
]);

describe("metrics of a ranking", () => {
  test("by hand: relevant ones in places 3 and 5 of three", () => {
    const found = measureRanking(["p4", "p3", "p1", "p8", "p2"], grades)!;
    const gain = 2 / Math.log2(4) + 1 / Math.log2(6);
    const ideal = 3 / Math.log2(2) + 2 / Math.log2(3) + 1 / Math.log2(4);
    expect(found.ndcg10).toBeCloseTo(gain / ideal, 12);
    // As the reference script of the data rounds it.
    expect(found.ndcg10).toBeCloseTo(0.2912, 4);
    expect(found.recall100).toBeCloseTo(2 / 3, 12);
    expect(found.mrr10).toBeCloseTo(1 / 3, 12);
  });

  test("nothing found is 0, nothing to find is no question", () => {
    expect(measureRanking([], grades)).toEqual({ ndcg10: 0, recall100: 0, mrr10: 0 });
    expect(measureRanking(["p3"], new Map([["p3", 0]]))).toBeUndefined();
  });

  test("places beyond the tenth and the hundredth do not count", () => {
    const padding = Array.from({ length: 100 }, (_, index) => `x${index}`);
    expect(measureRanking([...padding.slice(0, 10), "p9"], grades)).toMatchObject({ ndcg10: 0, mrr10: 0 });
    expect(measureRanking([...padding, "p9"], grades)!.recall100).toBe(0);
  });
});

describe("bootstrap", () => {
  test("is the same each time and holds the mean", () => {
    const differences = Array.from({ length: 200 }, (_, index) => Math.sin(index) + 0.3);
    const interval = bootstrapInterval(differences);
    expect(interval).toEqual(bootstrapInterval(differences));
    expect(interval.low).toBeLessThan(interval.mean);
    expect(interval.high).toBeGreaterThan(interval.mean);
    // Standard error of the mean: 0.707 / sqrt(200) = 0.05; the interval spans about four.
    expect(interval.high - interval.low).toBeGreaterThan(0.15);
    expect(interval.high - interval.low).toBeLessThan(0.25);
  });
});

describe("reciprocal rank fusion", () => {
  test("adds up places", () => {
    expect(
      reciprocalRankFusion([
        ["a", "b"],
        ["b", "c"],
      ]),
    ).toEqual(["b", "a", "c"]);
  });
});
