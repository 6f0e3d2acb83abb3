import type { SqlParameters } from "./sql-parameters.ts";
import type { WordStatistics } from "./word-statistics.ts";

const K1 = 1.2;
const B = 0.75;

/** Terms of a query that are looked for, the rarest: a statement has room for so many parameters. */
const MOST_TERMS = 10_000;

export interface WeightedTerm {
  readonly term: bigint;
  readonly texts: number;
  /** How rare the term is, never negative. */
  readonly weight: number;
}

/** Terms of a query that some text has, the rarest first. */
export function weightedTerms(terms: readonly bigint[], { texts, textsWith }: WordStatistics): WeightedTerm[] {
  return terms
    .map((term): WeightedTerm => {
      const count = textsWith.get(term) ?? 0;
      return { term, texts: count, weight: Math.log(1 + (texts - count + 0.5) / (count + 0.5)) };
    })
    .filter((term) => term.texts > 0)
    .sort((a, b) => b.weight - a.weight || (a.term < b.term ? -1 : 1))
    .slice(0, MOST_TERMS);
}

/** More than any text can get for a term. */
export function mostOf({ weight }: WeightedTerm): number {
  return weight * (K1 + 1);
}

/**
 * SQL of the Okapi BM25 score (k1 1.2, b 0.75, an idf that is never negative) of a row whose `terms`, `term_counts` and `term_total` are
 * columns. Its terms are added in one order, so that a score does not depend on that of the words.
 */
export function scoreSql(terms: readonly WeightedTerm[], averageTerms: number, parameters: SqlParameters): string {
  if (terms.length === 0) return "0::float8";
  const factor = parameters.add((K1 * B) / averageTerms, "float8");
  const length = `(${parameters.add(K1 * (1 - B), "float8")} + ${factor} * term_total)`;
  // A list is searched once for each term: tf (k1 + 1) / (tf + length) is (k1 + 1) / (1 + length / tf), and null where it lacks the term.
  const parts = terms.map(({ term, weight }) => {
    const count = `term_counts[array_position(terms, ${parameters.add(String(term), "bigint")})]`;
    return `coalesce(${parameters.add(weight * (K1 + 1), "float8")} / (1 + ${length} / ${count}), 0)`;
  });
  // A balanced tree: the server works through a sum by recursion, and thousands of terms in a row would exhaust its stack.
  const sum = (start: number, end: number): string => {
    if (end - start === 1) return parts[start]!;
    const middle = (start + end) >> 1;
    return `(${sum(start, middle)} + ${sum(middle, end)})`;
  };
  return sum(0, parts.length);
}
