import { setTimeout as sleep } from "node:timers/promises";
import { throwIfAborted } from "@groundwork/contracts";
import { fromSqliteError, isBusy } from "./sqlite-errors.ts";

export interface WaitOptions {
  /** Milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` until no other connection is in its way, with random pauses that let other work of this process go on.
 * Throws `CATALOG_BUSY` when the time is up.
 */
export async function whenFree<T>(work: () => T, { timeoutMs, signal }: WaitOptions): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let attempt = 0; ; attempt++) {
    throwIfAborted(signal, { driver: "catalog-sqlite" });
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw fromSqliteError(error);
    }
    await pause(Math.random() * Math.min(50, 4 * 2 ** Math.min(attempt, 6)), signal);
  }
}

/** Waits; an abort ends it with `ABORTED`. */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw fromSqliteError(error);
  }
}
