/** A labelled stretch; both sides count the same units. */
export interface LabelledSpan {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

interface Counts {
  right: number;
  wrong: number;
  missed: number;
}

export interface PiiScore {
  readonly typed: Counts;
  readonly any: Counts;
  /** Typed counts by label, of gold and predictions. */
  readonly labels: ReadonlyMap<string, Counts>;
}

const LEAST_OVERLAP = 0.5;

/** Characters in both over characters in either. */
export function overlapOf(a: LabelledSpan, b: LabelledSpan): number {
  const both = Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start));
  return both === 0 ? 0 : both / (a.end - a.start + (b.end - b.start) - both);
}

/**
 * Entity level: each gold span takes the first free prediction that overlaps it by half or more and, for `typed`, has its label.
 * `any` leaves labels aside and matches anew.
 */
export function scorePii(
  items: readonly { readonly gold: readonly LabelledSpan[]; readonly found: readonly LabelledSpan[] }[],
): PiiScore {
  const typed: Counts = { right: 0, wrong: 0, missed: 0 };
  const any: Counts = { right: 0, wrong: 0, missed: 0 };
  const labels = new Map<string, Counts>();
  const of = (label: string): Counts => {
    let counts = labels.get(label);
    if (counts === undefined) {
      counts = { right: 0, wrong: 0, missed: 0 };
      labels.set(label, counts);
    }
    return counts;
  };
  for (const { gold, found } of items) {
    const usedTyped = new Set<LabelledSpan>();
    const usedAny = new Set<LabelledSpan>();
    for (const span of gold) {
      const near = found.filter((other) => overlapOf(span, other) >= LEAST_OVERLAP);
      const same = near.find((other) => !usedTyped.has(other) && other.label === span.label);
      if (same !== undefined) usedTyped.add(same);
      count(typed, same !== undefined);
      count(of(span.label), same !== undefined);
      const some = near.find((other) => !usedAny.has(other));
      if (some !== undefined) usedAny.add(some);
      count(any, some !== undefined);
    }
    for (const span of found) if (!usedTyped.has(span)) of(span.label).wrong++;
    typed.wrong += found.length - usedTyped.size;
    any.wrong += found.length - usedAny.size;
  }
  return { typed, any, labels };
}

function count(counts: Counts, isRight: boolean): void {
  if (isRight) counts.right++;
  else counts.missed++;
}

export interface PrecisionRecall {
  readonly precision: number;
  readonly recall: number;
  /** Recall counts twice as much as precision. */
  readonly f2: number;
}

export function precisionRecall({ right, wrong, missed }: Counts): PrecisionRecall {
  const precision = right / (right + wrong || 1);
  const recall = right / (right + missed || 1);
  return { precision, recall, f2: right === 0 ? 0 : (5 * precision * recall) / (4 * precision + recall) };
}
