import { DatabaseSync, type StatementSync } from "node:sqlite";

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

/** An embedding cache in one SQLite file, shared by processes; about 1.6 KB an entry of 384 dimensions. */
export function sqliteEmbeddingCache(path: string): EmbeddingCache {
  const database = new DatabaseSync(path);
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 10000; PRAGMA secure_delete = ON;",
  );
  database.exec(`CREATE TABLE IF NOT EXISTS embedding (
    model TEXT NOT NULL, revision TEXT NOT NULL, content_hash TEXT NOT NULL, vector BLOB NOT NULL,
    PRIMARY KEY (content_hash, model, revision)) WITHOUT ROWID`);
  const select: StatementSync = database.prepare(
    "SELECT vector FROM embedding WHERE content_hash = ? AND model = ? AND revision = ?",
  );
  const insert: StatementSync = database.prepare(
    "INSERT OR REPLACE INTO embedding (model, revision, content_hash, vector) VALUES (?, ?, ?, ?)",
  );
  const erase: StatementSync = database.prepare("DELETE FROM embedding WHERE content_hash = ?");
  const transaction = (work: () => void): void => {
    database.exec("BEGIN IMMEDIATE");
    try {
      work();
      database.exec("COMMIT");
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
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
