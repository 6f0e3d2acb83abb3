const MINUTE_MS = 60_000;

/**
 * A quota per minute that refills all the time. At most `burstSeconds` of it can be spent at once, so that a provider that also
 * looks at shorter spans than a minute is not upset.
 */
export class TokenBucket {
  #perMinute: number;
  readonly #burstSeconds: number;
  #level: number;
  #at: number;

  constructor(perMinute: number, burstSeconds: number, now: number) {
    this.#perMinute = perMinute;
    this.#burstSeconds = burstSeconds;
    this.#level = this.capacity;
    this.#at = now;
  }

  get perMinute(): number {
    return this.#perMinute;
  }

  get capacity(): number {
    return Math.max(1, (this.#perMinute * this.#burstSeconds) / 60);
  }

  /** The provider states another quota than was known. */
  configure(perMinute: number, now: number): void {
    this.#advance(now);
    this.#perMinute = perMinute;
    this.#level = Math.min(this.#level, this.capacity);
  }

  /** The provider states what is left. It never raises the level: calls under way may not have been counted yet. */
  observe(remaining: number, now: number): void {
    this.#advance(now);
    this.#level = Math.min(this.#level, remaining);
  }

  /** Whole milliseconds until `amount` can be taken. An amount above the capacity goes when the bucket is full, and leaves a debt. */
  waitFor(amount: number, now: number): number {
    this.#advance(now);
    const missing = Math.min(amount, this.capacity) - this.#level;
    // A millionth of a call of tolerance: refills are sums of fractions.
    return missing <= 1e-6 ? 0 : Math.ceil((missing / this.#perMinute) * MINUTE_MS);
  }

  take(amount: number, now: number): void {
    this.#advance(now);
    this.#level -= amount;
  }

  /** Puts back what was not used, or takes (a negative amount) what was used beyond the estimate. */
  giveBack(amount: number): void {
    this.#level = Math.min(this.capacity, this.#level + amount);
  }

  #advance(now: number): void {
    const passed = Math.max(0, now - this.#at);
    this.#at = Math.max(this.#at, now);
    this.#level = Math.min(this.capacity, this.#level + (passed * this.#perMinute) / MINUTE_MS);
  }
}
