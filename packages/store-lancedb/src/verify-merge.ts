import { GroundworkError } from "@groundwork/contracts";
import type { MergeResult } from "@lancedb/lancedb";
import { chunkIdIn } from "./lancedb-filter.ts";
import { sliceIds } from "./lancedb-rows.ts";
import { type OpenedTable, read } from "./lancedb-table.ts";

/** Keys of a batch that are looked up even when no key was there before. */
const SAMPLE = 16;

async function countIds({ table }: OpenedTable, chunkIds: readonly string[]): Promise<number> {
  let count = 0;
  for (const ids of sliceIds(chunkIds))
    count += await read("count the rows written", undefined, () => table.countRows(chunkIdIn(ids)));
  return count;
}

/** Rows that one version has more than the version before; `undefined` when one of them was removed meanwhile. */
async function growth({ connection }: OpenedTable, name: string, version: number): Promise<number | undefined> {
  const rowsAt = async (at: number): Promise<number> => {
    const table = await connection.openTable(name, undefined, { version: at });
    try {
      return await table.countRows();
    } finally {
      table.close();
    }
  };
  try {
    return (await rowsAt(version)) - (await rowsAt(version - 1));
  } catch {
    return undefined;
  }
}

/**
 * Counts after a merge, because LanceDB has been seen to miss keys in one and to say nothing.
 *
 * A batch of new keys must have made its version larger by its rows, and a sample of its keys must be there once: that costs no
 * look at the other rows. A batch that replaced something has each of its keys counted.
 */
export async function verifyMerge(
  opened: OpenedTable,
  name: string,
  result: MergeResult,
  chunkIds: readonly string[],
): Promise<void> {
  const [inserted, updated] = [Number(result.numInsertedRows), Number(result.numUpdatedRows)];
  const expected = chunkIds.length;
  const grown = updated === 0 ? await growth(opened, name, Number(result.version)) : undefined;
  const step = grown === undefined ? 1 : Math.max(1, Math.floor(expected / SAMPLE));
  const sample = chunkIds.filter((_id, index) => index % step === 0 || index === expected - 1);
  const found = await countIds(opened, sample);
  if (inserted + updated === expected && (grown ?? inserted) === inserted && found === sample.length) return;
  throw new GroundworkError(
    "ROW_COUNT_MISMATCH",
    `Expected ${expected} rows to be written, found ${inserted} inserted, ${updated} replaced, and ${found} of ${sample.length} keys looked up. Write the batch again.`,
    { store: "lancedb", retryable: true },
  );
}
