/** Where the governor takes its time from, so that a test can own it. */
export interface Clock {
  /** Milliseconds since the epoch; never falls. */
  now(): number;
  /** Runs `work` once after `ms` milliseconds; the function it returns takes that back. */
  schedule(work: () => void, ms: number): () => void;
}

/** Longest delay that a timer of Node takes; a longer one would fire at once. */
const MAX_DELAY_MS = 2_147_483_647;

/** The clock of this process: monotonic, so that a change of the wall clock neither stalls nor hurries a queue. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  schedule(work, ms) {
    const timer = setTimeout(work, Math.min(MAX_DELAY_MS, Math.max(0, Math.ceil(ms))));
    return () => clearTimeout(timer);
  },
};
