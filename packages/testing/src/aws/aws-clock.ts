/** The time in which jobs move, rates are counted and slow answers wait. Signatures are checked against real time. */
export interface AwsClock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

export interface ManualClock extends AwsClock {
  /** Lets time pass; who sleeps until then wakes up. */
  advance(ms: number): void;
}

export const realClock: AwsClock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
};

/** Time that passes only when a test says so. @param start milliseconds since the epoch. @default 2026-01-01T00:00:00Z */
export function manualClock(start: number = Date.UTC(2026, 0, 1)): ManualClock {
  let now = start;
  let sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  return {
    now: () => now,
    sleep: (ms) =>
      new Promise((resolve) => {
        if (ms <= 0) resolve();
        else sleepers.push({ until: now + ms, wake: resolve });
      }),
    advance(ms) {
      now += ms;
      const due = sleepers.filter(({ until }) => until <= now);
      sleepers = sleepers.filter(({ until }) => until > now);
      for (const { wake } of due) wake();
    },
  };
}
