import type { CallOptions, PiiDetector } from "@groundwork/contracts";
import type { LabelledSpan, ReviewedCase } from "./review-case.ts";

export interface TypeFigures {
  readonly type: string;
  readonly found: number;
  readonly missed: number;
  /** Findings that people say are none, or of another type. */
  readonly wrong: number;
}

/** Where a detector and people differ. It has places and no text. */
export interface Difference {
  readonly caseId: string;
  readonly kind: "missed" | "wrong";
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

export interface DetectorFigures {
  readonly cases: number;
  /** Share of the findings that are right; 1 without a finding. */
  readonly precision: number;
  /** Share of the labels that are found; 1 without a label. */
  readonly recall: number;
  /** Recall counts four times as much as precision: a miss is worse than a value too many. */
  readonly f2: number;
  readonly types: readonly TypeFigures[];
  readonly differences: readonly Difference[];
}

/** A finding is right when its type is, and the two share half of what they cover together. */
const LEAST_OVERLAP = 0.5;
const CASES_AT_ONCE = 64;

function overlap(a: LabelledSpan, b: LabelledSpan): number {
  const shared = Math.min(a.end, b.end) - Math.max(a.start, b.start);
  return shared <= 0 ? 0 : shared / (Math.max(a.end, b.end) - Math.min(a.start, b.start));
}

/**
 * Measures a detector on cases that people answered: their answers as regression cases.
 *
 * @throws what the detector throws.
 */
export async function evaluateDetector(
  detector: PiiDetector,
  cases: Iterable<ReviewedCase> | AsyncIterable<ReviewedCase>,
  options: CallOptions = {},
): Promise<DetectorFigures> {
  const types = new Map<string, { found: number; missed: number; wrong: number }>();
  const differences: Difference[] = [];
  const count = (type: string, what: "found" | "missed" | "wrong"): void => {
    const figures = types.get(type) ?? { found: 0, missed: 0, wrong: 0 };
    figures[what]++;
    types.set(type, figures);
  };
  const differ = (kind: "missed" | "wrong", caseId: string, { type, start, end }: LabelledSpan): void => {
    count(type, kind);
    differences.push({ caseId, kind, type, start, end });
  };
  let looked = 0;
  const look = async (group: readonly ReviewedCase[]): Promise<void> => {
    const lists = await detector.detect(
      group.map(({ text }) => text),
      options,
    );
    for (const [index, { id, labelled }] of group.entries()) {
      const open = new Set(lists[index]);
      for (const label of labelled) {
        const match = [...open].find(
          (finding) => finding.type === label.type && overlap(finding, label) >= LEAST_OVERLAP,
        );
        if (match === undefined) differ("missed", id, label);
        else {
          open.delete(match);
          count(label.type, "found");
        }
      }
      for (const finding of open) differ("wrong", id, finding);
    }
    looked += group.length;
  };
  let group: ReviewedCase[] = [];
  for await (const one of cases) {
    group.push(one);
    if (group.length < CASES_AT_ONCE) continue;
    await look(group);
    group = [];
  }
  if (group.length > 0) await look(group);

  let found = 0;
  let missed = 0;
  let wrong = 0;
  for (const figures of types.values()) {
    found += figures.found;
    missed += figures.missed;
    wrong += figures.wrong;
  }
  const precision = found + wrong === 0 ? 1 : found / (found + wrong);
  const recall = found + missed === 0 ? 1 : found / (found + missed);
  return {
    cases: looked,
    precision,
    recall,
    f2: precision + recall === 0 ? 0 : (5 * precision * recall) / (4 * precision + recall),
    types: [...types].map(([type, figures]) => ({ type, ...figures })).sort((a, b) => (a.type < b.type ? -1 : 1)),
    differences,
  };
}
