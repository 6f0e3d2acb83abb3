import type { Raster } from "@groundwork/picture";

/** One byte a pixel where a picture has no colour: a third of the memory for scans, as most are. */
export function grayPixels({ pixels }: Raster): Uint8Array | undefined {
  const gray = new Uint8Array(pixels.length / 3);
  for (let from = 0, to = 0; from < pixels.length; from += 3, to++) {
    if (pixels[from] !== pixels[from + 1] || pixels[from] !== pixels[from + 2]) return undefined;
    gray[to] = pixels[from]!;
  }
  return gray;
}
