import type { Session } from "./connections.ts";
import type { TableNames } from "./table-layout.ts";

/** What BM25 needs of all searched rows, whatever a reader may see of them. */
export interface WordStatistics {
  readonly texts: number;
  /** Mean number of terms of a text. */
  readonly averageTerms: number;
  /** Texts that have each of the terms asked for; absent where none has. */
  readonly textsWith: ReadonlyMap<bigint, number>;
}

/** Reads the statistics: two sums and one look at an index for each term. */
export async function readStatistics(
  session: Session,
  names: TableNames,
  terms: readonly bigint[],
): Promise<WordStatistics> {
  const { rows } = await session.query(
    `SELECT (SELECT coalesce(sum(texts), 0) FROM ${names.totals})::float8 AS texts,
      (SELECT coalesce(sum(terms), 0) FROM ${names.totals})::float8 AS terms,
      (SELECT json_agg(json_build_array(term::text, texts)) FROM
        (SELECT term, sum(texts) AS texts FROM ${names.words} WHERE term = ANY ($1::bigint[]) GROUP BY term) AS found) AS found`,
    [terms.map(String)],
  );
  const { texts, terms: all, found } = rows[0] as { texts: number; terms: number; found: [string, number][] | null };
  return {
    texts,
    averageTerms: all / Math.max(texts, 1) || 1,
    textsWith: new Map((found ?? []).filter(([, count]) => count > 0).map(([term, count]) => [BigInt(term), count])),
  };
}
