import { rmSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { GroundworkError } from "@groundwork/contracts";

const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

const codeOf = (error: unknown): number | undefined => (error as { errcode?: number }).errcode;

/** Trouble of the cache's file as a typed error: a full disk and a busy file pass, the rest is a defect of the file. */
function typedError(cause: unknown): GroundworkError {
  const code = codeOf(cause);
  if (code === SQLITE_FULL) {
    return new GroundworkError("DISK_FULL", "The disk is full. Free space and run again: finished work is kept.", {
      stage: "embed",
      retryable: true,
      cause,
    });
  }
  if (code === SQLITE_BUSY) {
    return new GroundworkError("CATALOG_BUSY", "The embedding cache is in use by another process. Run again.", {
      stage: "embed",
      retryable: true,
      cause,
    });
  }
  return GroundworkError.from(
    cause,
    "STORE_CORRUPT",
    "The embedding cache is damaged. Delete embeddings.sqlite: it is made again.",
    {
      stage: "embed",
    },
  );
}

/**
 * Vectors by (hash of the exact embedder input, model, revision). Safe to delete at any time. Erasure removes its entries with
 * {@link EmbeddingCache.remove}: a vector can give its text away.
 */
export interface EmbeddingCache {
  get(model: string, revision: string, contentHashes: readonly string[]): Map<string, Float32Array>;
  put(model: string, revision: string, entries: Iterable<readonly [contentHash: string, vector: Float32Array]>): void;
  remove(contentHashes: readonly string[]): void;
  close(): void;
}

function prepareDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec(
      "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;",
    );
    database.exec(`CREATE TABLE IF NOT EXISTS embedding (
      model TEXT NOT NULL, revision TEXT NOT NULL, content_hash TEXT NOT NULL, vector BLOB NOT NULL,
      PRIMARY KEY (content_hash, model, revision)) WITHOUT ROWID`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A damaged cache is thrown away: everything in it can be computed again. */
function openDatabase(path: string): DatabaseSync {
  try {
    return prepareDatabase(path);
  } catch (error) {
    if (codeOf(error) !== SQLITE_CORRUPT && codeOf(error) !== SQLITE_NOTADB) throw typedError(error);
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
    return prepareDatabase(path);
  }
}

/** An embedding cache in one SQLite file, shared by processes; about 1.6 KB an entry of 384 dimensions. */
export function sqliteEmbeddingCache(path: string): EmbeddingCache {
  const database = openDatabase(path);
  const select: StatementSync = database.prepare(
    "SELECT vector FROM embedding WHERE content_hash = ? AND model = ? AND revision = ?",
  );
  const insert: StatementSync = database.prepare(
    "INSERT OR REPLACE INTO embedding (model, revision, content_hash, vector) VALUES (?, ?, ?, ?)",
  );
  const erase: StatementSync = database.prepare("DELETE FROM embedding WHERE content_hash = ?");
  const transaction = (work: () => void): void => {
    try {
      database.exec("BEGIN IMMEDIATE");
      work();
      database.exec("COMMIT");
    } catch (error) {
      // SQLite has already rolled back after some errors (a full disk among them).
      if (database.isTransaction) database.exec("ROLLBACK");
      throw typedError(error);
    }
  };
  let open = true;
  return {
    get(model, revision, contentHashes) {
      const found = new Map<string, Float32Array>();
      for (const hash of contentHashes) {
        const row = select.get(hash, model, revision) as { vector: Uint8Array } | undefined;
        if (row === undefined) continue;
        // The blob's buffer need not be aligned for floats: slice() copies it to one that is.
        const bytes = row.vector.slice();
        found.set(hash, new Float32Array(bytes.buffer, 0, bytes.byteLength / 4));
      }
      return found;
    },
    put(model, revision, entries) {
      transaction(() => {
        for (const [hash, vector] of entries)
          insert.run(model, revision, hash, new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
      });
    },
    remove(contentHashes) {
      if (contentHashes.length === 0) return;
      transaction(() => {
        for (const hash of contentHashes) erase.run(hash);
      });
    },
    close() {
      if (open) database.close();
      open = false;
    },
  };
}
