import { describe, expect, test } from "vitest";
import { calibrationError, scoreBins } from "../src/pii/calibration-error.ts";
import { type LabelledSpan, overlapOf, precisionRecall, scorePii } from "../src/pii/pii-score.ts";
import { pythonShuffle } from "../src/pii/python-shuffle.ts";

const span = (label: string, start: number, end: number): LabelledSpan => ({ label, start, end });

describe("entity-level scores", () => {
  test("half of the characters in either must be in both", () => {
    expect(overlapOf(span("A", 0, 10), span("B", 5, 10))).toBe(0.5);
    expect(overlapOf(span("A", 0, 10), span("B", 10, 12))).toBe(0);
    const { typed } = scorePii([{ gold: [span("A", 0, 10)], found: [span("A", 0, 4)] }]);
    expect(typed).toEqual({ right: 0, wrong: 1, missed: 1 });
  });

  test("a wrong label counts for any, not for typed; each prediction is used once", () => {
    const gold = [span("A", 0, 4), span("B", 10, 14), span("B", 10, 13)];
    const found = [span("A", 0, 4), span("C", 10, 14)];
    const { typed, any, labels } = scorePii([{ gold, found }]);
    expect(typed).toEqual({ right: 1, wrong: 1, missed: 2 });
    expect(any).toEqual({ right: 2, wrong: 0, missed: 1 });
    expect(labels.get("C")).toEqual({ right: 0, wrong: 1, missed: 0 });
  });

  test("F2 weighs recall four times", () => {
    expect(precisionRecall({ right: 6, wrong: 4, missed: 2 })).toEqual({
      precision: 0.6,
      recall: 0.75,
      f2: 2.25 / 3.15,
    });
    expect(precisionRecall({ right: 0, wrong: 0, missed: 0 })).toEqual({ precision: 0, recall: 0, f2: 0 });
  });
});

test("the order of Python's shuffle", () => {
  // random.Random(1).shuffle of range(10), and the head of that of range(1000), by CPython 3.11.
  expect(
    pythonShuffle(
      Array.from({ length: 10 }, (_, index) => index),
      1,
    ),
  ).toEqual([6, 8, 9, 7, 5, 3, 0, 4, 1, 2]);
  expect(
    pythonShuffle(
      Array.from({ length: 1000 }, (_, index) => index),
      1,
    ).slice(0, 8),
  ).toEqual([852, 836, 280, 575, 208, 609, 932, 725]);
});

test("the calibration error is the mean distance of score and share right", () => {
  const gold = [span("A", 0, 2), span("A", 4, 6)];
  const found = [
    { ...span("A", 0, 2), score: 0.9 },
    { ...span("A", 8, 9), score: 0.9 },
    { ...span("A", 4, 6), score: 0.55 },
    { ...span("B", 4, 6), score: 0.55 },
  ];
  const bins = scoreBins([{ gold, found }]);
  expect(bins.map(({ count, right }) => [count, right])).toEqual([
    [2, 0.5],
    [2, 0.5],
  ]);
  expect(calibrationError(bins)).toBeCloseTo((0.05 + 0.4) / 2);
  expect(calibrationError([])).toBe(0);
});
