import type { Raster } from "@groundwork/picture";
import type { Bar } from "@groundwork/redaction";

/** The pixels that a bar touches. */
function pixelsOf({ left, top, right, bottom }: Bar, { width, height }: Raster) {
  return {
    left: Math.max(0, Math.floor(left * width)),
    top: Math.max(0, Math.floor(top * height)),
    right: Math.min(width, Math.ceil(right * width)),
    bottom: Math.min(height, Math.ceil(bottom * height)),
  };
}

/** Makes bars of a page black, in place. */
export function drawBars(raster: Raster, bars: readonly Bar[]): void {
  for (const bar of bars) {
    const { left, top, right, bottom } = pixelsOf(bar, raster);
    for (let y = top; y < bottom; y++)
      raster.pixels.fill(0, (y * raster.width + left) * 3, (y * raster.width + right) * 3);
  }
}

/** Whether every pixel of the bars is black. */
export function areBlack(raster: Raster, bars: readonly Bar[]): boolean {
  return bars.every((bar) => {
    const { left, top, right, bottom } = pixelsOf(bar, raster);
    for (let y = top; y < bottom; y++)
      for (let at = (y * raster.width + left) * 3, end = (y * raster.width + right) * 3; at < end; at++)
        if (raster.pixels[at] !== 0) return false;
    return true;
  });
}
