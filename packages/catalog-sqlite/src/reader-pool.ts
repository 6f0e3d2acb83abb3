import type { SQLInputValue } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { GroundworkError, throwIfAborted } from "@groundwork/contracts";
import { Connection, type Row, type WaitOptions, whenFree } from "@groundwork/sqlite-file";

/** Rows taken from SQLite at once. Between two takes the event loop runs. */
const ROWS_PER_TAKE = 256;

/** Readers kept for the next iteration. */
const IDLE_READERS = 2;

/**
 * Iterations over query results. Each has a connection and a read transaction of its own: it sees one state, however long
 * it takes, and no writer waits for it. (The write-ahead log grows meanwhile, for it keeps what the reader may still need.)
 */
export class ReaderPool {
  readonly #path: string;
  readonly #idle: Connection[] = [];
  readonly #busy = new Set<Connection>();
  #closed = false;

  constructor(path: string) {
    this.#path = path;
  }

  async *iterate<T>(
    sql: string,
    parameters: readonly SQLInputValue[],
    decode: (row: Row) => T,
    options: WaitOptions,
  ): AsyncGenerator<T, void, undefined> {
    let reader: Connection | undefined = await whenFree(() => this.#take(), options);
    let rows: Iterator<unknown> | undefined;
    const release = (): void => {
      if (reader === undefined) return;
      // A catalog that was closed meanwhile has freed it already.
      if (reader.database.isOpen) rows?.return?.();
      this.#release(reader);
      reader = undefined;
    };
    try {
      const first = reader;
      // The state that the iteration sees is that of its first take.
      let take = await whenFree(() => {
        if (!first.database.isTransaction) first.exec("BEGIN");
        rows = first.prepare(sql).iterate(...parameters);
        return takeRows(rows, decode);
      }, options);
      for (;;) {
        // Before the consumer gets its turn: a short result must not hold the transaction meanwhile.
        if (take.done) release();
        for (const item of take.items) {
          throwIfAborted(options.signal, { driver: "catalog-sqlite" });
          yield item;
        }
        if (take.done || rows === undefined) return;
        await setImmediate();
        if (this.#closed) throw closedError();
        const more = rows;
        take = await whenFree(() => takeRows(more, decode), { ...options, timeoutMs: 0 });
      }
    } finally {
      release();
    }
  }

  close(): void {
    this.#closed = true;
    for (const reader of [...this.#idle, ...this.#busy]) reader.close();
    this.#idle.length = 0;
    this.#busy.clear();
  }

  #take(): Connection {
    if (this.#closed) throw closedError();
    let reader = this.#idle.pop();
    if (reader === undefined) {
      reader = new Connection(this.#path);
      reader.exec("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;");
    }
    this.#busy.add(reader);
    return reader;
  }

  #release(reader: Connection): void {
    this.#busy.delete(reader);
    if (!reader.database.isOpen) return;
    if (reader.database.isTransaction) reader.exec("ROLLBACK");
    if (this.#closed || this.#idle.length >= IDLE_READERS) reader.close();
    else this.#idle.push(reader);
  }
}

function takeRows<T>(rows: Iterator<unknown>, decode: (row: Row) => T): { items: T[]; done: boolean } {
  const items: T[] = [];
  while (items.length < ROWS_PER_TAKE) {
    const next = rows.next();
    if (next.done === true) return { items, done: true };
    items.push(decode(next.value as Row));
  }
  return { items, done: false };
}

export function closedError(): GroundworkError {
  return new GroundworkError("INVALID_ARGUMENT", "The catalog is not open. Call open() first, and close() last.", {
    driver: "catalog-sqlite",
  });
}
