import { GroundworkError, type ProviderCost, type QuotaLease } from "@groundwork/contracts";
import { fullJitter } from "./back-off.ts";
import { publishEvent } from "./governor-event.ts";
import type { GovernorSettings } from "./governor-options.ts";

/** Between the governor, which decides at once, and a lease, which asks a shared store: one question at a time. */
export class LeaseGate {
  readonly #lease: QuotaLease;
  readonly #settings: GovernorSettings;
  readonly #closing: AbortSignal;
  #asking: Promise<void> | undefined;
  #waitUntil = 0;
  #failures = 0;
  #toldUntil = 0;
  #pauses: Promise<void> | undefined;

  constructor(lease: QuotaLease, settings: GovernorSettings, closing: AbortSignal) {
    this.#lease = lease;
    this.#settings = settings;
    this.#closing = closing;
  }

  /**
   * Takes the cost: 0 = taken, a time = come back then, infinity = `onChange` will be called. `onRefused` is called instead when the
   * lease cannot be had at all.
   */
  take(cost: ProviderCost, now: number, onChange: () => void, onRefused: (error: GroundworkError) => void): number {
    if (this.#asking !== undefined) return Number.POSITIVE_INFINITY;
    if (this.#waitUntil > now) return this.#waitUntil;
    if (this.#lease.tryTake(cost)) return 0;
    this.#asking = this.#ask(cost, onRefused).then(() => {
      this.#asking = undefined;
      onChange();
    });
    return Number.POSITIVE_INFINITY;
  }

  settle(estimated: ProviderCost, actual: ProviderCost): void {
    this.#lease.settle(estimated, actual);
  }

  /** Passes a pause on to the others, if it is news. They find out by themselves if that fails. */
  pause(until: number, now: number): void {
    if (until <= Math.max(now, this.#toldUntil)) return;
    this.#toldUntil = until;
    this.#pauses = this.#lease.pause(until - now, { signal: this.#closing }).catch(() => {});
  }

  /** What cannot be given back is lost, as it is when a process dies: no reason to fail. */
  async close(): Promise<void> {
    await Promise.all([this.#asking, this.#pauses]);
    const { name, onEvent } = this.#settings;
    await this.#lease.release().catch(() => {
      publishEvent({ type: "lease", governor: name, outcome: "failed", waitMs: 0 }, onEvent);
    });
  }

  async #ask(cost: ProviderCost, onRefused: (error: GroundworkError) => void): Promise<void> {
    const { clock, random, maxAttempts, name, onEvent } = this.#settings;
    try {
      const waitMs = await this.#lease.refill(cost, { signal: this.#closing });
      this.#failures = 0;
      this.#waitUntil = clock.now() + waitMs;
      publishEvent({ type: "lease", governor: name, outcome: waitMs > 0 ? "waits" : "granted", waitMs }, onEvent);
    } catch (thrown) {
      const error = GroundworkError.from(
        thrown,
        "UNAVAILABLE",
        "The store of shared quotas failed. Check that it can be reached and written.",
      );
      const waitMs = fullJitter(++this.#failures, this.#settings, random);
      this.#waitUntil = clock.now() + waitMs;
      publishEvent({ type: "lease", governor: name, outcome: "failed", waitMs }, onEvent);
      if (error.retryable && this.#failures < maxAttempts) return;
      this.#failures = 0;
      this.#waitUntil = 0;
      onRefused(error);
    }
  }
}
