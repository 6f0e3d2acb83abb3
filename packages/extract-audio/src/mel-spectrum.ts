import { SAMPLE_RATE } from "./resample.ts";

/** Window of 25 ms every 10 ms. */
const WINDOW = 400;
export const HOP: number = SAMPLE_RATE / 100;
const BINS = WINDOW / 2 + 1;

/** Slaney's mel scale: linear below 1 kHz, logarithmic above. */
function hertzOf(mel: number): number {
  return mel < 15 ? (mel * 200) / 3 : 1_000 * Math.exp((Math.log(6.4) / 27) * (mel - 15));
}

function melOf(hertz: number): number {
  return hertz < 1_000 ? (hertz * 3) / 200 : 15 + (27 / Math.log(6.4)) * Math.log(hertz / 1_000);
}

/** Triangular filters of equal area, as librosa's default has them. */
function melFilters(bands: number): Float32Array[] {
  const top = melOf(SAMPLE_RATE / 2);
  const edges = Array.from({ length: bands + 2 }, (_, index) => hertzOf((top * index) / (bands + 1)));
  return Array.from({ length: bands }, (_, band) => {
    const [low, middle, high] = [edges[band]!, edges[band + 1]!, edges[band + 2]!];
    return Float32Array.from({ length: BINS }, (_unused, bin) => {
      const hertz = (bin * SAMPLE_RATE) / WINDOW;
      const weight = Math.max(0, Math.min((hertz - low) / (middle - low), (high - hertz) / (high - middle)));
      return (weight * 2) / (high - low);
    });
  });
}

const hann = Float32Array.from({ length: WINDOW }, (_, index) => 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / WINDOW));
const cosines = Float32Array.from({ length: WINDOW }, (_, index) => Math.cos((2 * Math.PI * index) / WINDOW));
const sines = Float32Array.from({ length: WINDOW }, (_, index) => Math.sin((2 * Math.PI * index) / WINDOW));
const filtersByBands = new Map<number, Float32Array[]>();

/**
 * Mel power spectrum, frames by bands, frames centred on every tenth millisecond (edges mirrored). The transform folds each window about its
 * middle, which halves the work; 400 is no power of two.
 */
export function melSpectrum(samples: Float32Array, bands: number): { frames: number; values: Float32Array } {
  let filters = filtersByBands.get(bands);
  if (filters === undefined) {
    filters = melFilters(bands);
    filtersByBands.set(bands, filters);
  }
  const frames = 1 + Math.floor(samples.length / HOP);
  const values = new Float32Array(frames * bands);
  const half = WINDOW / 2;
  const even = new Float32Array(half + 1);
  const odd = new Float32Array(half + 1);
  const power = new Float32Array(BINS);
  const last = samples.length - 1;
  const sampleAt = (index: number): number => {
    const mirrored = index < 0 ? -index : index > last ? 2 * last - index : index;
    return samples[mirrored] ?? 0;
  };
  for (let frame = 0; frame < frames; frame++) {
    const start = frame * HOP - half;
    const at = (index: number): number => sampleAt(start + index) * hann[index]!;
    even[0] = at(0);
    even[half] = at(half);
    for (let index = 1; index < half; index++) {
      const a = at(index);
      const b = at(WINDOW - index);
      even[index] = a + b;
      odd[index] = a - b;
    }
    for (let bin = 0; bin < BINS; bin++) {
      let real = even[0]! + (bin % 2 === 0 ? even[half]! : -even[half]!);
      let imaginary = 0;
      for (let index = 1, phase = bin; index < half; index++) {
        real += even[index]! * cosines[phase]!;
        imaginary += odd[index]! * sines[phase]!;
        phase += bin;
        if (phase >= WINDOW) phase -= WINDOW;
      }
      power[bin] = real * real + imaginary * imaginary;
    }
    for (let band = 0; band < bands; band++) {
      const filter = filters[band]!;
      let sum = 0;
      for (let bin = 0; bin < BINS; bin++) sum += filter[bin]! * power[bin]!;
      values[frame * bands + band] = sum;
    }
  }
  return { frames, values };
}
