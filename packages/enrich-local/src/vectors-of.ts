import { type CallOptions, GroundworkError } from "@groundwork/contracts";

/** Turns texts into vectors: one for each text, in order, all of one length. */
export type VectorsOf = (
  texts: readonly string[],
  options?: CallOptions,
) => Promise<readonly ArrayLike<number>[]> | readonly ArrayLike<number>[];

/** Asks for vectors and brings each to length 1. */
export async function unitVectors(
  vectorsOf: VectorsOf,
  texts: readonly string[],
  options: CallOptions,
): Promise<Float64Array[]> {
  if (texts.length === 0) return [];
  const vectors = await vectorsOf(texts, options);
  const dimensions = vectors[0]?.length ?? 0;
  if (vectors.length !== texts.length || dimensions === 0 || vectors.some(({ length }) => length !== dimensions))
    throw new GroundworkError(
      "INVALID_CONFIGURATION",
      `Expected the function vectorsOf to give ${texts.length} vectors of one length, found ${vectors.length}. Mend the function.`,
      { stage: "enrich" },
    );
  return vectors.map((vector) => unitVector(Float64Array.from(vector)));
}

/** The vector at length 1; one without a direction stays as it is. */
export function unitVector(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector);
  if (length > 0) for (let index = 0; index < vector.length; index++) vector[index]! /= length;
  return vector;
}

/** The cosine of two vectors of length 1. */
export function cosine(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}
