import { describe, expect, test } from "vitest";
import { lexicalScores, TermCache } from "../src/lexical-score.ts";

const score = (query: string, texts: readonly string[], pairWeight = 0.5): number[] =>
  lexicalScores(
    query,
    texts.map((text, index) => ({ key: `${index}`, text })),
    { pairWeight },
  );

describe("lexical scores", () => {
  test("BM25 with the statistics of the candidates, by hand", () => {
    const [first, second] = score("hotel", ["hotel room", "flight seat"], 0);
    expect(first).toBeCloseTo(Math.log(1 + 1.5 / 1.5));
    expect(second).toBe(0);
  });

  test("a repeated word counts by its square root", () => {
    const once = score("hotel flight", ["hotel", "flight"], 0);
    const twice = score("hotel hotel hotel hotel flight", ["hotel", "flight"], 0);
    expect(twice[0]).toBeCloseTo(2 * once[0]!);
    expect(twice[1]).toBeCloseTo(once[1]!);
  });

  test("words side by side count more than the same words apart", () => {
    const [together, apart] = score("travel budget", [
      "the travel budget of a unit",
      "budget for the travel of a unit",
    ]);
    expect(together).toBeGreaterThan(apart!);
    const [same, reordered] = score("travel budget", ["travel budget", "budget travel"], 0);
    expect(same).toBeCloseTo(reordered!);
  });

  test("no candidates, no words", () => {
    expect(score("hotel", [])).toEqual([]);
    expect(score("!?", ["hotel"])).toEqual([0]);
  });

  test("the cache forgets beyond its capacity and stays right", () => {
    const cache = new TermCache(6);
    const candidates = Array.from({ length: 20 }, (_, index) => ({ key: `${index}`, text: `hotel ${index} room` }));
    const cached = lexicalScores("hotel 7", candidates, { pairWeight: 0.5, cache });
    expect(lexicalScores("hotel 7", candidates, { pairWeight: 0.5, cache })).toEqual(cached);
    expect(cached).toEqual(lexicalScores("hotel 7", candidates, { pairWeight: 0.5 }));
  });
});
