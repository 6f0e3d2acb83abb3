/** A picture in memory: 8 bits a channel, RGB, rows top down without padding. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** `width * height * 3` bytes. */
  readonly pixels: Uint8Array;
}

/** How often a picture is turned by 90 degrees clockwise. */
export type QuarterTurns = 0 | 1 | 2 | 3;

/** RGB from grey, grey with alpha, RGB or RGBA; what is transparent lies on white paper. */
export function rasterOf(width: number, height: number, channels: 1 | 2 | 3 | 4, source: ArrayLike<number>): Raster {
  const count = width * height;
  const pixels = new Uint8Array(count * 3);
  const colours = channels < 3 ? 1 : 3;
  const hasAlpha = channels === 2 || channels === 4;
  for (let index = 0, from = 0, to = 0; index < count; index++, from += channels, to += 3) {
    const alpha = hasAlpha ? source[from + channels - 1]! : 255;
    for (let colour = 0; colour < 3; colour++) {
      const value = source[from + (colours === 1 ? 0 : colour)]!;
      pixels[to + colour] = alpha === 255 ? value : Math.round((value * alpha + 255 * (255 - alpha)) / 255);
    }
  }
  return { width, height, pixels };
}

/** The picture turned clockwise. */
export function turn(raster: Raster, turns: QuarterTurns): Raster {
  if (turns === 0) return raster;
  const { width, height, pixels: source } = raster;
  const swapped = turns !== 2;
  const outWidth = swapped ? height : width;
  const pixels = new Uint8Array(source.length);
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0; x < width; x++, from += 3) {
      const outX = turns === 1 ? height - 1 - y : turns === 2 ? width - 1 - x : y;
      const outY = turns === 1 ? x : turns === 2 ? height - 1 - y : width - 1 - x;
      const to = (outY * outWidth + outX) * 3;
      pixels[to] = source[from]!;
      pixels[to + 1] = source[from + 1]!;
      pixels[to + 2] = source[from + 2]!;
    }
  }
  return { width: outWidth, height: swapped ? width : height, pixels };
}

/** The picture mirrored left to right. */
export function mirror(raster: Raster): Raster {
  const { width, height, pixels: source } = raster;
  const pixels = new Uint8Array(source.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      const to = (y * width + width - 1 - x) * 3;
      pixels.set(source.subarray(from, from + 3), to);
    }
  }
  return { width, height, pixels };
}

/**
 * The picture at another size: each pixel is the mean of the area it covers when the picture shrinks, and linear between
 * its neighbours when it grows.
 */
export function resize(raster: Raster, width: number, height: number): Raster {
  if (width === raster.width && height === raster.height) return raster;
  const narrowed = resizeAxis(raster.pixels, raster.width, raster.height, width, true);
  return { width, height, pixels: resizeAxis(narrowed, raster.height, width, height, false) };
}

/** Weights of the source samples of each output sample along one axis. */
function axisWeights(from: number, to: number): { first: Int32Array; weights: Float32Array; taps: number } {
  const ratio = from / to;
  const taps = ratio > 1 ? Math.ceil(ratio) + 1 : 2;
  const first = new Int32Array(to);
  const weights = new Float32Array(to * taps);
  for (let index = 0; index < to; index++) {
    if (ratio > 1) {
      const start = index * ratio;
      const end = start + ratio;
      first[index] = Math.min(Math.floor(start), from - 1);
      for (let tap = 0; tap < taps; tap++) {
        const sample = first[index]! + tap;
        const covered = Math.min(end, sample + 1) - Math.max(start, sample);
        if (covered > 0 && sample < from) weights[index * taps + tap] = covered / ratio;
      }
    } else {
      const centre = Math.min(from - 1, Math.max(0, (index + 0.5) * ratio - 0.5));
      first[index] = Math.min(Math.floor(centre), Math.max(0, from - 2));
      const fraction = centre - first[index]!;
      weights[index * taps] = 1 - fraction;
      weights[index * taps + 1] = fraction;
    }
  }
  return { first, weights, taps };
}

function resizeAxis(
  source: Uint8Array,
  length: number,
  lanes: number,
  target: number,
  horizontal: boolean,
): Uint8Array<ArrayBuffer> {
  const { first, weights, taps } = axisWeights(length, target);
  const pixels = new Uint8Array(target * lanes * 3);
  // Horizontal: lanes are rows; vertical: lanes are columns of a picture `lanes` pixels wide.
  const step = horizontal ? 3 : lanes * 3;
  for (let lane = 0; lane < lanes; lane++) {
    const base = horizontal ? lane * length * 3 : lane * 3;
    const outBase = horizontal ? lane * target * 3 : lane * 3;
    for (let index = 0; index < target; index++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let tap = 0; tap < taps; tap++) {
        const weight = weights[index * taps + tap]!;
        if (weight === 0) continue;
        const at = base + (first[index]! + tap) * step;
        red += source[at]! * weight;
        green += source[at + 1]! * weight;
        blue += source[at + 2]! * weight;
      }
      const to = outBase + index * step;
      pixels[to] = red + 0.5;
      pixels[to + 1] = green + 0.5;
      pixels[to + 2] = blue + 0.5;
    }
  }
  return pixels;
}
