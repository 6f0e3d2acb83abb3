import { createHash } from "node:crypto";

const HASHED_DIMENSIONS = 256;

/** Vectors without a model: a text is the sum of its words, each of which has a direction of its own. */
export function hashVectors(texts: readonly string[]): Float32Array[] {
  return texts.map((text) => {
    const vector = new Float32Array(HASHED_DIMENSIONS);
    for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu)) {
      const digest = createHash("sha512").update(word).digest();
      // A few places far apart are enough to tell words from each other.
      for (let at = 0; at < 16; at += 2) vector[digest[at]!]! += digest[at + 1]! < 128 ? -1 : 1;
    }
    return vector;
  });
}

/** The vector with so many dimensions: padded with zeros or cut, then of length 1 where asked. */
export function fitVector(vector: Float32Array, dimensions: number, normalize: boolean): number[] {
  const fitted = new Array<number>(dimensions).fill(0);
  let sum = 0;
  for (let index = 0; index < Math.min(dimensions, vector.length); index++) {
    fitted[index] = vector[index]!;
    sum += vector[index]! ** 2;
  }
  if (sum === 0) {
    fitted[0] = 1;
    return fitted;
  }
  const length = normalize ? Math.sqrt(sum) : 1;
  return fitted.map((value) => value / length);
}

/** One of the smaller types of a vector of length 1. */
export function quantized(vector: readonly number[], type: string): number[] {
  const bits = (): number[] =>
    Array.from({ length: vector.length / 8 }, (_, byte) =>
      vector.slice(byte * 8, byte * 8 + 8).reduce((value, part) => value * 2 + (part > 0 ? 1 : 0), 0),
    );
  switch (type) {
    case "int8":
      return vector.map((value) => Math.max(-128, Math.round(value * 127)));
    case "uint8":
      return vector.map((value) => Math.round(value * 127) + 128);
    case "ubinary":
      return bits();
    case "binary":
      return bits().map((value) => value - 128);
    default:
      return [...vector];
  }
}
