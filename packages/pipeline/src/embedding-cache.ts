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

/** Layout of the file. A file of another layout is made anew: it is a cache. */
const FORMAT = 2;

function prepareDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec(
      // The log is folded every 64 MiB: who folds it waits for the disk.
      "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 16384; PRAGMA journal_size_limit = 67108864",
    );
    const { user_version: format } = database.prepare("PRAGMA user_version").get() as { user_version: number };
    if (format !== FORMAT) {
      database.exec(`BEGIN IMMEDIATE;
        DROP TABLE IF EXISTS embedding; DROP TABLE IF EXISTS entry; DROP TABLE IF EXISTS segment;
        CREATE TABLE segment (id INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, vectors BLOB NOT NULL);
        CREATE TABLE entry (content_hash TEXT NOT NULL, model TEXT NOT NULL, segment INTEGER NOT NULL, start INTEGER NOT NULL,
          dimensions INTEGER NOT NULL, PRIMARY KEY (content_hash, model)) WITHOUT ROWID;
        CREATE INDEX entry_by_segment ON entry (segment);
        PRAGMA user_version = ${FORMAT}; COMMIT`);
    }
    // The sizes of all segments are added up with each write.
    database.exec("CREATE INDEX IF NOT EXISTS segment_by_bytes ON segment (bytes)");
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

/**
 * Vectors of one segment: about 100 KB. A segment is read, and written anew when one of its vectors is erased, as a whole.
 */
const SEGMENT_VECTORS = 64;

export interface EmbeddingCacheOptions {
  /** Bytes of vectors above which the oldest are dropped. @default 4_294_967_296 */
  readonly maxBytes?: number;
}

interface EntryRow {
  readonly content_hash: string;
  readonly segment: number;
  readonly start: number;
  readonly dimensions: number;
}

/**
 * An embedding cache in one SQLite file, shared by processes. Vectors that come together lie together in one segment (raw
 * float32: they do not compress), so that keeping them costs about what writing them to a file would.
 */
export function sqliteEmbeddingCache(path: string, options: EmbeddingCacheOptions = {}): EmbeddingCache {
  const { maxBytes = 4 * 1024 ** 3 } = options;
  const database = openDatabase(path);
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  const anyEntry = prepare("SELECT 1 FROM entry LIMIT 1");
  const find = prepare("SELECT segment, start, dimensions FROM entry WHERE content_hash = ? AND model = ?");
  const findAll = prepare("SELECT content_hash, segment, start, dimensions FROM entry WHERE content_hash = ?");
  const read = prepare("SELECT vectors FROM segment WHERE id = ?");
  const insertSegment = prepare("INSERT INTO segment (bytes, vectors) VALUES (?, ?)");
  const rewriteSegment = prepare("UPDATE segment SET vectors = ? WHERE id = ?");
  const insertEntry = prepare(
    "INSERT OR REPLACE INTO entry (content_hash, model, segment, start, dimensions) VALUES (?, ?, ?, ?, ?)",
  );
  const eraseEntry = prepare("DELETE FROM entry WHERE content_hash = ?");
  const total = prepare("SELECT coalesce(sum(bytes), 0) AS bytes FROM segment");
  const oldest = prepare("SELECT id FROM segment ORDER BY id LIMIT 1");
  const dropSegment = prepare("DELETE FROM segment WHERE id = ?");
  const dropEntries = prepare("DELETE FROM entry WHERE segment = ?");
  const keyOf = (model: string, revision: string): string => `${model}@${revision}`;
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
  const segmentOf = (id: number): Uint8Array | undefined =>
    (read.get(id) as { vectors: Uint8Array } | undefined)?.vectors;
  let open = true;
  return {
    get(model, revision, contentHashes) {
      const found = new Map<string, Float32Array>();
      if (contentHashes.length === 0 || anyEntry.get() === undefined) return found;
      const key = keyOf(model, revision);
      const bySegment = new Map<number, EntryRow[]>();
      for (const hash of contentHashes) {
        const row = find.get(hash, key) as Omit<EntryRow, "content_hash"> | undefined;
        if (row === undefined) continue;
        const entry = { ...row, content_hash: hash };
        const known = bySegment.get(row.segment);
        if (known === undefined) bySegment.set(row.segment, [entry]);
        else known.push(entry);
      }
      for (const [id, entries] of bySegment) {
        const bytes = segmentOf(id);
        if (bytes === undefined) continue;
        for (const { content_hash, start, dimensions } of entries) {
          // The blob's buffer need not be aligned for floats: slice() copies it to one that is.
          const vector = bytes.slice(start, start + dimensions * 4);
          found.set(content_hash, new Float32Array(vector.buffer, vector.byteOffset, dimensions));
        }
      }
      return found;
    },
    put(model, revision, entries) {
      const all = [...entries];
      if (all.length === 0) return;
      const key = keyOf(model, revision);
      transaction(() => {
        let newest = 0;
        for (let from = 0; from < all.length; from += SEGMENT_VECTORS) {
          const part = all.slice(from, from + SEGMENT_VECTORS);
          const bytes = joined(part);
          newest = Number(insertSegment.run(bytes.length, bytes).lastInsertRowid);
          let start = 0;
          for (const [hash, vector] of part) {
            insertEntry.run(hash, key, newest, start, vector.length);
            start += vector.byteLength;
          }
        }
        let held = (total.get() as { bytes: number }).bytes;
        while (held > maxBytes) {
          const first = oldest.get() as { id: number } | undefined;
          if (first === undefined || first.id === newest) break;
          dropEntries.run(first.id);
          dropSegment.run(first.id);
          held = (total.get() as { bytes: number }).bytes;
        }
      });
    },
    remove(contentHashes) {
      if (contentHashes.length === 0 || anyEntry.get() === undefined) return;
      transaction(() => {
        const erased = new Map<number, Uint8Array>();
        for (const hash of contentHashes) {
          for (const row of findAll.all(hash) as unknown as EntryRow[]) {
            const bytes = erased.get(row.segment) ?? segmentOf(row.segment)?.slice();
            if (bytes === undefined) continue;
            bytes.fill(0, row.start, row.start + row.dimensions * 4);
            erased.set(row.segment, bytes);
          }
          eraseEntry.run(hash);
        }
        for (const [id, bytes] of erased) rewriteSegment.run(bytes, id);
      });
    },
    close() {
      if (open) database.close();
      open = false;
    },
  };
}

function joined(entries: readonly (readonly [string, Float32Array])[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((sum, [, vector]) => sum + vector.byteLength, 0));
  let at = 0;
  for (const [, vector] of entries) {
    bytes.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), at);
    at += vector.byteLength;
  }
  return bytes;
}
