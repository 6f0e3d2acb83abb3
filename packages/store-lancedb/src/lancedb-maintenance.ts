import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type CallOptions, throwIfAborted } from "@groundwork/contracts";
import { Index, type Table as LanceTable } from "@lancedb/lancedb";
import type { ResolvedLancedbOptions } from "./lancedb-options.ts";
import { LEXICAL_COLUMN } from "./lancedb-schema.ts";
import { partitionsFor, VECTOR_INDEX } from "./lancedb-search.ts";
import { commit, LEXICAL_INDEX, lexicalIndex, read, unindexedRows } from "./lancedb-table.ts";

/** The approximate index is made anew when the table has grown by this factor since: its partitions fit no longer. */
const REBUILD_AT_GROWTH = 2;
/** Times `maxUnindexedRows` from which a query indexes by itself. */
const CATCH_UP_FACTOR = 8;

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
  const config = Index.ivfFlat({ distanceType: "cosine", numPartitions: partitionsFor(rows) });
  await commit("build the vector index", options, () =>
    table.createIndex("vector", { config, name: VECTOR_INDEX, replace: true }),
  );
}

/** Whether rows were deleted that still stand in a data file. */
async function hasDeletions(options: ResolvedLancedbOptions): Promise<boolean> {
  const folder = join(options.path, `${options.table}.lance`, "_deletions");
  return (await readdir(folder).catch(() => [])).length > 0;
}

function optimize(table: LanceTable, before: Date, options: CallOptions | undefined): Promise<unknown> {
  return commit("compact the table", options, () =>
    table.optimize({ cleanupOlderThan: before, deleteUnverified: false }),
  );
}

/** Rows with a vector, nearly: to look at the vectors themselves would read them all. */
function countVectors(table: LanceTable, options: CallOptions | undefined): Promise<number> {
  return read("count rows", options, () => table.countRows("role <> 'parent'"));
}

async function rebuildLexicalIndex(table: LanceTable, options: CallOptions | undefined): Promise<void> {
  await commit("build the full-text index", options, () =>
    table.createIndex(LEXICAL_COLUMN, { config: lexicalIndex(), name: LEXICAL_INDEX, replace: true }),
  );
}

/**
 * Indexes words before a lexical query when so many rows are not indexed that the query would take longer: nobody ran
 * `maintain`. A failure is no reason to fail the query, which finds the rows either way.
 */
export async function catchUp(table: LanceTable, settings: ResolvedLancedbOptions): Promise<void> {
  try {
    const outside = await unindexedRows(table);
    if (outside <= settings.maxUnindexedRows * CATCH_UP_FACTOR) return;
    if (outside * 2 > (await table.countRows())) await rebuildLexicalIndex(table, undefined);
    else await optimize(table, new Date(Date.now() - settings.keepVersionsMs), undefined);
  } catch {
    // Another writer is at it, or the folder is read-only.
  }
}

async function purge(
  table: LanceTable,
  settings: ResolvedLancedbOptions,
  options: CallOptions | undefined,
): Promise<void> {
  await optimize(table, new Date(), options);
  if (await hasDeletions(settings)) {
    // Compaction leaves a fragment alone that has lost few of its rows: an update of all rows writes them anew.
    await commit("rewrite the rows", options, () => table.update({ valuesSql: { run_id: "run_id" } }));
  }
  // The words of deleted rows stand in the index until it is made again.
  await rebuildLexicalIndex(table, options);
  if ((await vectorIndexRows(table)) !== undefined) {
    const rows = await countVectors(table, options);
    if (rows > 0) await buildVectorIndex(table, rows, options);
    else await commit("drop the vector index", options, () => table.dropIndex(VECTOR_INDEX));
  }
  await optimize(table, new Date(), options);
}

export async function maintainTable(
  table: LanceTable,
  settings: ResolvedLancedbOptions,
  options: (CallOptions & { readonly purge?: boolean }) | undefined,
): Promise<{ readonly compacted: boolean; readonly indexed: boolean }> {
  if (options?.purge === true) {
    await purge(table, settings, options);
    return { compacted: true, indexed: true };
  }
  const { stats, outside } = await read("read the table's statistics", options, async () => ({
    stats: await table.stats(),
    outside: await unindexedRows(table),
  }));
  const compacted = Number(stats.fragmentStats.numFragments) > settings.maxFragments;
  let indexed = outside > settings.maxUnindexedRows;
  if (compacted || indexed) await optimize(table, new Date(Date.now() - settings.keepVersionsMs), options);
  throwIfAborted(options?.signal, { store: "lancedb" });
  const rows = await countVectors(table, options);
  const indexedVectors = await read("read the vector index", options, () => vectorIndexRows(table));
  if (rows > settings.exactUpTo && (indexedVectors === undefined || rows > indexedVectors * REBUILD_AT_GROWTH)) {
    await buildVectorIndex(table, rows, options);
    indexed = true;
  }
  return { compacted, indexed };
}
