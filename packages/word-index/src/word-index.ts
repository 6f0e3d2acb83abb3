import { resolve } from "node:path";
import { type CallOptions, GroundworkError } from "@groundwork/contracts";
import { type Connection, openDatabase, whenFree } from "@groundwork/sqlite-file";
import { type BatchOwner, currentOwner, isAbandoned } from "./batch-owner.ts";
import { rankTexts } from "./rank-texts.ts";
import type { Ranking } from "./ranking.ts";
import { readLengths, writeLengths } from "./text-lengths.ts";
import { WORD_DATABASE } from "./word-database.ts";
import { tokensOf } from "./word-tokens.ts";

export interface WordIndexOptions {
  /** The file. It is made when it is missing. Must be on a local disk. */
  readonly path: string;
  /** Milliseconds that a call waits for other processes before it fails with `STORE_CONFLICT` (retryable). @default 60_000 */
  readonly busyTimeoutMs?: number;
}

export interface WordEntry {
  /** Unique; an entry that is there is replaced. */
  readonly key: string;
  readonly text: string;
}

/** Names a write until its store confirms that the rows are there. */
export type Batch = number & { readonly batch: never };

/** Pages that one step of merging writes. */
const MERGED_PAGES = 500;
/** Share of the texts that came since the last whole merge from which `maintain` merges all. */
const REMERGED_SHARE = 1 / 4;
/** Milliseconds that a purge waits for readers to let it empty the log. */
const FOLD_WAIT_MS = 250;

const TOTALS = "SELECT entries, terms, unmerged, deleted FROM totals";
const ADD =
  "UPDATE totals SET entries = entries + ?, terms = terms + ?, unmerged = unmerged + ?, deleted = deleted + ? WHERE only = 1";

interface Totals {
  readonly entries: number;
  readonly terms: number;
  readonly unmerged: number;
  readonly deleted: number;
}

/**
 * Words of texts in one SQLite file, beside the rows of a store. It knows keys and words and nothing else: what a reader
 * may see is for the store to say, which asks for a {@link Ranking} and leaves out what it does not show.
 *
 * Changes are committed when a call returns. `write` comes before the store's own, and is confirmed after it:
 *
 *     const batch = await words.write(entries, []);
 *     await store.write(rows);
 *     await words.confirm(batch);
 *
 * so that a process that dies in between leaves words without rows, named by {@link WordIndex.abandoned}, and never rows without
 * words. `remove` comes before the store's own, too.
 */
export class WordIndex {
  readonly #connection: Connection;
  readonly #timeoutMs: number;
  /** Counts the changes of this handle; `data_version` counts those of others. */
  #changes = 0;
  #statistics: { readonly version: string; readonly lengths: Uint32Array } | undefined;

  private constructor(connection: Connection, timeoutMs: number) {
    this.#connection = connection;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * @throws GroundworkError `STORE_CORRUPT`, `STORE_CONFLICT` (busy), `FORMAT_TOO_NEW`, `PERMISSION_DENIED`, `DISK_FULL`, `ABORTED`.
   */
  static async open(options: WordIndexOptions, { signal }: CallOptions = {}): Promise<WordIndex> {
    const { path, busyTimeoutMs = 60_000 } = options;
    const wait = { kind: WORD_DATABASE, timeoutMs: busyTimeoutMs, signal };
    return new WordIndex(await openDatabase({ path: resolve(path), integrityCheckLimit: 0, ...wait }), busyTimeoutMs);
  }

  /** Indexes texts and removes others, in one transaction. */
  async write(entries: readonly WordEntry[], removed: readonly string[], options?: CallOptions): Promise<Batch> {
    const tokens = entries.map(({ text }) => tokensOf(text));
    return this.#change(options, () => {
      const { host, process, instance, since } = currentOwner();
      const batch = Number(
        this.#connection
          .prepare("INSERT INTO batches (host, process, instance, since) VALUES (?, ?, ?, ?)")
          .run(host, process, instance, since).lastInsertRowid,
      ) as Batch;
      this.#removeAll(removed);
      const lengths = new Map<number, number>();
      let terms = 0;
      entries.forEach(({ key }, index) => {
        const text = tokens[index]!;
        const number = this.#enter(key, text.length, batch);
        this.#connection.run("INSERT INTO words (rowid, tokens) VALUES (?, ?)", number, text.tokens);
        lengths.set(number, text.length);
        terms += text.length;
      });
      writeLengths(this.#connection, lengths);
      this.#connection.run(ADD, entries.length, terms, entries.length, 0);
      return batch;
    });
  }

  /** The number of a new entry, in place of the one that is there. */
  #enter(key: string, length: number, batch: Batch): number {
    const statement = this.#connection.prepare(
      "INSERT INTO entries (key, length, batch) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING",
    );
    for (;;) {
      const { changes, lastInsertRowid } = statement.run(key, length, batch);
      if (Number(changes) === 1) return Number(lastInsertRowid);
      this.#removeAll([key]);
    }
  }

  /** The rows of a batch are in the store. */
  async confirm(batch: Batch, options?: CallOptions): Promise<void> {
    await this.#change(options, () => this.#connection.run("DELETE FROM batches WHERE batch = ?", batch));
  }

  /** Removes texts from all that a reader finds; `purge` removes them from the file. Returns how many there were. */
  async remove(keys: readonly string[], options?: CallOptions): Promise<number> {
    if (keys.length === 0) return 0;
    return this.#change(options, () => this.#removeAll(keys));
  }

  #removeAll(keys: readonly string[]): number {
    let [count, terms] = [0, 0];
    for (const key of keys) {
      const found = this.#connection.get("SELECT number, length FROM entries WHERE key = ?", key);
      if (found === undefined) continue;
      this.#connection.run("DELETE FROM words WHERE rowid = ?", found.number!);
      this.#connection.run("DELETE FROM entries WHERE number = ?", found.number!);
      count++;
      terms += Number(found.length);
    }
    if (count > 0) this.#connection.run(ADD, -count, -terms, 0, count);
    return count;
  }

  /** Texts in the index. */
  count(options?: CallOptions): Promise<number> {
    return this.#read(options, () => this.#totals().entries);
  }

  /** Scores of all texts that have a word of the query, as the index is at this moment. The query has no syntax. */
  rank(query: string, options?: CallOptions): Promise<Ranking> {
    return this.#read(options, () => {
      const { entries, terms } = this.#totals();
      const version = `${this.#changes} ${this.#connection.number("PRAGMA data_version")}`;
      if (this.#statistics?.version !== version) {
        const size = this.#connection.number("SELECT coalesce(max(number), 0) + 1 FROM entries");
        this.#statistics = { version, lengths: readLengths(this.#connection, size) };
      }
      return rankTexts(this.#connection, query, { texts: entries, terms, lengths: this.#statistics.lengths });
    });
  }

  /** Keys by number; those that were removed meanwhile are absent. */
  keysOf(numbers: readonly number[], options?: CallOptions): Promise<Map<number, string>> {
    return this.#read(options, () => {
      const keys = new Map<number, string>();
      for (const number of numbers) {
        const found = this.#connection.get("SELECT key FROM entries WHERE number = ?", number);
        if (found !== undefined) keys.set(number, String(found.key));
      }
      return keys;
    });
  }

  /** Numbers by key; absent where there is no such text. */
  numbersOf(keys: readonly string[], options?: CallOptions): Promise<Map<string, number>> {
    return this.#read(options, () => {
      const numbers = new Map<string, number>();
      for (const key of keys) {
        const found = this.#connection.get("SELECT number FROM entries WHERE key = ?", key);
        if (found !== undefined) numbers.set(key, Number(found.number));
      }
      return numbers;
    });
  }

  /** All keys, a page at a time. */
  async *keys(options?: CallOptions): AsyncGenerator<string[]> {
    for (let after = 0; ; ) {
      const sql = "SELECT number, key FROM entries WHERE number > ? ORDER BY number LIMIT 4096";
      const page = await this.#read(options, () => this.#connection.all(sql, after));
      if (page.length === 0) return;
      yield page.map(({ key }) => String(key));
      after = Number(page.at(-1)!.number);
    }
  }

  /** Batches whose process died before it confirmed them, with their keys: rows of these may be missing in the store. */
  abandoned(options?: CallOptions): Promise<{ readonly batch: Batch; readonly keys: readonly string[] }[]> {
    return this.#read(options, () =>
      this.#connection
        .all("SELECT batch, host, process, instance, since FROM batches")
        .filter((owner) => isAbandoned(owner as unknown as BatchOwner))
        .map(({ batch }) => ({
          batch: batch as Batch,
          keys: this.#connection.all("SELECT key FROM entries WHERE batch = ?", batch!).map(({ key }) => String(key)),
        })),
    );
  }

  /** Whether a process is between a write here and the write of its store. */
  isWriting(options?: CallOptions): Promise<boolean> {
    return this.#read(options, () => this.#connection.number("SELECT count(*) FROM batches") > 0);
  }

  /** Keeps queries fast: merges what many writes have left in pieces. */
  async maintain(options?: CallOptions): Promise<void> {
    const { entries, unmerged } = await this.#read(options, () => this.#totals());
    if (unmerged === 0) return;
    if (unmerged > entries * REMERGED_SHARE) return this.#mergeAll(options);
    // A step that changes fewer than two rows has found nothing to merge (https://sqlite.org/fts5.html).
    const step = `INSERT INTO words (words, rank) VALUES ('merge', ${MERGED_PAGES})`;
    while (
      (await this.#change(options, () => {
        const before = this.#connection.number("SELECT total_changes()");
        this.#connection.run(step);
        return this.#connection.number("SELECT total_changes()") - before;
      })) >= 2
    );
  }

  /** Leaves neither a key nor a word of removed texts in the file and its log. Takes time in the number of all texts. */
  async purge(options?: CallOptions): Promise<void> {
    const { deleted } = await this.#read(options, () => this.#totals());
    if (deleted > 0) await this.#mergeAll(options);
    await this.#change(options, () => this.#connection.run("PRAGMA incremental_vacuum(1000)")).catch(() => undefined);
    await this.#fold(options);
  }

  async #mergeAll(options: CallOptions | undefined): Promise<void> {
    await this.#change(options, () => {
      this.#connection.run("INSERT INTO words (words) VALUES ('optimize')");
      this.#connection.run("UPDATE totals SET unmerged = 0, deleted = 0 WHERE only = 1");
    });
  }

  /** Moves the log into the file and empties it. Readers of other processes can be in the way; the next purge folds again. */
  async #fold({ signal }: CallOptions = {}): Promise<void> {
    const deadline = performance.now() + FOLD_WAIT_MS;
    for (;;) {
      const result = this.#connection.get("PRAGMA wal_checkpoint(TRUNCATE)");
      if (result?.busy === 0 || performance.now() > deadline) return;
      await new Promise((done) => setTimeout(done, 10));
      if (signal?.aborted === true) return;
    }
  }

  close(): void {
    this.#connection.close();
  }

  #totals(): Totals {
    return this.#connection.get(TOTALS) as unknown as Totals;
  }

  /** In one transaction, so that all that a query reads is of one moment. */
  #read<T>(options: CallOptions | undefined, work: () => T): Promise<T> {
    return this.#whenFree(options, () => {
      this.#connection.exec("BEGIN");
      try {
        return work();
      } finally {
        if (this.#connection.database.isTransaction) this.#connection.exec("COMMIT");
      }
    });
  }

  async #change<T>(options: CallOptions | undefined, work: () => T): Promise<T> {
    const result = await this.#whenFree(options, () => this.#connection.transaction(work));
    this.#changes++;
    return result;
  }

  #whenFree<T>(options: CallOptions | undefined, work: () => T): Promise<T> {
    if (!this.#connection.database.isOpen)
      throw new GroundworkError("INVALID_ARGUMENT", "Expected an open word index, found a closed one.", {
        driver: WORD_DATABASE.driver,
      });
    return whenFree(work, { kind: WORD_DATABASE, timeoutMs: this.#timeoutMs, signal: options?.signal });
  }
}
