import type { Raster } from "@groundwork/picture";
import type { RotatedRectangle } from "./geometry.ts";

/** Height of the strip that the recogniser reads, pixels. */
export const LINE_HEIGHT = 48;

/** A line of text cut out upright: `LINE_HEIGHT` rows of RGB. */
export interface LineStrip {
  readonly width: number;
  readonly pixels: Uint8Array;
}

/**
 * Cuts a rectangle out of a picture, upright, `LINE_HEIGHT` pixels high. Several samples a pixel are averaged where the
 * picture is larger than the strip; what lies outside the picture repeats its edge.
 */
export function cutLine(raster: Raster, rectangle: RotatedRectangle, upsideDown = false): LineStrip {
  const scale = rectangle.height / LINE_HEIGHT;
  const width = Math.max(8, Math.ceil(rectangle.width / scale));
  const samples = Math.min(4, Math.max(1, Math.round(scale)));
  const direction = upsideDown ? -1 : 1;
  const cos = Math.cos(rectangle.angle) * direction;
  const sin = Math.sin(rectangle.angle) * direction;
  const stepU = rectangle.width / width;
  const pixels = new Uint8Array(width * LINE_HEIGHT * 3);
  const { width: sourceWidth, height: sourceHeight, pixels: source } = raster;
  const share = 1 / (samples * samples);
  for (let row = 0; row < LINE_HEIGHT; row++) {
    for (let column = 0; column < width; column++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let sub = 0; sub < samples * samples; sub++) {
        const u = (column + ((sub % samples) + 0.5) / samples) * stepU - rectangle.width / 2;
        const v = (row + (Math.floor(sub / samples) + 0.5) / samples) * scale - rectangle.height / 2;
        const x = Math.min(sourceWidth - 1, Math.max(0, rectangle.centreX + u * cos - v * sin - 0.5));
        const y = Math.min(sourceHeight - 1, Math.max(0, rectangle.centreY + u * sin + v * cos - 0.5));
        const left = Math.floor(x);
        const top = Math.floor(y);
        const fractionX = x - left;
        const fractionY = y - top;
        const right = left + 1 < sourceWidth ? 3 : 0;
        const below = top + 1 < sourceHeight ? sourceWidth * 3 : 0;
        const at = (top * sourceWidth + left) * 3;
        const a = (1 - fractionX) * (1 - fractionY);
        const b = fractionX * (1 - fractionY);
        const c = (1 - fractionX) * fractionY;
        const d = fractionX * fractionY;
        red += source[at]! * a + source[at + right]! * b + source[at + below]! * c + source[at + right + below]! * d;
        green +=
          source[at + 1]! * a +
          source[at + right + 1]! * b +
          source[at + below + 1]! * c +
          source[at + right + below + 1]! * d;
        blue +=
          source[at + 2]! * a +
          source[at + right + 2]! * b +
          source[at + below + 2]! * c +
          source[at + right + below + 2]! * d;
      }
      const to = (row * width + column) * 3;
      pixels[to] = red * share + 0.5;
      pixels[to + 1] = green * share + 0.5;
      pixels[to + 2] = blue * share + 0.5;
    }
  }
  return { width, pixels };
}

/** The strip as the models take it: blue, green, red planes in -1..1, padded with 0 to `width`. */
export function writeStrip(strip: LineStrip, target: Float32Array, offset: number, width: number): void {
  const plane = width * LINE_HEIGHT;
  const shown = Math.min(width, strip.width);
  for (let row = 0; row < LINE_HEIGHT; row++) {
    for (let column = 0; column < shown; column++) {
      const from = (row * strip.width + column) * 3;
      const to = offset + row * width + column;
      target[to] = strip.pixels[from + 2]! / 127.5 - 1;
      target[to + plane] = strip.pixels[from + 1]! / 127.5 - 1;
      target[to + 2 * plane] = strip.pixels[from]! / 127.5 - 1;
    }
  }
}
