import { resolve } from "node:path";
import { GroundworkError } from "@groundwork/contracts";

export interface LancedbStoreOptions {
  /** Folder of the database, on a local disk. It is made when it is missing. */
  readonly path: string;
  /** @default "chunks" */
  readonly table?: string;
  /**
   * Rows up to which every vector is compared. Above it `maintain` builds an approximate index.
   * @default 50_000 (a query takes about 80 ms there on one core; the index pays from about there)
   */
  readonly exactUpTo?: number;
  /**
   * `maintain` compacts when the table has more fragments than this. Each write adds one; each compaction rewrites what is
   * not yet in a full fragment (a million rows), so a small number costs writes and a large one costs reads.
   * @default 24
   */
  readonly maxFragments?: number;
  /**
   * Milliseconds that a replaced version of the table stays readable, for scans under way in other processes. `purge` does
   * not wait for it.
   * @default 3600000
   */
  readonly keepVersionsMs?: number;
  /**
   * Bytes of indexes that stay in memory between queries. A vector index takes as much as its vectors; what does not fit is
   * read again from the disk.
   * @default 268435456
   */
  readonly indexCacheBytes?: number;
  /**
   * Bytes of metadata of files and versions that stay in memory.
   * @default 16777216
   */
  readonly metadataCacheBytes?: number;
}

export type ResolvedLancedbOptions = Required<LancedbStoreOptions>;

const TABLE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;

export function resolveLancedbOptions(options: LancedbStoreOptions): ResolvedLancedbOptions {
  const { path, table = "chunks", exactUpTo = 50_000, maxFragments = 24 } = options;
  const { keepVersionsMs = 3_600_000 } = options;
  const { indexCacheBytes = 268_435_456, metadataCacheBytes = 16_777_216 } = options;
  const refuse = (message: string): never => {
    throw new GroundworkError("INVALID_CONFIGURATION", message, { store: "lancedb" });
  };
  if (typeof path !== "string" || path === "") refuse("lancedbStore: expected path as the name of a folder.");
  if (/^[a-z][a-z0-9+]+:\/\//i.test(path)) refuse("lancedbStore: expected path as a local folder, found an address.");
  if (!TABLE_NAME.test(table)) refuse("lancedbStore: expected table as letters, digits, '_', '-' or '.', at most 64.");
  const numbers = { exactUpTo, maxFragments, keepVersionsMs, indexCacheBytes, metadataCacheBytes };
  for (const [name, value] of Object.entries(numbers))
    if (!Number.isSafeInteger(value) || value < 0)
      refuse(`lancedbStore: expected ${name} as a whole number of at least 0, found ${value}.`);
  return { path: resolve(path), table, ...numbers };
}
