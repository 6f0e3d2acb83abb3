import type { FindingCount, TextRevision } from "@groundwork/contracts";

/** How many values of which type stand in a text, and what was done with them; absent when nothing was found. */
export function countFindings({ findings = [] }: Pick<TextRevision, "findings">): {
  readonly findings?: readonly FindingCount[];
} {
  const counts = new Map<string, FindingCount>();
  for (const { type, action } of findings) {
    const name = `${type} ${action}`;
    counts.set(name, { type, action, count: (counts.get(name)?.count ?? 0) + 1 });
  }
  if (counts.size === 0) return {};
  return { findings: [...counts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count) };
}
