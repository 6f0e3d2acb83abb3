import { setTimeout as delay } from "node:timers/promises";
import { type CallOptions, GroundworkError, throwIfAborted } from "@groundwork/contracts";
import { lancedbError } from "./lancedb-errors.ts";

const STORE = { store: "lancedb" };
/** Attempts at a commit that loses against other writers; LanceDB makes several of its own within each. */
const COMMIT_ATTEMPTS = 10;
const FIRST_PAUSE_MS = 15;
const LONGEST_PAUSE_MS = 1_500;

/** Does native work and drops its result when the signal fires first: LanceDB itself cannot be stopped. */
export async function readOnce<T>(
  action: string,
  options: CallOptions | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const signal = options?.signal;
  throwIfAborted(signal, STORE);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void =>
    reject(new GroundworkError("ABORTED", "The call was aborted by its signal.", { ...STORE, cause: signal?.reason }));
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const running = work();
    running.catch(() => undefined);
    return await (signal === undefined ? running : Promise.race([running, aborted]));
  } catch (error) {
    throw lancedbError(error, action);
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/**
 * {@link readOnce}, and once more when files were missing: a purge in another process removes those of older versions, and
 * the second time the newest version is read.
 */
export async function read<T>(action: string, options: CallOptions | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await readOnce(action, options, work);
  } catch (error) {
    if (GroundworkError.isInstance(error) && error.code === "STORE_CORRUPT") return readOnce(action, options, work);
    throw error;
  }
}

/** Commits one change, again after a pause when other writers came first. An abort is heeded between attempts only. */
export async function commit<T>(action: string, options: CallOptions | undefined, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(options?.signal, STORE);
    try {
      return await work();
    } catch (error) {
      const typed = lancedbError(error, action);
      if (typed.code !== "STORE_CONFLICT" || attempt === COMMIT_ATTEMPTS) throw typed;
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
      await delay(pause * (0.5 + Math.random()));
    }
  }
}
