import { describe, expect, test } from "vitest";
import { diarizationError } from "../src/bench-audio-turns.ts";
import { align, normalizedWords, timedWords } from "../src/bench-audio-words.ts";

describe("word error rate", () => {
  test("writing does not count, words do", () => {
    expect(normalizedWords("Mr. Dashwood's 10 cats don't eat 42% of it.")).toEqual(
      "mister dashwoods ten cats do not eat forty two percent of it".split(" "),
    );
    const reference = normalizedWords("ten of clubs").map((text) => ({ text }));
    const heard = timedWords([
      { text: "10", startMs: 100 },
      { text: "of", startMs: 300 },
      { text: "Cloves.", startMs: 400 },
    ]);
    const { errors, pairs } = align(reference, heard);
    expect(errors).toBe(1);
    expect(pairs.map(([, word]) => word.startMs).sort()).toEqual([100, 300]);
  });
});

describe("diarization error", () => {
  const turn = (start: number, end: number, speaker: string) => ({ start, end, speaker });
  const reference = [turn(0, 2, "a"), turn(2, 4, "b")];

  test("names do not matter", () => {
    expect(diarizationError(reference, [turn(0, 2, "S2"), turn(2, 4, "S1")])).toBeCloseTo(0, 5);
  });

  test("confusion, missed speech and false alarm count", () => {
    expect(diarizationError(reference, [turn(0, 4, "S1")])).toBeCloseTo(0.5, 2);
    expect(diarizationError(reference, [turn(0, 2, "S1")])).toBeCloseTo(0.5, 2);
    expect(diarizationError(reference, [...reference, turn(4, 5, "b")])).toBeCloseTo(0.25, 2);
  });
});
