import { type LabelledSpan, overlapOf } from "./pii-score.ts";

export interface ScoredSpan extends LabelledSpan {
  /** 0..1. */
  readonly score: number;
}

export interface ScoreBin {
  /** Mean score of the findings, and the share of them that is right. */
  readonly score: number;
  readonly right: number;
  readonly count: number;
}

/** Findings by tenths of their score; right is what overlaps a gold span of its label by half. */
export function scoreBins(
  items: readonly { readonly gold: readonly LabelledSpan[]; readonly found: readonly ScoredSpan[] }[],
): ScoreBin[] {
  const bins = Array.from({ length: 10 }, () => ({ score: 0, right: 0, count: 0 }));
  for (const { gold, found } of items)
    for (const span of found) {
      const bin = bins[Math.min(9, Math.floor(span.score * 10))]!;
      bin.score += span.score;
      bin.count++;
      if (gold.some((other) => other.label === span.label && overlapOf(other, span) >= 0.5)) bin.right++;
    }
  return bins
    .filter(({ count }) => count > 0)
    .map(({ score, right, count }) => ({ score: score / count, right: right / count, count }));
}

/** Mean distance of score and share right, each bin by its findings (Naeini et al. 2015). */
export function calibrationError(bins: readonly ScoreBin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return bins.reduce((sum, { score, right, count }) => sum + (count / total) * Math.abs(score - right), 0);
}
