import { describe, expect, test } from "vitest";
import { FRAME_MS, tokenTimes } from "../src/token-times.ts";

/** Attention that looks at the frames from `from` to `to`, with a little everywhere. */
function looking(from: number, to: number, frames: number): Float32Array[] {
  const head = (shift: number): Float32Array =>
    Float32Array.from({ length: frames }, (_, frame) => (frame >= from + shift && frame < to + shift ? 1 : 0.01));
  return [head(0), head(1)];
}

describe("times of tokens", () => {
  test("follow the attention, in order", () => {
    const frames = 100;
    const spans = [
      [5, 25],
      [25, 60],
      [60, 80],
      [80, 99],
    ] as const;
    const times = tokenTimes(
      spans.map(([from, to]) => looking(from, to, frames)),
      frames,
    );
    expect(times).toHaveLength(spans.length);
    for (const [index, [from]] of spans.entries()) {
      if (index === 0) expect(times[0]).toBe(0);
      // 90 ms is what the model's attention lags behind; smoothing moves an edge by a frame or two.
      else expect(Math.abs(times[index]! + 90 - from * FRAME_MS)).toBeLessThanOrEqual(3 * FRAME_MS);
    }
  });

  test("one token, and more tokens than frames", () => {
    expect(tokenTimes([looking(0, 3, 3)], 3)).toEqual([0]);
    const crowded = tokenTimes(
      Array.from({ length: 6 }, () => looking(0, 3, 3)),
      3,
    );
    expect(crowded).toEqual(crowded.toSorted((a, b) => a - b));
  });
});
