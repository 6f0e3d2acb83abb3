import { readFile } from "node:fs/promises";
import { documentOfBytes } from "@groundwork/testing/extractor-suite";
import { describe, expect, test } from "vitest";
import { openMp3 } from "../src/decode-mp3.ts";
import { openBytes } from "../src/file-reader.ts";
import { wholeFrames } from "../src/mpeg-frames.ts";

const speech = new Uint8Array(await readFile(new URL("fixtures/speech.mp3", import.meta.url)));

async function samplesOf(bytes: Uint8Array): Promise<{ count: number; damaged: boolean }> {
  const source = await openMp3(await openBytes(documentOfBytes(bytes, "audio/mpeg").content, undefined));
  let count = 0;
  for await (const piece of source.samples) count += piece.length;
  return { count, damaged: source.damaged() };
}

describe("frames of MPEG audio", () => {
  test("a whole recording is kept, without its tags", () => {
    const tagged = new Uint8Array([...speech, ...new TextEncoder().encode("TAG"), ...new Uint8Array(125)]);
    const { bytes, damaged } = wholeFrames(tagged);
    expect(damaged).toBe(false);
    expect(bytes.length).toBeGreaterThan(speech.length * 0.95);
    expect(bytes.length).toBeLessThanOrEqual(speech.length);
    expect([...bytes.subarray(0, 2)].map((byte) => byte & 0xe0)).toEqual([0xe0, 0xe0]);
  });

  test("noise has none", () => {
    expect(wholeFrames(new Uint8Array(10_000)).bytes).toHaveLength(0);
    expect(wholeFrames(new Uint8Array(10_000).fill(0xff)).bytes).toHaveLength(0);
    expect(wholeFrames(speech.subarray(0, 3)).bytes).toHaveLength(0);
  });

  test("a recording cut off anywhere is read up to its last whole frame", async () => {
    const whole = await samplesOf(speech);
    expect(whole.damaged).toBe(false);
    for (let cut = 1; cut < 600; cut += 37) {
      const { count, damaged } = await samplesOf(speech.slice(0, speech.length - cut));
      expect(damaged).toBe(true);
      expect(count).toBeLessThan(whole.count);
      expect(count).toBeGreaterThan(whole.count * 0.8);
    }
  });

  test("damage inside ends no later than the recording", async () => {
    const whole = await samplesOf(speech);
    let state = 5;
    for (let round = 0; round < 20; round++) {
      const copy = speech.slice();
      for (let change = 0; change < 40; change++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        copy[(state >>> 8) % copy.length] = state & 0xff;
      }
      const { count } = await samplesOf(copy);
      expect(count).toBeLessThan(whole.count * 1.1);
    }
  });
});
