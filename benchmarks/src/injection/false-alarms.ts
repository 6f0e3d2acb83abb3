import type { ScoredDocument } from "./judge-elements.ts";

/** Elements that a set needs to say something about a rate of one in a hundred. */
const LEAST_ELEMENTS = 1_000;

export const isOrdinary = ({ document }: ScoredDocument): boolean => document.attack === undefined;

/** Rules and guidance for people: the sets whose false alarms set the threshold. Clean halves of attack sets are not among them. */
export function isPolicySet(set: string): boolean {
  return set.startsWith("policy-docs/") || set.startsWith("retrieval/");
}

/** Share of the values at or above a threshold. */
export function shareFrom(scores: readonly number[], threshold: number): number {
  return scores.length === 0 ? 0 : scores.filter((score) => score >= threshold).length / scores.length;
}

/** The lowest threshold at which no policy set has a rate of false alarms, by element, above `rate`. */
export function thresholdFor(scored: readonly ScoredDocument[], rate: number): number {
  const bySet = Map.groupBy(
    scored.filter((each) => isOrdinary(each) && isPolicySet(each.document.set)),
    ({ document }) => document.set,
  );
  let threshold = Number.NEGATIVE_INFINITY;
  for (const documents of bySet.values()) {
    const scores = documents.flatMap(({ scores }) => scores).sort((a, b) => b - a);
    if (scores.length < LEAST_ELEMENTS) continue;
    const allowed = scores[Math.floor(scores.length * rate)]!;
    // Just above the first score that is one too many.
    threshold = Math.max(threshold, allowed + Math.abs(allowed) * 1e-9 + 1e-12);
  }
  return threshold;
}
