import type { PiiFinding } from "@groundwork/contracts";

function better(a: PiiFinding, b: PiiFinding): number {
  return (
    b.score - a.score ||
    b.end - b.start - (a.end - a.start) ||
    a.start - b.start ||
    (a.type < b.type ? -1 : a.type > b.type ? 1 : 0)
  );
}

function liesApart(findings: readonly PiiFinding[]): boolean {
  for (let index = 1; index < findings.length; index++)
    if (findings[index]!.start < findings[index - 1]!.end) return false;
  return true;
}

/** The stretches between all places where a finding begins or ends, and which of them are still free. */
class FreeStretches {
  readonly #bounds: Uint32Array;
  /** Of a taken stretch one after it; of a free one itself. */
  readonly #next: Uint32Array;

  constructor(findings: readonly PiiFinding[]) {
    const places = new Set<number>();
    for (const { start, end } of findings) places.add(start).add(end);
    this.#bounds = Uint32Array.from(places).sort();
    this.#next = Uint32Array.from(this.#bounds, (_, index) => index);
  }

  #indexOf(place: number): number {
    let low = 0;
    let high = this.#bounds.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#bounds[middle]! < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #free(index: number): number {
    const next = this.#next;
    let free = index;
    while (next[free] !== free) free = next[free]!;
    for (let at = index; next[at] !== free && at !== free; ) [next[at], at] = [free, next[at]!];
    return free;
  }

  /** Takes what is free of a finding, stretch by stretch. */
  *take(finding: PiiFinding): Generator<PiiFinding> {
    const last = this.#indexOf(finding.end);
    for (let at = this.#free(this.#indexOf(finding.start)); at < last; at = this.#free(at)) {
      const first = at;
      for (; at < last && this.#next[at] === at; at++) this.#next[at] = at + 1;
      yield { ...finding, start: this.#bounds[first]!, end: this.#bounds[at]! };
    }
  }
}

/**
 * One list of findings from several, in order and apart. Where two overlap, the one with the higher score stays; of equal ones
 * the longer, then the earlier, then the first by type. What the loser covers beyond the winner stays as a finding of its own
 * type: nothing that a detector pointed at is let through because another pointed at a part of it. Time grows with n log n.
 */
export function mergeFindings(...lists: readonly (readonly PiiFinding[])[]): PiiFinding[] {
  const findings = lists.flat().filter(({ start, end }) => end > start);
  const inOrder = (a: PiiFinding, b: PiiFinding): number => a.start - b.start;
  findings.sort(inOrder);
  if (liesApart(findings)) return findings;
  const free = new FreeStretches(findings);
  const taken: PiiFinding[] = [];
  for (const finding of findings.sort(better)) for (const piece of free.take(finding)) taken.push(piece);
  return taken.sort(inOrder);
}
