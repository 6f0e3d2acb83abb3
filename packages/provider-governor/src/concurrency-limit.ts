/**
 * How many calls may run at once, by additive increase and multiplicative decrease (Chiu and Jain, 1989; what TCP does): one more
 * after as many successes as the limit counts, half as many after a throttling, never below one or above the ceiling.
 */
export class ConcurrencyLimit {
  readonly ceiling: number;
  #value: number;
  #successes = 0;
  #loweredAfter = 0;

  constructor(initial: number, ceiling: number) {
    this.ceiling = ceiling;
    this.#value = Math.min(initial, ceiling);
  }

  get value(): number {
    return this.#value;
  }

  /** `busy`: the limit was reached while the call ran. One that was not reached says nothing about a higher one. */
  succeeded(busy: boolean): void {
    if (!busy || this.#value >= this.ceiling) return;
    if (++this.#successes < this.#value) return;
    this.#successes = 0;
    this.#value++;
  }

  /**
   * Halves the limit and says whether it did: calls that had begun before the last decrease were throttled under the old limit and
   * count no second time. `serial` numbers the attempts, `latest` is the newest one begun.
   */
  throttled(serial: number, latest: number): boolean {
    if (serial <= this.#loweredAfter) return false;
    this.#loweredAfter = latest;
    this.#successes = 0;
    this.#value = Math.max(1, Math.floor(this.#value / 2));
    return true;
  }
}
