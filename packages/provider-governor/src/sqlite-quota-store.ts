import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type CallOptions, GroundworkError, type QuotaStore, throwIfAborted } from "@groundwork/contracts";
import { loadSqlite } from "@groundwork/sqlite-file";

/** How long a write of another process is waited for (in this thread); longer ones are a retryable `CATALOG_BUSY`. */
const BUSY_TIMEOUT_MS = 250;
const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;

function typedError(cause: unknown): GroundworkError {
  if (GroundworkError.isInstance(cause)) return cause;
  const code = (cause as { readonly errcode?: number }).errcode;
  if (code === SQLITE_BUSY)
    return new GroundworkError("CATALOG_BUSY", "The quota store is in use by other processes. Repeat.", {
      retryable: true,
      cause,
    });
  if (code === SQLITE_FULL)
    return new GroundworkError("DISK_FULL", "The disk is full. Free space and run again: finished work is kept.", {
      retryable: true,
      cause,
    });
  return new GroundworkError(
    "STORE_CORRUPT",
    "Expected a quota store in an SQLite file, found a file that cannot be read or written. Check its rights, or delete it: it is made again.",
    { cause },
  );
}

function openDatabase(path: string): DatabaseSync {
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(path);
  try {
    // Without the write-ahead log's reach to the disk a power cut can lose some last grants: a quota is refilled by then.
    database.exec(
      `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
       CREATE TABLE IF NOT EXISTS quota (key TEXT PRIMARY KEY, version INTEGER NOT NULL, value TEXT NOT NULL) WITHOUT ROWID`,
    );
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * A quota store in one SQLite file on a local disk, shared by the processes of a machine. The folder must exist. Each operation is
 * one statement and takes well under a millisecond.
 */
export function sqliteQuotaStore(path: string): QuotaStore {
  let database: DatabaseSync;
  let select: StatementSync;
  let insert: StatementSync;
  let update: StatementSync;
  try {
    database = openDatabase(path);
    select = database.prepare("SELECT version, value FROM quota WHERE key = ?");
    insert = database.prepare("INSERT INTO quota (key, version, value) VALUES (?, 1, ?) ON CONFLICT DO NOTHING");
    update = database.prepare("UPDATE quota SET version = version + 1, value = ? WHERE key = ? AND version = ?");
  } catch (error) {
    throw typedError(error);
  }
  let open = true;
  const attempt = async <T>({ signal }: CallOptions, work: () => T): Promise<T> => {
    if (!open) throw new GroundworkError("INVALID_ARGUMENT", "Expected an open quota store, found a closed one.");
    throwIfAborted(signal);
    try {
      return work();
    } catch (error) {
      throw typedError(error);
    }
  };
  return {
    read: (key, options = {}) =>
      attempt(options, () => {
        const row = select.get(key) as { version: number; value: string } | undefined;
        return row === undefined ? undefined : { version: row.version, value: row.value };
      }),
    compareAndSet: (key, expected, value, options = {}) =>
      attempt(options, () => {
        const { changes } = expected === undefined ? insert.run(key, value) : update.run(value, key, expected);
        return Number(changes) === 1;
      }),
    async close() {
      if (open) database.close();
      open = false;
    },
  };
}
