import { fileURLToPath } from "node:url";
import { documentOfBytes } from "@groundwork/testing/extractor-suite";
import { describe, expect, test } from "vitest";
import { openBytes } from "../src/file-reader.ts";
import { openRecording } from "../src/open-recording.ts";
import { resampled } from "../src/resample.ts";
import { waveOf } from "./wave-of.ts";

async function decode(path: string): Promise<Float32Array> {
  const document = documentOfBytes(new Uint8Array(), "audio/wav");
  const content = { ...document.content, path };
  const reader = await openBytes(content, undefined);
  try {
    const source = await openRecording({ ...document, content }, reader, false, undefined);
    const pieces: Float32Array[] = [];
    for await (const piece of resampled(source.samples, source.sampleRate)) pieces.push(piece);
    expect(source.damaged()).toBe(false);
    return Float32Array.from(pieces.flatMap((piece) => [...piece]));
  } finally {
    await reader.close();
  }
}

/** Best correlation within 80 ms of each other: lossy encoders shift the sound. */
function likeness(a: Float32Array, b: Float32Array): number {
  let best = 0;
  for (let lag = -1_280; lag <= 1_280; lag++) {
    let [aa, bb, ab] = [0, 0, 0];
    for (let index = 16_000; index < 40_000; index += 5) {
      const x = a[index] ?? 0;
      const y = b[index + lag] ?? 0;
      aa += x * x;
      bb += y * y;
      ab += x * y;
    }
    best = Math.max(best, ab / Math.sqrt(aa * bb || 1));
  }
  return best;
}

describe("decoders", () => {
  const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
  test.each(["speech.mp3", "speech.ogg", "speech.opus"])("%s sounds like the lossless one", async (name) => {
    const [reference, decoded] = [await decode(fixture("speech.flac")), await decode(fixture(name))];
    expect(Math.abs(decoded.length - reference.length)).toBeLessThan(2_400);
    expect(likeness(reference, decoded)).toBeGreaterThan(0.95);
  });

  test("the sample rate changes without a shift, however the sound is cut", async () => {
    const tone = (rate: number): Float32Array =>
      Float32Array.from({ length: rate / 2 }, (_, index) => 0.5 * Math.sin((2 * Math.PI * 440 * index) / rate));
    const collect = async (input: Float32Array, rate: number, size: number): Promise<number[]> => {
      const cut: Float32Array[] = [];
      for (let start = 0; start < input.length; start += size) cut.push(input.subarray(start, start + size));
      const output: number[] = [];
      for await (const piece of resampled(cut, rate)) output.push(...piece);
      return output;
    };
    for (const rate of [8_000, 44_100, 48_000]) {
      const whole = await collect(tone(rate), rate, rate);
      expect(await collect(tone(rate), rate, 777)).toEqual(whole);
      expect(whole.length).toBe(8_000);
      const expected = tone(16_000);
      for (let index = 500; index < 7_500; index++)
        expect(Math.abs(whole[index]! - expected[index]!)).toBeLessThan(0.01);
    }
  });

  test("a wave that is cut off says so", async () => {
    const bytes = waveOf(new Float32Array(1_000), 16_000).slice(0, 1_044);
    const reader = await openBytes(documentOfBytes(bytes, "audio/wav").content, undefined);
    const source = await openRecording(documentOfBytes(bytes, "audio/wav"), reader, false, undefined);
    let count = 0;
    for await (const piece of source.samples) count += piece.length;
    expect([count, source.damaged()]).toEqual([500, true]);
  });
});
