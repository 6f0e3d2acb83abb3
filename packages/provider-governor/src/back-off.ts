/**
 * Exponential back-off with full jitter: a random wait between 0 and `min(cap, base * 2^exponent)`. Method: "Exponential
 * Backoff And Jitter", AWS Architecture Blog (2015). Callers that failed together do not come back together.
 */
export function fullJitter(
  exponent: number,
  limits: { readonly baseMs: number; readonly maxMs: number },
  random: () => number,
): number {
  return random() * Math.min(limits.maxMs, limits.baseMs * 2 ** Math.min(exponent, 40));
}
