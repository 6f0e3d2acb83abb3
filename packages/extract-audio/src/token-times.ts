/** A frame of the encoder, milliseconds. */
export const FRAME_MS = 20;
/** Attention moves on to the next token this much after the sound does, milliseconds (measured on synthetic and human speech alike). */
const DELAY_MS = 90;
/** Frames over which attention is smoothed. */
const SMOOTHING = 7;

/**
 * When each token begins, by dynamic time warping over the attention of the heads that follow the sound (as openai/whisper does it,
 * after Giorgino 2009): one place more than tokens, the last where they end. Milliseconds.
 *
 * @param attention for each token, and the end of text, each head's weight of each frame.
 * @param frames of sound; what follows them is padding.
 */
export function tokenTimes(attention: readonly (readonly Float32Array[])[], frames: number): number[] {
  const rows = attention.length;
  const cost = new Float32Array(rows * frames);
  const heads = attention[0]!.length;
  for (let head = 0; head < heads; head++) {
    const weights = attention.map((row) => normalized(row[head]!.subarray(0, frames)));
    standardize(weights, frames);
    for (let row = 0; row < rows; row++) {
      const smooth = medians(weights[row]!);
      for (let frame = 0; frame < frames; frame++) cost[row * frames + frame]! -= smooth[frame]! / heads;
    }
  }
  return warped(cost, rows, frames).map((frame) => Math.max(0, frame * FRAME_MS - DELAY_MS));
}

function normalized(weights: Float32Array): Float32Array {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return sum > 0 ? weights.map((weight) => weight / sum) : weights.slice();
}

/** Each frame's weights over the tokens to mean 0 and deviation 1: what all tokens attend to tells nothing. */
function standardize(rows: readonly Float32Array[], frames: number): void {
  for (let frame = 0; frame < frames; frame++) {
    let sum = 0;
    let squares = 0;
    for (const row of rows) sum += row[frame]!;
    const mean = sum / rows.length;
    for (const row of rows) squares += (row[frame]! - mean) ** 2;
    const deviation = Math.sqrt(squares / rows.length) || 1;
    for (const row of rows) row[frame] = (row[frame]! - mean) / deviation;
  }
}

function medians(values: Float32Array): Float32Array {
  const half = SMOOTHING >> 1;
  const last = values.length - 1;
  const window = new Float32Array(SMOOTHING);
  return values.map((_, index) => {
    for (let at = -half; at <= half; at++) {
      // Edges are mirrored.
      const place = Math.abs(index + at);
      window[at + half] = values[Math.max(0, place > last ? 2 * last - place : place)]!;
    }
    return window.sort()[half]!;
  });
}

/** The cheapest path from the first row and frame to the last ones; the frame at which it enters each row, and its last frame. */
function warped(cost: Float32Array, rows: number, frames: number): number[] {
  const width = frames + 1;
  const total = new Float32Array((rows + 1) * width).fill(Number.POSITIVE_INFINITY);
  const steps = new Uint8Array((rows + 1) * width);
  total[0] = 0;
  for (let row = 1; row <= rows; row++) {
    for (let frame = 1; frame <= frames; frame++) {
      const at = row * width + frame;
      const both = total[at - width - 1]!;
      const down = total[at - width]!;
      const along = total[at - 1]!;
      const least = Math.min(both, down, along);
      steps[at] = both === least ? 0 : down === least ? 1 : 2;
      total[at] = cost[(row - 1) * frames + frame - 1]! + least;
    }
  }
  const starts = new Array<number>(rows).fill(0);
  for (let row = rows, frame = frames; row > 0 && frame > 0; ) {
    starts[row - 1] = frame - 1;
    const step = steps[row * width + frame]!;
    if (step !== 2) row--;
    if (step !== 1) frame--;
  }
  return starts;
}
