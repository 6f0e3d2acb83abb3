import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type CallOptions, throwIfAborted } from "@groundwork/contracts";
import type { Table as LanceTable } from "@lancedb/lancedb";
import { chunkIdIn, rowsOfFragment } from "./lancedb-filter.ts";
import type { ResolvedLancedbOptions } from "./lancedb-options.ts";
import { LEXICAL_COLUMN } from "./lancedb-schema.ts";
import { partitionsFor, VECTOR_INDEX } from "./lancedb-search.ts";
import { commit, LEXICAL_INDEX, lexicalIndex, read, unindexedRows } from "./lancedb-table.ts";
import { loadLancedb } from "./load-lancedb.ts";

/** The approximate index is made anew when the table has grown by this factor since: its partitions fit no longer. */
const REBUILD_AT_GROWTH = 2;
/** Vectors from which the centre of a partition is found. LanceDB takes four times as many, for twice the CPU and no recall. */
const SAMPLES_PER_PARTITION = 64;
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
 * Compacts, removes versions that were replaced before `before`, and brings the indexes up to date, in this order: LanceDB
 * offers no single one of them. Fragments are compacted with neighbours that the same indexes cover, or when a tenth of
 * their rows is deleted; the rows that are left keep their places in the indexes, and the words of the others go.
 */
function optimize(table: LanceTable, before: Date, options: CallOptions | undefined): Promise<unknown> {
  return commit("compact the table", options, () =>
    table.optimize({ cleanupOlderThan: before, deleteUnverified: false }),
  );
}

/** Rows with a vector, nearly: to look at the vectors themselves would read them all. */
function countVectors(table: LanceTable, options: CallOptions | undefined): Promise<number> {
  return read("count rows", options, () => table.countRows("role <> 'parent'"));
}

/** Whether the index is built again at less cost than it is brought up to date, which compacts the table too. */
function isMostlyOutside(outside: number, rows: number): boolean {
  return outside * 2 > rows;
}

async function rebuildLexicalIndex(table: LanceTable, options: CallOptions | undefined): Promise<void> {
  const config = await lexicalIndex();
  await commit("build the full-text index", options, () =>
    table.createIndex(LEXICAL_COLUMN, { config, name: LEXICAL_INDEX, replace: true }),
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
    if (isMostlyOutside(outside, await table.countRows())) await rebuildLexicalIndex(table, undefined);
    else await optimize(table, new Date(Date.now() - settings.keepVersionsMs), undefined);
  } catch {
    // Another writer is at it, or the folder is read-only.
  }
}

/** Writes one row anew, in a fragment of its own that no index covers. */
async function touchRow(table: LanceTable, rows: number, options: CallOptions | undefined): Promise<void> {
  const found = await read("read a row", options, () =>
    table
      .query()
      .select(["chunk_id"])
      .limit(1)
      .offset(rows >> 1)
      .toArrow(),
  );
  const chunkId = found.getChild("chunk_id")?.get(0) as string | undefined;
  if (chunkId === undefined) return;
  await commit("write a row anew", options, () =>
    table.update({ where: chunkIdIn([chunkId]), valuesSql: { run_id: "run_id" } }),
  );
}

/**
 * Makes deleted rows and their words gone from every file, at the cost of two passes that cut no text up but what is new:
 *
 * 1. The update of the full-text index drops the words of fragments all of whose rows are gone; compaction does not see those.
 *    It takes place when there is something to index, so a row is touched when there is not.
 * 2. What that has indexed is a neighbour now, so that also a fragment that stood alone is compacted: the rows that are left
 *    are copied, the words of the others leave the index. Then the files of all older versions are removed.
 */
async function purge(
  table: LanceTable,
  settings: ResolvedLancedbOptions,
  options: CallOptions | undefined,
): Promise<void> {
  // Versions that a compaction itself makes are to be removed too: they still name the old files.
  const pass = (): Promise<unknown> => optimize(table, new Date(Date.now() + 60_000), options);
  const { rows, outside } = await read("read the table's statistics", options, async () => ({
    rows: await table.countRows(),
    outside: await unindexedRows(table),
  }));
  if (rows > 0 && outside === 0) await touchRow(table, rows, options);
  if (isMostlyOutside(outside, rows) || rows === 0) await rebuildLexicalIndex(table, options);
  else await pass();
  await pass();
  const stubborn = await fragmentsWithDeletions(settings);
  if (stubborn.length > 0) {
    // Full fragments that have lost few rows. Their rows move, so that nothing of the index is of use.
    const where = stubborn.map(rowsOfFragment).join(" OR ");
    await commit("rewrite rows", options, () => table.update({ where, valuesSql: { run_id: "run_id" } }));
    await rebuildLexicalIndex(table, options);
    await pass();
  }
  if ((await vectorIndexRows(table)) === undefined) return;
  const vectors = await countVectors(table, options);
  if (vectors > 0) await buildVectorIndex(table, vectors, options);
  else await commit("drop the vector index", options, () => table.dropIndex(VECTOR_INDEX));
  await pass();
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
  const { stats, rows, outside } = await read("read the table's statistics", options, async () => ({
    stats: await table.stats(),
    rows: await table.countRows(),
    outside: await unindexedRows(table),
  }));
  const compacted = Number(stats.fragmentStats.numFragments) > settings.maxFragments;
  let indexed = outside > settings.maxUnindexedRows;
  if (compacted || (indexed && !isMostlyOutside(outside, rows)))
    await optimize(table, new Date(Date.now() - settings.keepVersionsMs), options);
  else if (indexed) await rebuildLexicalIndex(table, options);
  throwIfAborted(options?.signal, { store: "lancedb" });
  if (rows <= settings.exactUpTo) return { compacted, indexed };
  const vectors = await countVectors(table, options);
  const indexedVectors = await read("read the vector index", options, () => vectorIndexRows(table));
  if (vectors > settings.exactUpTo && (indexedVectors === undefined || vectors > indexedVectors * REBUILD_AT_GROWTH)) {
    await buildVectorIndex(table, vectors, options);
    indexed = true;
  }
  return { compacted, indexed };
}
