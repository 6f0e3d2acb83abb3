import type { Rule } from "./page-content.ts";

/** Rules whose lines differ by less (points) are one line drawn twice or in pieces. */
const SAME_LINE = 1.6;
/** Gaps in a line (points) that are bridged. */
const BRIDGE = 6;
const REACH = 3.5;
/** More rules than this on a page are a drawing. */
const MAX_RULES = 4000;

/** Joins pieces of one line. */
export function joinRules(rules: readonly Rule[]): Rule[] {
  if (rules.length > MAX_RULES) return [];
  return [...joinParallel(rules, "horizontal"), ...joinParallel(rules, "vertical")];
}

function joinParallel(rules: readonly Rule[], orientation: Rule["orientation"]): Rule[] {
  const sorted = rules
    .filter((rule) => rule.orientation === orientation)
    .sort((a, b) => a.at - b.at || a.from - b.from);
  const result: Rule[] = [];
  for (const rule of sorted) {
    let joined = false;
    for (let index = result.length - 1; index >= 0; index--) {
      const other = result[index]!;
      if (rule.at - other.at > SAME_LINE) break;
      if (rule.from <= other.to + BRIDGE && rule.to >= other.from - BRIDGE) {
        // Cells draw their edges one by one, twice each: most are there already.
        if (rule.from < other.from || rule.to > other.to) {
          const { at } = other;
          const from = Math.min(other.from, rule.from);
          result[index] = { orientation, at, from, to: Math.max(other.to, rule.to) };
        }
        joined = true;
        break;
      }
    }
    if (!joined) result.push(rule);
  }
  return result;
}

/** Rules that touch or cross each other, directly or through others. */
export function ruleGroups(rules: readonly Rule[]): Rule[][] {
  const parent = rules.map((_, index) => index);
  const find = (index: number): number => {
    let root = index;
    while (parent[root] !== root) {
      parent[root] = parent[parent[root]!]!;
      root = parent[root]!;
    }
    return root;
  };
  const horizontal = rules
    .map((rule, index) => ({ rule, index }))
    .filter(({ rule }) => rule.orientation === "horizontal");
  const vertical = rules.map((rule, index) => ({ rule, index })).filter(({ rule }) => rule.orientation === "vertical");
  for (const h of horizontal) {
    for (const v of vertical) {
      const meets =
        v.rule.at >= h.rule.from - REACH &&
        v.rule.at <= h.rule.to + REACH &&
        h.rule.at >= v.rule.from - REACH &&
        h.rule.at <= v.rule.to + REACH;
      if (meets) parent[find(v.index)] = find(h.index);
    }
  }
  const groups = new Map<number, Rule[]>();
  rules.forEach((rule, index) => {
    const root = find(index);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [rule]);
    else group.push(rule);
  });
  return [...groups.values()].filter((group) => group.length > 1);
}

/**
 * Joined horizontal rules of equal extent (top, head and foot rule), downwards: a table without verticals stands between them.
 * Shorter ones than `least` (points) are passed over.
 */
export function ruleBands(joined: readonly Rule[], least: number): Rule[][] {
  const horizontal = joined
    .filter((rule) => rule.orientation === "horizontal" && rule.to - rule.from >= least)
    .sort((a, b) => a.at - b.at);
  const bands: Rule[][] = [];
  for (const rule of horizontal) {
    const band = bands.find(([first]) => Math.abs(first!.from - rule.from) < 6 && Math.abs(first!.to - rule.to) < 6);
    if (band === undefined) bands.push([rule]);
    else band.push(rule);
  }
  return bands.filter((band) => band.length >= 2);
}
