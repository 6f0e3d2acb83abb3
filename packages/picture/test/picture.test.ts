import { readFile } from "node:fs/promises";
import { expectError } from "@groundwork/testing";
import { encode } from "fast-png";
import { describe, expect, test } from "vitest";
import { openPictures, pictureInfo, type Raster } from "../src/index.ts";

const fixture = async (name: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(new URL(`../../extract-image/test/fixtures/${name}`, import.meta.url)));

const RED = [255, 0, 0];
const BLUE = [0, 0, 255];

/** A PNG of a red and a blue pixel side by side, with an EXIF block that tells an orientation. */
function twoPixels(orientation: number): Uint8Array {
  const png = encode({ width: 2, height: 1, channels: 3, data: Uint8Array.from([...RED, ...BLUE]) });
  const exif = new Uint8Array(12 + 26);
  const view = new DataView(exif.buffer);
  view.setUint32(0, 26);
  exif.set(new TextEncoder().encode("eXIfII*\0"), 4);
  view.setUint32(12, 8, true);
  view.setUint16(16, 1, true);
  view.setUint16(18, 0x0112, true);
  view.setUint16(20, 3, true);
  view.setUint32(22, 1, true);
  view.setUint16(26, orientation, true);
  // Behind the signature and the header of 25 bytes.
  return Uint8Array.from([...png.subarray(0, 33), ...exif, ...png.subarray(33)]);
}

async function decode(bytes: Uint8Array, index = 0): Promise<Raster> {
  return openPictures(bytes, pictureInfo(bytes)).picture(index);
}

describe("decoding", () => {
  test.each([
    [1, 2, [...RED, ...BLUE]],
    [2, 2, [...BLUE, ...RED]],
    [3, 2, [...BLUE, ...RED]],
    [4, 2, [...RED, ...BLUE]],
    [5, 1, [...RED, ...BLUE]],
    [6, 1, [...RED, ...BLUE]],
    [7, 1, [...BLUE, ...RED]],
    [8, 1, [...BLUE, ...RED]],
  ])("orientation %i is applied", async (orientation, width, pixels) => {
    const raster = await decode(twoPixels(orientation));
    expect(raster.width).toBe(width);
    expect([...raster.pixels]).toEqual(pixels);
  });

  test.each(["exif.jpg", "line.webp", "line.gif", "line.bmp", "transparent.png"])("%s has its pixels", async (name) => {
    const { width, height, pixels } = await decode(await fixture(name));
    expect(pixels.length).toBe(width * height * 3);
    const dark = pixels.filter((value) => value < 100).length / pixels.length;
    expect(dark).toBeGreaterThan(0.005);
    expect(dark).toBeLessThan(0.3);
  });

  test("a TIFF has all its pages, as often as they are asked for", async () => {
    const bytes = await fixture("two-pages.tiff");
    const pictures = openPictures(bytes, pictureInfo(bytes));
    expect(pictures.count).toBe(2);
    const first = Buffer.from((await pictures.picture(0)).pixels);
    expect(first.equals((await pictures.picture(1)).pixels)).toBe(false);
    expect(first.equals((await pictures.picture(0)).pixels)).toBe(true);
  });
});

test("failures are typed", async () => {
  await expectError(async () => pictureInfo(new Uint8Array()), "EMPTY_DOCUMENT");
  await expectError(async () => pictureInfo(new TextEncoder().encode("no picture at all")), "CORRUPT_DOCUMENT");
  const png = twoPixels(1);
  await expectError(() => decode(png.subarray(0, png.length - 20)), "CORRUPT_DOCUMENT");
  new DataView(png.buffer).setUint32(16, 60_000);
  new DataView(png.buffer).setUint32(20, 60_000);
  await expectError(() => decode(png), "DOCUMENT_TOO_LARGE");
});
