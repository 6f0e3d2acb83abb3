import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { loadSqlite } from "./load-sqlite.ts";

const sqlite = loadSqlite();

/**
 * Milliseconds that SQLite itself waits for a lock. Short, because the thread stands still meanwhile; who must wait longer
 * waits outside, see `whenFree`.
 */
const BLOCKING_WAIT_MS = 20;

export type Row = Record<string, SQLInputValue>;

/** One connection with its prepared statements. */
export class Connection {
  readonly database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string) {
    this.database = new sqlite.DatabaseSync(path, { timeout: BLOCKING_WAIT_MS });
  }

  exec(sql: string): void {
    this.database.exec(sql);
  }

  /** A statement, prepared once per connection. Its text must come from a bounded set. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  run(sql: string, ...parameters: SQLInputValue[]): number {
    return Number(this.prepare(sql).run(...parameters).changes);
  }

  get(sql: string, ...parameters: SQLInputValue[]): Row | undefined {
    return this.prepare(sql).get(...parameters) as Row | undefined;
  }

  all(sql: string, ...parameters: SQLInputValue[]): Row[] {
    return this.prepare(sql).all(...parameters) as Row[];
  }

  /** A number that the first column of the first row gives. */
  number(sql: string, ...parameters: SQLInputValue[]): number {
    const row = this.get(sql, ...parameters);
    return row === undefined ? 0 : Number(Object.values(row)[0] ?? 0);
  }

  /** Runs `work` in a write transaction; whatever it throws undoes all of it. */
  transaction<T>(work: () => T): T {
    this.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.database.isTransaction) this.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    if (this.database.isOpen) this.database.close();
  }
}
