import type { PiiFinding } from "@groundwork/contracts";
import type { Candidate } from "./candidate.ts";

/** A span of another type inside a longer one wins only when it is this much surer. */
const LENGTH_COUNTS = 0.25;

/**
 * The one rule for overlapping candidates: the higher rank wins, where the rank is the score, plus up to a quarter for the share of
 * the characters that are fought over which the candidate covers; at equal rank the longer, then the one that begins first, then
 * the type's name. The winner stays whole; a loser is dropped, also where only a part of it overlaps.
 *
 * Equal spans of the same type become one with the higher score. Returns findings in order.
 */
export function resolveConflicts(candidates: readonly Candidate[]): PiiFinding[] {
  const sorted = candidates.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const findings: PiiFinding[] = [];
  for (let from = 0; from < sorted.length; ) {
    let to = from + 1;
    let end = sorted[from]!.end;
    while (to < sorted.length && sorted[to]!.start < end) {
      end = Math.max(end, sorted[to]!.end);
      to++;
    }
    if (to === from + 1) findings.push(findingOf(sorted[from]!));
    else
      for (const winner of winnersOf(sorted.slice(from, to), end - sorted[from]!.start))
        findings.push(findingOf(winner));
    from = to;
  }
  return findings;
}

/** Candidates that remain of a cluster of overlapping ones, in order. */
function winnersOf(cluster: readonly Candidate[], length: number): Candidate[] {
  const rank = (candidate: Candidate): number =>
    candidate.score + LENGTH_COUNTS * ((candidate.end - candidate.start) / length);
  const ranked = cluster
    .map((candidate) => ({ candidate, rank: rank(candidate) }))
    .sort(
      (a, b) =>
        b.rank - a.rank ||
        b.candidate.end - b.candidate.start - (a.candidate.end - a.candidate.start) ||
        a.candidate.start - b.candidate.start ||
        (a.candidate.type < b.candidate.type ? -1 : 1),
    );
  const winners: Candidate[] = [];
  for (const { candidate } of ranked) {
    const at = firstEndingAfter(winners, candidate.start);
    const next = winners[at];
    if (next === undefined || next.start >= candidate.end) winners.splice(at, 0, candidate);
  }
  return winners;
}

/** Index of the first winner that ends behind `offset`; winners are in order and do not overlap. */
function firstEndingAfter(winners: readonly Candidate[], offset: number): number {
  let low = 0;
  let high = winners.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (winners[middle]!.end <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function findingOf({ type, start, end, score, detector }: Candidate): PiiFinding {
  return { type, start, end, score, detector };
}
