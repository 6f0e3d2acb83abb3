import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { audioReferences } from "../src/bench-audio-references.ts";

const fixtures = fileURLToPath(new URL("../fixtures/audio/", import.meta.url));
const sets = (await readdir(fixtures, { withFileTypes: true })).filter((entry) => entry.isDirectory());

describe("the recordings of this project", () => {
  test.each(sets.map(({ name }) => name))("%s: words in order, with times", async (name) => {
    const recordings = await audioReferences(`${fixtures}${name}`);
    expect(recordings.length).toBeGreaterThan(2);
    for (const { path, reference } of recordings) {
      const words = reference.words ?? [];
      const starts = words.flatMap(({ startMs }) => (startMs === undefined ? [] : [startMs]));
      expect(starts.length, path).toBeGreaterThan(2);
      expect(starts, path).toEqual(starts.toSorted((a, b) => a - b));
      for (const { startMs, endMs } of words) expect(endMs ?? Number.POSITIVE_INFINITY).toBeGreaterThan(startMs ?? 0);
    }
  });
});
