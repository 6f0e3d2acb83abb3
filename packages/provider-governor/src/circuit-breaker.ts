export type BreakerState = "closed" | "open" | "half-open";

export interface BreakerOptions {
  /** Failures in a row, throttling not counted, that open it. @default 5 */
  readonly failures?: number;
  /** Milliseconds until the first probe; doubled after each probe that fails. @default 10_000 */
  readonly openMs?: number;
  /** @default 120_000 */
  readonly maxOpenMs?: number;
}

/** Stops calls to a provider that only fails, and lets one probe through from time to time to see whether it is back. */
export class CircuitBreaker {
  readonly #failures: number;
  readonly #openMs: number;
  readonly #maxOpenMs: number;
  #inARow = 0;
  #opened = 0;
  #openUntil = 0;
  #probing = false;

  constructor({ failures = 5, openMs = 10_000, maxOpenMs = 120_000 }: BreakerOptions) {
    this.#failures = failures;
    this.#openMs = openMs;
    this.#maxOpenMs = Math.max(openMs, maxOpenMs);
  }

  state(now: number): BreakerState {
    if (this.#opened === 0) return "closed";
    return now < this.#openUntil ? "open" : "half-open";
  }

  /** When the next call may start: 0 = now, a time = then, infinity = once the probe under way has ended. */
  opensAt(now: number): number {
    if (this.#opened === 0) return 0;
    if (now < this.#openUntil) return this.#openUntil;
    return this.#probing ? Number.POSITIVE_INFINITY : 0;
  }

  /** A call starts. Returns whether it is the probe. */
  started(): boolean {
    if (this.#opened === 0) return false;
    this.#probing = true;
    return true;
  }

  /** The provider answered, be it with a refusal: it is there. */
  answered(): void {
    this.#inARow = 0;
    this.#opened = 0;
    this.#probing = false;
  }

  failed(probe: boolean, now: number): void {
    this.#inARow++;
    if (this.#opened > 0 ? probe : this.#inARow >= this.#failures) {
      this.#openUntil = now + Math.min(this.#maxOpenMs, this.#openMs * 2 ** this.#opened);
      this.#opened++;
      this.#probing = false;
    }
  }

  /** A probe ended without telling anything (it was aborted). */
  abandoned(probe: boolean): void {
    if (probe) this.#probing = false;
  }
}
