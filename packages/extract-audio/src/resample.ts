/** Rate of everything after decoding, hertz. */
export const SAMPLE_RATE = 16_000;

/** Zero crossings of the low-pass on each side, at the lower of the two rates. */
const LOBES = 16;
const PHASES = 512;

/**
 * Changes the sample rate to 16 kHz with a windowed sinc (Hann), piece by piece: the output does not depend on how the input is cut.
 */
export async function* resampled(
  source: AsyncIterable<Float32Array> | Iterable<Float32Array>,
  rate: number,
): AsyncGenerator<Float32Array> {
  if (rate === SAMPLE_RATE) {
    yield* source;
    return;
  }
  const ratio = rate / SAMPLE_RATE;
  const cutoff = Math.min(1, 1 / ratio) * 0.95;
  const reach = Math.ceil(LOBES / cutoff);
  const table = kernel(reach, cutoff);
  // `held[0]` is input sample `origin`.
  let held: Float32Array = new Float32Array(reach);
  let origin = -reach;
  let next = 0;
  const produce = (limit: number): Float32Array => {
    // Output sample n stands at n * rate / 16,000 of the input; a little slack absorbs rounding.
    const count = Math.max(0, Math.ceil(limit / ratio - 1e-6) - next);
    const output = new Float32Array(count);
    for (let index = 0; index < count; index++) {
      const centre = next * ratio;
      const base = Math.floor(centre);
      const row = Math.round((centre - base) * PHASES) * (2 * reach + 1);
      let sum = 0;
      const from = base - reach - origin;
      for (let tap = 0; tap <= 2 * reach; tap++) sum += (held[from + tap] ?? 0) * table[row + tap]!;
      output[index] = sum;
      next++;
    }
    const drop = Math.max(0, Math.floor(next * ratio) - reach - origin);
    if (drop > 0) {
      held = held.slice(drop);
      origin += drop;
    }
    return output;
  };
  let total = 0;
  for await (const piece of source) {
    const joined = new Float32Array(held.length + piece.length);
    joined.set(held);
    joined.set(piece, held.length);
    held = joined;
    total += piece.length;
    const output = produce(total - reach - 1);
    if (output.length > 0) yield output;
  }
  const output = produce(total);
  if (output.length > 0) yield output;
}

/** One row of taps for each fraction of a sample, each row's sum 1. */
function kernel(reach: number, cutoff: number): Float32Array {
  const taps = 2 * reach + 1;
  const table = new Float32Array((PHASES + 1) * taps);
  for (let phase = 0; phase <= PHASES; phase++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const distance = tap - reach - phase / PHASES;
      const x = Math.PI * distance * cutoff;
      const sinc = x === 0 ? 1 : Math.sin(x) / x;
      const window = Math.abs(distance) >= reach ? 0 : 0.5 + 0.5 * Math.cos((Math.PI * distance) / reach);
      table[phase * taps + tap] = sinc * window;
      sum += sinc * window;
    }
    for (let tap = 0; tap < taps; tap++) table[phase * taps + tap]! /= sum;
  }
  return table;
}
