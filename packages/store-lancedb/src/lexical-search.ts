import type { CallOptions, StoreHit } from "@groundwork/contracts";
import { chunkIdIn } from "./lancedb-filter.ts";
import { IDS_PER_QUERY, readKeys } from "./lancedb-rows.ts";
import type { OpenedTable } from "./lancedb-table.ts";

/** Texts that are looked at beyond the limit at first, and the factor by which more are while too few of them may be seen. */
const SPARE = 32;
const GROWTH = 16;

/** Those of the keys that are rows which pass the condition. */
function visibleOf(
  { table }: OpenedTable,
  keys: readonly string[],
  where: string | undefined,
  options: CallOptions | undefined,
): Promise<ReadonlySet<string>> {
  // Beyond some thousand keys it is quicker to read those of all rows that pass.
  const parts = [keys.length > IDS_PER_QUERY ? undefined : chunkIdIn(keys), where].filter((part) => part !== undefined);
  return readKeys(table, parts.length === 0 ? undefined : parts.join(" AND "), options);
}

function byScore(a: StoreHit, b: StoreHit): number {
  return b.score - a.score || (a.chunkId < b.chunkId ? -1 : a.chunkId > b.chunkId ? 1 : 0);
}

/**
 * The best `limit` of the rows that pass the condition. The score of a text does not depend on the condition, so the texts are
 * taken in the order of their scores until so many of them pass.
 */
export async function searchLexical(
  opened: OpenedTable,
  text: string,
  where: string | undefined,
  limit: number,
  options: CallOptions | undefined,
): Promise<StoreHit[]> {
  if (limit === 0) return [];
  const ranking = await opened.words.rank(text, options);
  if (ranking.size === 0) return [];
  for (let wanted = limit + SPARE; ; wanted *= GROWTH) {
    const best = ranking.best(wanted);
    const keys = await opened.words.keysOf(
      best.map(({ number }) => number),
      options,
    );
    const visible = await visibleOf(opened, [...keys.values()], where, options);
    const hits: StoreHit[] = [];
    for (const { number, score } of best) {
      const chunkId = keys.get(number);
      if (chunkId !== undefined && visible.has(chunkId)) hits.push({ chunkId, score });
    }
    if (hits.length >= limit || best.length === ranking.size) return hits.sort(byScore).slice(0, limit);
  }
}

/** Scores of chunks that are known to be searched; 0 where no word matches. */
export async function scoreLexical(
  { words }: OpenedTable,
  text: string,
  chunkIds: readonly string[],
  options: CallOptions | undefined,
): Promise<Map<string, number>> {
  const ranking = await words.rank(text, options);
  const numbers = await words.numbersOf(chunkIds, options);
  return new Map(
    chunkIds.map((chunkId) => {
      const number = numbers.get(chunkId);
      return [chunkId, number === undefined ? 0 : ranking.scoreOf(number)];
    }),
  );
}
