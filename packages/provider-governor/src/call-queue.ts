/** What the queue must know of a call that waits. */
export interface Waiting {
  readonly turn: Turn;
  /** Not to be started earlier, milliseconds since the epoch. */
  readonly notBefore: number;
}

/** A place in the queue. A call that comes back to be repeated keeps it, so nobody overtakes it for its bad luck. */
export interface Turn {
  readonly caller: unknown;
  readonly round: number;
  /** Order of arrival. */
  readonly ticket: number;
}

/** Of so many calls one goes by arrival alone, so that a stream of new callers cannot keep a caller with many calls out. */
const BY_ARRIVAL = 4;

/**
 * First come, first served, but callers take turns: who brings a thousand calls at once does not make another, who brings one, wait
 * for all of them. Each call belongs to a round; a caller has one call in each (start-time fair queueing with equal weights).
 */
export class CallQueue<T extends Waiting> {
  /** In the order of rounds, then of arrival. */
  readonly #calls: T[] = [];
  /** Of callers that wait: how many calls, and the last round that they have a call in. */
  readonly #callers = new Map<unknown, { waiting: number; lastRound: number }>();
  #round = 0;
  #tickets = 0;
  #started = 0;

  get length(): number {
    return this.#calls.length;
  }

  /** The turn of a caller's next call. */
  turnOf(caller: unknown): Turn {
    const { lastRound = -1 } = this.#callers.get(caller) ?? {};
    return { caller, round: Math.max(this.#round, lastRound + 1), ticket: ++this.#tickets };
  }

  add(call: T): void {
    const { caller, round, ticket } = call.turn;
    const isAfter = ({ turn }: T): boolean => turn.round > round || (turn.round === round && turn.ticket > ticket);
    let place = this.#calls.length;
    while (place > 0 && isAfter(this.#calls[place - 1]!)) place--;
    this.#calls.splice(place, 0, call);
    const { waiting = 0, lastRound = round } = this.#callers.get(caller) ?? {};
    this.#callers.set(caller, { waiting: waiting + 1, lastRound: Math.max(lastRound, round) });
  }

  /** Says whether it was there. */
  remove(call: T): boolean {
    const place = this.#calls.indexOf(call);
    if (place < 0) return false;
    this.#calls.splice(place, 1);
    const { caller } = call.turn;
    const entry = this.#callers.get(caller);
    if (entry !== undefined && --entry.waiting === 0) this.#callers.delete(caller);
    return true;
  }

  /** The call whose turn it is of those that may start now; the same one until it is started or removed. */
  next(now: number): T | undefined {
    const ready = (call: T): boolean => call.notBefore <= now;
    if (this.#started % BY_ARRIVAL !== BY_ARRIVAL - 1) return this.#calls.find(ready);
    let oldest: T | undefined;
    for (const call of this.#calls)
      if (ready(call) && (oldest === undefined || call.turn.ticket < oldest.turn.ticket)) oldest = call;
    return oldest;
  }

  /** Takes out a call to start it. */
  start(call: T): void {
    this.#started++;
    this.#round = Math.max(this.#round, call.turn.round);
    this.remove(call);
  }

  /** A copy: calls may be removed while it is walked. */
  all(): T[] {
    return [...this.#calls];
  }
}
