/**
 * Time that passes only when nothing else happens: hours of waiting are tested in milliseconds, in the same order each time. What
 * is under test must take its time from here, and wait for nothing else than this clock and promises.
 */
export interface VirtualClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `work` after `ms` milliseconds (rounded up); the function it returns takes that back. */
  schedule(work: () => void, ms: number): () => void;
  /** A promise of the passing of time. Rejects with the signal's reason on abort. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Timers that are set. After everything was closed there should be none. */
  readonly pending: number;
  /**
   * Lets time pass until the promise is settled and gives its result. Throws when it cannot settle any more because no timer
   * is left, and when more than `limitMs` (default: a day) of virtual time pass.
   */
  run<T>(work: Promise<T>, options?: { readonly limitMs?: number }): Promise<T>;
  /** Lets so much time pass. */
  advance(ms: number): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly work: () => void;
}

/** Everything that promises have to do now is done after some turns of the event loop; file access on the thread pool needs a few. */
async function settlePromises(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** @param start milliseconds since the epoch. @default 2026-01-01T00:00:00Z */
export function virtualClock(start: number = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = start;
  let order = 0;
  const timers = new Set<Timer>();

  function earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers)
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        first = timer;
    return first;
  }

  const schedule = (work: () => void, ms: number): (() => void) => {
    const timer = { at: now + Math.max(0, Math.ceil(ms)), order: ++order, work };
    timers.add(timer);
    return () => timers.delete(timer);
  };

  function fire(timer: Timer): void {
    timers.delete(timer);
    now = Math.max(now, timer.at);
    timer.work();
  }

  return {
    now: () => now,
    schedule,
    get pending() {
      return timers.size;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const cancel = schedule(() => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        }, ms);
        const onAbort = (): void => {
          cancel();
          reject(signal?.reason);
        };
        signal?.addEventListener("abort", onAbort, { once: true });
      }),
    async run<T>(work: Promise<T>, { limitMs = 86_400_000 } = {}): Promise<T> {
      const until = now + limitMs;
      let settled = false;
      work.then(
        () => {
          settled = true;
        },
        () => {
          settled = true;
        },
      );
      for (;;) {
        await settlePromises(1);
        if (settled) return work;
        let timer = earliest();
        if (timer === undefined) {
          await settlePromises(20);
          timer = earliest();
          if (settled) return work;
          if (timer === undefined) throw new Error("the work waits for something that no timer will bring");
        }
        if (timer.at > until) throw new Error(`the work was not done within ${limitMs} ms of virtual time`);
        fire(timer);
      }
    },
    async advance(ms: number): Promise<void> {
      const until = now + ms;
      for (;;) {
        await settlePromises(1);
        const timer = earliest();
        if (timer === undefined || timer.at > until) break;
        fire(timer);
      }
      now = until;
    },
  };
}
