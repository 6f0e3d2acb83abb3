import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type CallOptions, throwIfAborted } from "@groundwork/contracts";
import type { Table as LanceTable } from "@lancedb/lancedb";
import { rowsOfFragment } from "./lancedb-filter.ts";
import type { ResolvedLancedbOptions } from "./lancedb-options.ts";
import { SEARCHED_COLUMN } from "./lancedb-schema.ts";
import { partitionsFor, VECTOR_INDEX } from "./lancedb-search.ts";
import type { OpenedTable } from "./lancedb-table.ts";
import { loadLancedb } from "./load-lancedb.ts";
import { commit, read } from "./native-calls.ts";
import { purgeWords } from "./settle-words.ts";

/** The approximate index is made anew when the table has grown by this factor since: its partitions fit no longer. */
const REBUILD_AT_GROWTH = 2;
/** Vectors from which the centre of a partition is found. LanceDB takes four times as many, for twice the CPU and no recall. */
const SAMPLES_PER_PARTITION = 64;

async function vectorIndexRows(table: LanceTable): Promise<number | undefined> {
  const indices = await table.listIndices();
  if (!indices.some((index) => index.name === VECTOR_INDEX)) return undefined;
  return (await table.indexStats(VECTOR_INDEX))?.numIndexedRows;
}

/**
 * Whole vectors in partitions (IVF_FLAT): of the kinds that LanceDB has it is the quickest to build by a factor of seven, its
 * scores are exact, and a query costs the partitions it visits. It takes as much disk as the vectors.
 */
async function buildVectorIndex(table: LanceTable, rows: number, options: CallOptions | undefined): Promise<void> {
  const { Index } = await loadLancedb();
  const config = Index.ivfFlat({
    distanceType: "cosine",
    numPartitions: partitionsFor(rows),
    sampleRate: SAMPLES_PER_PARTITION,
  });
  await commit("build the vector index", options, () =>
    table.createIndex("vector", { config, name: VECTOR_INDEX, replace: true }),
  );
}

/** Fragments of which rows were deleted that still stand in a data file, as the names of their deletion files say. */
async function fragmentsWithDeletions(options: ResolvedLancedbOptions): Promise<number[]> {
  const folder = join(options.path, `${options.table}.lance`, "_deletions");
  const files = await readdir(folder).catch(() => []);
  return [...new Set(files.map((file) => Number.parseInt(file, 10)))];
}

/**
 * Compacts, removes versions that were replaced before `before`, and brings the index of vectors up to date, in this order:
 * LanceDB offers no single one of them. Fragments are compacted with neighbours that the same index covers, or when a tenth of
 * their rows is deleted.
 */
function optimize(table: LanceTable, before: Date, options: CallOptions | undefined): Promise<unknown> {
  return commit("compact the table", options, () =>
    table.optimize({ cleanupOlderThan: before, deleteUnverified: false }),
  );
}

function countVectors(table: LanceTable, options: CallOptions | undefined): Promise<number> {
  return read("count rows", options, () => table.countRows(SEARCHED_COLUMN));
}

/**
 * Makes deleted rows gone from every file of the table. A compaction copies the rows that are left of small fragments, and of those
 * that lost a tenth; in others the rows are written anew. The files of all older versions are removed.
 */
async function purgeRows(
  table: LanceTable,
  settings: ResolvedLancedbOptions,
  options: CallOptions | undefined,
): Promise<void> {
  // Versions that a compaction itself makes are to be removed too: they still name the old files.
  const pass = (): Promise<unknown> => optimize(table, new Date(Date.now() + 60_000), options);
  await pass();
  const stubborn = await fragmentsWithDeletions(settings);
  if (stubborn.length > 0) {
    const where = stubborn.map(rowsOfFragment).join(" OR ");
    await commit("rewrite rows", options, () => table.update({ where, valuesSql: { run_id: "run_id" } }));
    await pass();
  }
  if ((await vectorIndexRows(table)) === undefined) return;
  const vectors = await countVectors(table, options);
  if (vectors > 0) await buildVectorIndex(table, vectors, options);
  else await commit("drop the vector index", options, () => table.dropIndex(VECTOR_INDEX));
  await pass();
}

export async function maintainTable(
  { table, words }: OpenedTable,
  settings: ResolvedLancedbOptions,
  options: (CallOptions & { readonly purge?: boolean }) | undefined,
): Promise<{ readonly compacted: boolean; readonly indexed: boolean }> {
  if (options?.purge === true) {
    // LanceDB works in threads of its own, SQLite in this one.
    await Promise.all([purgeRows(table, settings, options), purgeWords(table, words, options)]);
    return { compacted: true, indexed: true };
  }
  await words.maintain(options);
  const stats = await read("read the table's statistics", options, () => table.stats());
  const compacted = Number(stats.fragmentStats.numFragments) > settings.maxFragments;
  if (compacted) await optimize(table, new Date(Date.now() - settings.keepVersionsMs), options);
  throwIfAborted(options?.signal, { store: "lancedb" });
  const vectors = await countVectors(table, options);
  if (vectors <= settings.exactUpTo) return { compacted, indexed: false };
  const indexed = await read("read the vector index", options, () => vectorIndexRows(table));
  if (indexed !== undefined && vectors <= indexed * REBUILD_AT_GROWTH) return { compacted, indexed: false };
  await buildVectorIndex(table, vectors, options);
  return { compacted, indexed: true };
}
