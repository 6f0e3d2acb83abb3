import type { CallOptions } from "@groundwork/contracts";
import type { Batch, WordIndex } from "@groundwork/word-index";
import type { Table as LanceTable } from "@lancedb/lancedb";
import { chunkIdIn } from "./lancedb-filter.ts";
import { readKeys, sliceIds } from "./lancedb-rows.ts";
import { SEARCHED_COLUMN } from "./lancedb-schema.ts";
import { commit, read } from "./native-calls.ts";
import { wordEntries } from "./word-entries.ts";

function countSearched(table: LanceTable, options: CallOptions | undefined): Promise<number> {
  return read("count rows", options, () => table.countRows(SEARCHED_COLUMN));
}

/** Which of the keys are rows that are searched. */
async function searchedOf(table: LanceTable, keys: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const ids of sliceIds(keys))
    for (const key of await readKeys(table, `${chunkIdIn(ids)} AND ${SEARCHED_COLUMN}`, undefined)) found.add(key);
  return found;
}

/** Removes the words of a batch whose rows were not written. */
export async function dropRowless(
  table: LanceTable,
  words: WordIndex,
  batch: Batch,
  keys: readonly string[],
): Promise<void> {
  const rows = await searchedOf(table, keys);
  await words.remove(keys.filter((key) => !rows.has(key)));
  await words.confirm(batch);
}

async function addMissing(table: LanceTable, words: WordIndex, options: CallOptions | undefined): Promise<void> {
  const rows = table.query().where(SEARCHED_COLUMN).select(["chunk_id", "context", "text"]);
  for await (const batch of rows) {
    const entries = wordEntries(batch as never);
    const known = await words.numbersOf(
      entries.map(({ key }) => key),
      options,
    );
    const missing = entries.filter(({ key }) => !known.has(key));
    if (missing.length > 0) await words.confirm(await words.write(missing, [], options), options);
  }
}

/**
 * Makes table and words agree after a process died, a disk lost what was not on it yet, or the file of the words was removed.
 *
 * Words without a row are left by a writer that died before its commit: they are those of its batch. Rows without words show in
 * the numbers, because who writes or deletes changes the words first.
 */
export async function settleWords(
  table: LanceTable,
  words: WordIndex,
  options: CallOptions | undefined,
): Promise<void> {
  for (const { batch, keys } of await words.abandoned(options)) await dropRowless(table, words, batch, keys);
  if ((await words.count(options)) < (await countSearched(table, options))) await addMissing(table, words, options);
}

/**
 * Leaves no word without a row, in any page of the file. Nothing is removed while another process is between its words and its
 * rows: its own purge comes.
 */
export async function purgeWords(table: LanceTable, words: WordIndex, options: CallOptions | undefined): Promise<void> {
  await settleWords(table, words, options);
  if ((await words.count(options)) > (await countSearched(table, options)))
    await commit("remove words without rows", options, async () => {
      for await (const keys of words.keys(options)) {
        const writing = await words.isWriting(options);
        const rows = await searchedOf(table, keys);
        if (!writing)
          await words.remove(
            keys.filter((key) => !rows.has(key)),
            options,
          );
      }
    });
  await words.purge(options);
}
