import type { PageImage } from "@groundwork/contracts";
import { decode } from "fast-png";
import { decode as decodeJpeg } from "jpeg-js";
import { describe, expect, test } from "vitest";
import { MAX_SYNC_BYTES, pagePicture } from "../src/page-picture.ts";

const picture = (channels: 1 | 3 | 4, values: readonly number[]): PageImage => ({
  page: 1,
  width: values.length / channels,
  height: 1,
  channels,
  pixels: Uint8Array.from(values),
});

describe("a page becomes a file that the service takes", () => {
  test.each<[string, PageImage, channels: number, pixels: number[]]>([
    ["grey", picture(1, [0, 128, 255]), 1, [0, 128, 255]],
    ["colour", picture(3, [255, 0, 0, 1, 2, 3]), 3, [255, 0, 0, 1, 2, 3]],
    ["grey in three channels", picture(3, [7, 7, 7, 9, 9, 9]), 1, [7, 9]],
    ["half transparent on white", picture(4, [0, 0, 0, 255, 255, 0, 0, 0]), 3, [0, 0, 0, 255, 255, 255]],
  ])("%s", (_, image, channels, pixels) => {
    const png = decode(pagePicture(image));
    expect(png).toMatchObject({ width: image.width, height: 1, channels });
    expect([...png.data]).toEqual(pixels);
  });

  test("noise that PNG cannot shrink goes as JPEG", () => {
    const [width, height] = [2_000, 2_000];
    const pixels = new Uint8Array(width * height * 3);
    let state = 1;
    for (let index = 0; index < pixels.length; index++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      pixels[index] = state;
    }
    const file = pagePicture({ page: 1, width, height, channels: 3, pixels });
    expect(file.length).toBeLessThanOrEqual(MAX_SYNC_BYTES);
    const { width: decoded } = decodeJpeg(file, { maxMemoryUsageInMB: 512 });
    expect(decoded).toBe(width);
  });

  test("sides beyond 10,000 pixels are shrunk by averaging", () => {
    const pixels = new Uint8Array(12_000 * 4).map((_, index) => (index % 2 === 0 ? 100 : 200));
    const png = decode(pagePicture({ page: 1, width: 12_000, height: 4, channels: 1, pixels }));
    expect(png).toMatchObject({ width: 6_000, height: 2 });
    expect(new Set(png.data)).toEqual(new Set([150]));
  });
});
