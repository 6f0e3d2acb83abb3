import { describe, expect, test } from "vitest";
import { fuse, fusionFor, MINILM_FUSION, STANDARD_FUSION } from "../src/fusion.ts";

const base = { ...MINILM_FUSION, documentLift: 0 };

describe("fusion", () => {
  test("a convex combination of the cosine and the lexical score over the best", () => {
    const scores = fuse(
      [
        { dense: 0.5, lexical: 4, group: "a" },
        { dense: 0.6, lexical: 1, group: "b" },
      ],
      base,
    );
    expect(scores[0]!.fused).toBeCloseTo(0.8 * 0.5 + 0.2);
    expect(scores[1]!.fused).toBeCloseTo(0.8 * 0.6 + 0.05);
  });

  test("one list alone decides when the other was not asked", () => {
    expect(fuse([{ dense: 0.3, group: "a" }], base)[0]!.fused).toBeCloseTo(0.3);
    expect(fuse([{ lexical: 7, group: "a" }], base)[0]!.fused).toBe(1);
    expect(fuse([], base)).toEqual([]);
  });

  test("no word found anywhere leaves the cosine to decide", () => {
    const scores = fuse([{ dense: 0.5, lexical: 0, group: "a" }], base);
    expect(scores[0]).toEqual({ dense: 0.5, lexical: 0, fused: 0.4 });
  });

  test("passages of a document that has more good ones rise", () => {
    const inputs = [0.6, 0.61, 0.6, 0.6, 0.2, 0.2, 0.2, 0.2, 0.2].map((dense, index) => ({
      dense,
      lexical: 0,
      group: index === 1 || index > 3 ? `other ${index}` : "many",
    }));
    const scores = fuse(inputs, MINILM_FUSION).map(({ fused }) => fused);
    expect(scores[0]).toBeGreaterThan(scores[1]!);
    expect(fuse(inputs, base)[1]!.fused).toBeGreaterThan(fuse(inputs, base)[0]!.fused);
  });

  test("z-scores do not depend on the embedder's scale", () => {
    const order = (scale: number, shift: number): number[] =>
      fuse(
        [0.2, 0.9, 0.5].map((dense, index) => ({
          dense: dense * scale + shift,
          lexical: [3, 0, 5][index]!,
          group: `${index}`,
        })),
        STANDARD_FUSION,
      )
        .map(({ fused }) => fused)
        .map((value) => Math.round(value * 1e3));
    expect(order(1, 0)).toEqual(order(0.01, 0.7));
  });

  test("parameters follow the embedder", () => {
    expect(fusionFor("all-MiniLM-L6-v2-int8")).toBe(MINILM_FUSION);
    expect(fusionFor("amazon.titan-embed-text-v2:0")).toBe(STANDARD_FUSION);
  });
});
