/** What the queue must know of a call that waits. */
export interface Waiting {
  /** Order of arrival. A call that comes back to be repeated keeps it, so nobody overtakes it for its bad luck. */
  readonly ticket: number;
  /** Not to be started earlier, milliseconds since the epoch. */
  readonly notBefore: number;
}

/** First come, first served, except for those that must wait before they are repeated. */
export class CallQueue<T extends Waiting> {
  readonly #calls: T[] = [];

  get length(): number {
    return this.#calls.length;
  }

  add(call: T): void {
    let place = this.#calls.length;
    while (place > 0 && this.#calls[place - 1]!.ticket > call.ticket) place--;
    this.#calls.splice(place, 0, call);
  }

  /** Says whether it was there. */
  remove(call: T): boolean {
    const place = this.#calls.indexOf(call);
    if (place >= 0) this.#calls.splice(place, 1);
    return place >= 0;
  }

  /** The first that may start now. */
  next(now: number): T | undefined {
    return this.#calls.find((call) => call.notBefore <= now);
  }

  /** A copy: calls may be removed while it is walked. */
  all(): T[] {
    return [...this.#calls];
  }
}
