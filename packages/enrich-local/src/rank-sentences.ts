/** Power iterations; far fewer bring the scores to the fourth digit. */
const ITERATIONS = 50;
const PRECISION = 1e-6;

/**
 * LexRank (Erkan and Radev 2004) with weights: the stationary distribution of a walk over the sentences that goes from one to another
 * in proportion to their similarity, and with `1 - damping` anywhere. `similarity` is a square matrix, row by row, 0..1.
 *
 * @returns One score a sentence; they add up to 1.
 */
export function rankSentences(similarity: Float64Array, sentences: number, damping = 0.85): Float64Array {
  const sums = new Float64Array(sentences);
  for (let row = 0; row < sentences; row++)
    for (let column = 0; column < sentences; column++) sums[row]! += similarity[row * sentences + column]!;
  let scores = new Float64Array(sentences).fill(1 / sentences);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const next = new Float64Array(sentences);
    let lost = 0;
    for (let row = 0; row < sentences; row++) {
      if (sums[row] === 0) {
        lost += scores[row]!;
        continue;
      }
      const weight = scores[row]! / sums[row]!;
      for (let column = 0; column < sentences; column++)
        next[column]! += weight * similarity[row * sentences + column]!;
    }
    let change = 0;
    for (let column = 0; column < sentences; column++) {
      next[column] = (1 - damping + damping * lost) / sentences + damping * next[column]!;
      change += Math.abs(next[column]! - scores[column]!);
    }
    scores = next;
    if (change < PRECISION) break;
  }
  return scores;
}
