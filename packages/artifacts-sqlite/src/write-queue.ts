import { setImmediate } from "node:timers/promises";
import { type CallOptions, GroundworkError, throwIfAborted } from "@groundwork/contracts";
import { type Connection, fromSqliteError, isBusy, whenFree } from "@groundwork/sqlite-file";
import { ARTIFACT_DATABASE } from "./artifact-database.ts";

export interface WriteQueueOptions {
  /** The connection to write with. Called once per transaction. */
  readonly connect: () => Promise<Connection>;
  /** Resolves when what was committed before is on the disk. */
  readonly sync: () => Promise<void>;
  /** Milliseconds that a write waits for other processes. */
  readonly timeoutMs: number;
  /** Bytes above which a write goes into the next transaction: a short one keeps nobody waiting for long. */
  readonly maxTransactionBytes: number;
}

interface Write {
  readonly bytes: number;
  readonly work: (connection: Connection) => unknown;
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
  result: unknown;
}

/**
 * Writes in the order of their calls, many in one transaction: all that arrive in one turn of the event loop, while the transaction
 * before goes to the disk, or while another process writes.
 */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  #waiting: Write[] = [];
  #running = false;

  constructor(options: WriteQueueOptions) {
    this.#options = options;
  }

  /**
   * Runs `work` inside a transaction and resolves with its result once that is on the disk. `bytes` is about what it writes;
   * `Infinity` gives it a transaction of its own. An abort ends the wait for the transaction.
   */
  write<T>(bytes: number, work: (connection: Connection) => T, { signal }: CallOptions = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const deadline = performance.now() + this.#options.timeoutMs;
      this.#waiting.push({ bytes, work, deadline, signal, resolve, reject, result: undefined });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      // What else arrives in this turn of the event loop comes along.
      await setImmediate();
      await this.#writeSome();
    }
    this.#running = false;
  }

  /** One transaction. Never throws: its errors are those of the writes in it. */
  async #writeSome(): Promise<void> {
    let batch: readonly Write[] = [];
    try {
      const connection = await this.#options.connect();
      const attempt = (): void => {
        // Anew at each attempt: who came while another process wrote is taken along, who gave up is not.
        batch = this.#nextBatch();
        if (batch.length === 0) return;
        connection.transaction(() => {
          for (const write of batch) write.result = write.work(connection);
        });
      };
      const timeoutMs = Math.max(0, (this.#waiting[0]?.deadline ?? 0) - performance.now());
      await whenFree(attempt, { kind: ARTIFACT_DATABASE, timeoutMs });
    } catch (error) {
      this.#fail(batch, error);
      return;
    }
    this.#waiting.splice(0, batch.length);
    if (batch.length === 0) return;
    try {
      await this.#options.sync();
    } catch (error) {
      for (const { reject } of batch) reject(fromSqliteError(error, ARTIFACT_DATABASE));
      return;
    }
    for (const { resolve, result } of batch) resolve(result as never);
  }

  /** The first of those that wait, as many as one transaction takes. */
  #nextBatch(): readonly Write[] {
    this.#waiting = this.#waiting.filter(({ signal, reject }) => {
      try {
        throwIfAborted(signal, { driver: ARTIFACT_DATABASE.driver });
        return true;
      } catch (error) {
        reject(error);
        return false;
      }
    });
    let bytes = 0;
    let count = 0;
    for (const write of this.#waiting) {
      bytes += write.bytes;
      if (count > 0 && bytes > this.#options.maxTransactionBytes) break;
      count++;
    }
    return this.#waiting.slice(0, count);
  }

  /** Tells those that a failed transaction concerns; without one, when there is no connection, that is all. */
  #fail(batch: readonly Write[], error: unknown): void {
    const concerned = batch.length > 0 ? batch : this.#waiting;
    const now = performance.now();
    // Those that came while the others waited for another process have time left.
    const isLock = GroundworkError.isInstance(error) && isBusy(error.cause);
    const failed = new Set(isLock ? concerned.filter(({ deadline }) => deadline <= now) : concerned);
    this.#waiting = this.#waiting.filter((write) => !failed.has(write));
    for (const { reject } of failed) reject(error);
  }
}
