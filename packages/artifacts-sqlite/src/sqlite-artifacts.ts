import { basename, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import {
  type ArtifactStore,
  type CallOptions,
  checkArtifactKey,
  checkArtifactPrefix,
  GroundworkError,
  throwIfAborted,
} from "@groundwork/contracts";
import { type Connection, openDatabase, pause, whenFree } from "@groundwork/sqlite-file";
import { ARTIFACT_DATABASE } from "./artifact-database.ts";
import { type DeletionBounds, deleteArtifacts, giveBackPages } from "./delete-artifacts.ts";
import { keyAfter, prefixEnd } from "./key-range.ts";
import { LogSync } from "./log-sync.ts";
import { WriteQueue } from "./write-queue.ts";

export interface SqliteArtifactsOptions {
  /** The file of the artifacts. The first call makes it and its folder. Must be on a local disk: see the README. */
  readonly path: string;
  /** Milliseconds that a call waits for other processes before it fails with `UNAVAILABLE` (retryable). @default 10_000 */
  readonly busyTimeoutMs?: number;
}

const IDS = { driver: ARTIFACT_DATABASE.driver };

/** Bytes of artifacts in one transaction. A larger artifact has one of its own. */
const MAX_TRANSACTION_BYTES = 16 * 1024 * 1024;

/**
 * Bytes that a delete begins with. Deletes of small artifacts that arrive together so share a transaction; what is left of a larger
 * one gets transactions of its own.
 */
const FIRST_DELETED_BYTES = 256 * 1024;

/** Bytes of the largest artifact: SQLite keeps a row of 1,000,000,000 bytes, key included. */
const MAX_ARTIFACT_BYTES = 999_990_000;

/** Keys that a list holds at once. */
const KEYS_PER_TAKE = 256;

/** Transactions that give pages back after a delete, at most. What is left is used by later artifacts. */
const MAX_GIVING_BACK = 64;

/** Milliseconds that a delete waits for readers of other processes to let it empty the log. */
const FOLD_WAIT_MS = 250;

const PUT = "INSERT INTO artifacts (key, bytes) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET bytes = excluded.bytes";

/** Artifacts in one SQLite file, for several processes of one machine. */
export function sqliteArtifacts(options: SqliteArtifactsOptions): ArtifactStore {
  return new SqliteArtifacts(options);
}

class SqliteArtifacts implements ArtifactStore {
  readonly name = "sqlite";
  readonly #path: string;
  readonly #busyTimeoutMs: number;
  readonly #queue: WriteQueue;
  readonly #log: LogSync;
  /** Puts and deletes that go on. */
  readonly #writes = new Set<Promise<unknown>>();
  #opening: Promise<Connection> | undefined;
  #closing: Promise<void> | undefined;
  /** Begins in the next turn of the event loop. */
  #folding: Promise<void> | undefined;
  /** A delete could not empty the log. */
  #isFoldDue = false;

  constructor({ path, busyTimeoutMs = 10_000 }: SqliteArtifactsOptions) {
    if (typeof path !== "string" || path === "" || path === ":memory:" || basename(path) === "") {
      throw new GroundworkError("INVALID_CONFIGURATION", "Expected `path` to be the path of a file.", IDS);
    }
    if (!(busyTimeoutMs > 0)) {
      throw new GroundworkError(
        "INVALID_CONFIGURATION",
        `Expected \`busyTimeoutMs\` to be above 0 milliseconds, found ${busyTimeoutMs}.`,
        IDS,
      );
    }
    this.#path = resolve(path);
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#log = new LogSync(this.#path);
    this.#queue = new WriteQueue({
      connect: () => this.#open(),
      sync: () => this.#log.sync(),
      timeoutMs: busyTimeoutMs,
      maxTransactionBytes: MAX_TRANSACTION_BYTES,
    });
  }

  /** Resolves when the artifact is on the disk. `bytes` must stay as they are until then. */
  async put(key: string, bytes: Uint8Array, options: CallOptions = {}): Promise<void> {
    this.#require(options);
    checkArtifactKey(key, ARTIFACT_DATABASE.driver);
    if (!(bytes instanceof Uint8Array) || bytes.length > MAX_ARTIFACT_BYTES) {
      throw new GroundworkError(
        "INVALID_ARGUMENT",
        `Expected an artifact to be a Uint8Array of up to ${MAX_ARTIFACT_BYTES} bytes, found ${bytes instanceof Uint8Array ? `${bytes.length} bytes` : "something else"}.`,
        IDS,
      );
    }
    await this.#untilWritten(this.#queue.write(bytes.length, (connection) => connection.run(PUT, key, bytes), options));
  }

  async get(key: string, options: CallOptions = {}): Promise<Uint8Array | undefined> {
    this.#require(options);
    checkArtifactKey(key, ARTIFACT_DATABASE.driver);
    const row = await this.#read(
      (connection) => connection.get("SELECT bytes FROM artifacts WHERE key = ?", key),
      options,
    );
    return row?.bytes as Uint8Array | undefined;
  }

  async has(key: string, options: CallOptions = {}): Promise<boolean> {
    this.#require(options);
    checkArtifactKey(key, ARTIFACT_DATABASE.driver);
    const row = await this.#read((connection) => connection.get("SELECT 1 FROM artifacts WHERE key = ?", key), options);
    return row !== undefined;
  }

  /** Between two takes of keys nothing is held open: a list that is read slowly hinders nobody. */
  async *list(prefix: string, options: CallOptions = {}): AsyncGenerator<string, void, undefined> {
    this.#require(options);
    checkArtifactPrefix(prefix, ARTIFACT_DATABASE.driver);
    const end = prefixEnd(prefix);
    let from = prefix;
    for (;;) {
      const keys = await this.#read(
        (connection) =>
          connection.all(
            "SELECT key FROM artifacts WHERE key >= ? AND key < ? ORDER BY key LIMIT ?",
            from,
            end,
            KEYS_PER_TAKE,
          ),
        options,
      );
      for (const { key } of keys) {
        throwIfAborted(options.signal, IDS);
        yield key as string;
      }
      if (keys.length < KEYS_PER_TAKE) return;
      from = keyAfter(keys.at(-1)?.key as string);
    }
  }

  /** Deletes in short transactions, so that artifacts put meanwhile do not wait for the whole. */
  async deletePrefix(prefix: string, options: CallOptions = {}): Promise<number> {
    this.#require(options);
    if (prefix === "") {
      throw new GroundworkError(
        "INVALID_ARGUMENT",
        "Expected a prefix: an empty one would delete every artifact. Delete the file itself if that is meant.",
        IDS,
      );
    }
    checkArtifactPrefix(prefix, ARTIFACT_DATABASE.driver);
    return this.#untilWritten(this.#delete(prefix, options));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #delete(prefix: string, options: CallOptions): Promise<number> {
    const end = prefixEnd(prefix);
    let deleted = 0;
    let freePages = 0;
    try {
      let bounds: DeletionBounds = { maxBytes: FIRST_DELETED_BYTES, atLeastOne: false };
      for (let from: string | undefined = prefix; from !== undefined; ) {
        const start: string = from;
        const { maxBytes } = bounds;
        const part = await this.#queue.write(
          maxBytes,
          (connection) => deleteArtifacts(connection, start, end, bounds),
          options,
        );
        bounds = { maxBytes: MAX_TRANSACTION_BYTES, atLeastOne: true };
        deleted += part.deleted;
        freePages = part.freePages;
        from = part.rest;
      }
      if (freePages > 0) await this.#giveBackPages(options);
    } finally {
      if (deleted > 0 || this.#isFoldDue) await this.#foldTogether();
    }
    return deleted;
  }

  /** What cannot be given back now is used by later artifacts, or given back by a later delete. */
  async #giveBackPages(options: CallOptions): Promise<void> {
    try {
      for (let round = 0; round < MAX_GIVING_BACK; round++)
        if ((await this.#queue.write(Number.POSITIVE_INFINITY, giveBackPages, options)) === 0) return;
    } catch {
      // The artifacts are deleted, and that is what counts.
    }
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#writes);
    const connection = await this.#opening?.catch(() => undefined);
    if (connection === undefined) return;
    this.#fold(connection);
    this.#log.close();
    connection.close();
  }

  /** Empties the log once for all deletes that end in the same turn of the event loop. */
  #foldTogether(): Promise<void> {
    this.#folding ??= setImmediate().then(() => {
      this.#folding = undefined;
      return this.#foldPatiently();
    });
    return this.#folding;
  }

  /** Empties the log, so that what was deleted is in no file any more. A reader that stays puts it off to the next delete or close. */
  async #foldPatiently(): Promise<void> {
    const connection = await this.#open();
    // Who was in the way last time may be there for long: waiting for it at every delete would make many deletes slow.
    const deadline = performance.now() + (this.#isFoldDue ? 0 : FOLD_WAIT_MS);
    while (!this.#fold(connection) && performance.now() < deadline) {
      await pause(Math.random() * 20, { kind: ARTIFACT_DATABASE });
    }
  }

  /** Writes the log into the file and empties it; false when a reader or the disk does not let it. */
  #fold(connection: Connection): boolean {
    try {
      this.#isFoldDue = connection.number("PRAGMA wal_checkpoint(TRUNCATE)") !== 0;
    } catch {
      // What was committed stands in the log; it is folded at the next occasion.
      this.#isFoldDue = true;
    }
    return !this.#isFoldDue;
  }

  async #open(): Promise<Connection> {
    this.#opening ??= openDatabase({
      kind: ARTIFACT_DATABASE,
      path: this.#path,
      // Reading a large file whole would make opening slow: damage is found as it is read.
      integrityCheckLimit: 0,
      timeoutMs: this.#busyTimeoutMs,
    }).catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #read<T>(work: (connection: Connection) => T, { signal }: CallOptions): Promise<T> {
    const connection = await this.#open();
    // SQLite answers at once: without a turn of the event loop one who reads again and again would let nobody else work.
    await setImmediate();
    const attempt = (): T => {
      this.#require({ signal });
      return work(connection);
    };
    return whenFree(attempt, { kind: ARTIFACT_DATABASE, timeoutMs: this.#busyTimeoutMs, signal });
  }

  /** `close` waits for it. */
  async #untilWritten<T>(write: Promise<T>): Promise<T> {
    this.#writes.add(write);
    try {
      return await write;
    } finally {
      this.#writes.delete(write);
    }
  }

  #require({ signal }: { readonly signal?: AbortSignal | undefined }): void {
    if (this.#closing !== undefined)
      throw new GroundworkError("INVALID_ARGUMENT", "The artifact store is closed.", IDS);
    throwIfAborted(signal, IDS);
  }
}
