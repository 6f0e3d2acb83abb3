import { setTimeout as sleep } from "node:timers/promises";
import { throwIfAborted } from "@groundwork/contracts";
import type { DatabaseKind } from "./database-kind.ts";
import { fromSqliteError, isBusy } from "./sqlite-errors.ts";

export interface WaitOptions {
  /** What errors are about. */
  readonly kind: DatabaseKind;
  /** Milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` until no other connection is in its way, with random pauses that let other work of this process go on.
 * Throws the kind's busy error when the time is up, and `ABORTED` when the signal fires; whatever else `work` throws comes as an
 * error of the library.
 */
export async function whenFree<T>(work: () => T, { kind, timeoutMs, signal }: WaitOptions): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let attempt = 0; ; attempt++) {
    throwIfAborted(signal, { driver: kind.driver });
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw fromSqliteError(error, kind);
    }
    await pause(Math.random() * Math.min(50, 4 * 2 ** Math.min(attempt, 6)), { kind, signal });
  }
}

/** Waits; an abort ends it with `ABORTED`. */
export async function pause(milliseconds: number, { kind, signal }: Omit<WaitOptions, "timeoutMs">): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw fromSqliteError(error, kind);
  }
}
