import type { PiiFinding } from "@groundwork/contracts";

function better(a: PiiFinding, b: PiiFinding): number {
  return (
    b.score - a.score ||
    b.end - b.start - (a.end - a.start) ||
    a.start - b.start ||
    (a.type < b.type ? -1 : a.type > b.type ? 1 : 0)
  );
}

/**
 * One list of findings from several, in order and apart. Where two overlap, the one with the higher score stays; of equal ones
 * the longer, then the earlier, then the first by type. What the loser covers beyond the winner stays as a finding of its own
 * type: nothing that a detector pointed at is let through because another pointed at a part of it.
 */
export function mergeFindings(...lists: readonly (readonly PiiFinding[])[]): PiiFinding[] {
  const taken: PiiFinding[] = [];
  for (const finding of lists.flat().sort(better)) {
    let pieces = finding.end > finding.start ? [finding] : [];
    for (const { start, end } of taken)
      pieces = pieces.flatMap((piece) => {
        if (end <= piece.start || start >= piece.end) return [piece];
        return [
          { ...piece, end: start },
          { ...piece, start: end },
        ].filter((rest) => rest.end > rest.start);
      });
    taken.push(...pieces);
  }
  return taken.sort((a, b) => a.start - b.start);
}
