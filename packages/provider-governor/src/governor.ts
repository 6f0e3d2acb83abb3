import type { BreakerState } from "./circuit-breaker.ts";
import type { CallCost, ProviderCall, RunOptions } from "./governor-options.ts";

/** A picture of a governor's work, for status pages and tests. */
export interface GovernorStatistics {
  readonly inFlight: number;
  readonly queued: number;
  readonly concurrency: number;
  readonly breaker: BreakerState;
  /** Milliseconds that the pause of all callers still lasts. */
  readonly pausedForMs: number;
  readonly attempts: number;
  readonly succeeded: number;
  readonly throttled: number;
  readonly failed: number;
  readonly tokens: number;
  /** In the currency of the configured price. */
  readonly cost: number;
}

/**
 * Stands between every caller and one metered remote model. `run` ends with the call's result, or with a typed error: `ABORTED`,
 * `TIMED_OUT` (deadline), `QUOTA_EXCEEDED` (waiting on has no sense), or what the provider refused with.
 */
export interface Governor {
  readonly name: string;
  readonly maxConcurrency: number;
  /** Estimate `tokens` well: the quota is kept by it. `requests` is 1 unless said otherwise. */
  run<T>(cost: CallCost, call: ProviderCall<T>, options?: RunOptions): Promise<T>;
  /** Resolves once the queue has room: a producer awaits it before it makes more work. */
  ready(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  statistics(): GovernorStatistics;
  /** Aborts what waits and what runs (`ABORTED`), stops every timer, releases the lease. Closing twice is allowed. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
