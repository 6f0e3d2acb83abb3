import type { InferenceSession } from "onnxruntime-node";
import * as onnx from "onnxruntime-node";
import { LINE_HEIGHT, type LineStrip, writeStrip } from "./line-crop.ts";

/** Strips of one run together are at most this wide: bounds the memory of the class scores (18,000 classes a step). */
const BATCH_WIDTH = 2_400;
/** Strips are padded to a multiple of this, so that those of about one width share a run. */
const WIDTH_STEP = 64;
const MAX_WIDTH = 6_400;

/** One character with its place along the strip, 0..1, and its probability. */
export interface RecognizedCharacter {
  readonly text: string;
  readonly position: number;
  readonly probability: number;
}

/** Reads strips of text: class scores per step, decoded greedily as connectionist temporal classification has it. */
export async function recognizeStrips(
  session: InferenceSession,
  characters: readonly string[],
  strips: readonly LineStrip[],
  signal: AbortSignal | undefined,
): Promise<RecognizedCharacter[][]> {
  const results: RecognizedCharacter[][] = new Array(strips.length);
  const paddedWidth = (strip: LineStrip): number =>
    Math.min(MAX_WIDTH, Math.ceil((strip.width + 8) / WIDTH_STEP) * WIDTH_STEP);
  const order = strips
    .map((_, index) => index)
    .sort((a, b) => paddedWidth(strips[a]!) - paddedWidth(strips[b]!) || a - b);
  for (let next = 0; next < order.length; ) {
    signal?.throwIfAborted();
    const width = paddedWidth(strips[order[next]!]!);
    const batch: number[] = [];
    while (
      next < order.length &&
      paddedWidth(strips[order[next]!]!) === width &&
      (batch.length === 0 || (batch.length + 1) * width <= BATCH_WIDTH)
    ) {
      batch.push(order[next++]!);
    }
    const size = 3 * LINE_HEIGHT * width;
    const data = new Float32Array(size * batch.length);
    batch.forEach((index, at) => {
      writeStrip(strips[index]!, data, at * size, width);
    });
    const tensor = new onnx.Tensor("float32", data, [batch.length, 3, LINE_HEIGHT, width]);
    const outputs = await session.run({ [session.inputNames[0]!]: tensor });
    const output = outputs[session.outputNames[0]!]!;
    const [, steps, classes] = output.dims as readonly [number, number, number];
    const scores = output.data as Float32Array;
    batch.forEach((index, at) => {
      const shown = Math.min(1, strips[index]!.width / width);
      results[index] = decode(
        scores.subarray(at * steps * classes, (at + 1) * steps * classes),
        steps,
        classes,
        characters,
        shown,
      );
    });
  }
  return results;
}

/** Class 0 is the blank; equal classes in a row are one character. */
function decode(
  scores: Float32Array,
  steps: number,
  classes: number,
  characters: readonly string[],
  shown: number,
): RecognizedCharacter[] {
  const found: RecognizedCharacter[] = [];
  let previous = 0;
  let first = 0;
  let probability = 0;
  const close = (end: number): void => {
    if (previous === 0) return;
    const text = characters[previous - 1] ?? "";
    const position = Math.min(1, (first + end) / 2 / steps / shown);
    if (text !== "") found.push({ text, position, probability });
  };
  for (let step = 0; step < steps; step++) {
    let best = 0;
    let bestScore = scores[step * classes]!;
    for (let at = step * classes + 1, end = (step + 1) * classes; at < end; at++) {
      if (scores[at]! > bestScore) {
        bestScore = scores[at]!;
        best = at - step * classes;
      }
    }
    if (best === previous) {
      if (bestScore > probability) probability = bestScore;
      continue;
    }
    close(step);
    previous = best;
    first = step;
    probability = bestScore;
  }
  close(steps);
  return found;
}
