import {
  GroundworkError,
  type ProviderCost,
  type QuotaLease,
  type QuotaStore,
  throwIfAborted,
} from "@groundwork/contracts";

export interface LeaseQuotaOptions {
  readonly store: QuotaStore;
  /** Names the quota; all who spend it use the same. For example `bedrock/amazon.titan-embed-text-v2:0/eu-west-1`. */
  readonly key: string;
  /** All who share the key give the same numbers. Default: no limit. */
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** Never refills: what may be spent in all under this key. When it is gone, calls fail with `QUOTA_EXCEEDED`. */
  readonly totalRequests?: number;
  readonly totalTokens?: number;
  /** How many seconds' worth of the quota may be spent at once by all together. @default 6 */
  readonly burstSeconds?: number;
  /** How many seconds' worth one process leases ahead; more asks the store less often, less shares more evenly. @default 1 */
  readonly blockSeconds?: number;
  /** Wall clock that all who share the store have: milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

const DIMENSIONS = ["requests", "tokens"] as const;
type Dimension = (typeof DIMENSIONS)[number];
type Amounts = Record<Dimension, number>;

/** What the store holds. Levels are buckets that refill; `spent` only grows, except for what is given back. */
interface SharedState {
  readonly at: number;
  readonly level: Amounts;
  readonly spent: Amounts;
  readonly pausedUntil: number;
}

/** Tries of one compare-and-set before the caller is told to come back. */
const MAX_TRIES = 16;
/** When to come back after too many others were faster, milliseconds. */
const CONTENDED_MS = 20;

const isAmounts = (value: unknown): value is Amounts =>
  typeof value === "object" &&
  value !== null &&
  DIMENSIONS.every((dimension) => Number.isFinite((value as Record<string, unknown>)[dimension]));

function parseState(text: string, key: string): SharedState {
  let state: Partial<SharedState> | undefined;
  try {
    state = JSON.parse(text) as Partial<SharedState>;
  } catch {
    state = undefined;
  }
  if (
    Number.isFinite(state?.at) &&
    isAmounts(state?.level) &&
    isAmounts(state?.spent) &&
    Number.isFinite(state?.pausedUntil)
  )
    return state as SharedState;
  throw new GroundworkError(
    "STORE_CORRUPT",
    `Expected the state of a quota under the key ${key}, found something else. Choose another key or remove the record.`,
  );
}

class SharedQuota implements QuotaLease {
  readonly key: string;
  readonly #options: LeaseQuotaOptions;
  readonly #held: Amounts = { requests: 0, tokens: 0 };
  #released: Promise<void> | undefined;

  constructor(options: LeaseQuotaOptions) {
    this.key = options.key;
    this.#options = options;
  }

  tryTake(cost: ProviderCost): boolean {
    if (
      this.#released !== undefined ||
      DIMENSIONS.some((dimension) => this.#held[dimension] < this.#needed(cost, dimension))
    )
      return false;
    for (const dimension of DIMENSIONS) this.#held[dimension] -= this.#needed(cost, dimension);
    return true;
  }

  async refill(cost: ProviderCost, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<number> {
    this.#requireOpen();
    let wait = CONTENDED_MS;
    const done = await this.#update(signal, (state, now) => {
      if (state.pausedUntil > now) {
        wait = state.pausedUntil - now;
        return undefined;
      }
      const level = { ...state.level };
      const spent = { ...state.spent };
      const granted: Amounts = { requests: 0, tokens: 0 };
      wait = 0;
      for (const dimension of DIMENSIONS) {
        const missing = this.#needed(cost, dimension) - this.#held[dimension];
        if (missing <= 0) continue;
        const left = this.#total(dimension) - spent[dimension];
        if (missing > left) throw this.#spentError(dimension);
        // A level above zero is enough and may become a debt: a large call is not starved by many small ones.
        if (level[dimension] <= 0) wait = Math.max(wait, Math.ceil((1 - level[dimension]) / this.#rate(dimension)));
        granted[dimension] = Math.min(left, Math.max(missing, Math.min(this.#block(dimension), level[dimension])));
        level[dimension] -= granted[dimension];
        spent[dimension] += granted[dimension];
      }
      return wait > 0 ? undefined : { next: { ...state, level, spent }, granted };
    });
    if (done === undefined) return Math.max(1, wait);
    for (const dimension of DIMENSIONS) this.#held[dimension] += done[dimension];
    return 0;
  }

  settle(estimated: ProviderCost, actual: ProviderCost): void {
    if (this.#released !== undefined) return;
    for (const dimension of DIMENSIONS)
      this.#held[dimension] += this.#needed(estimated, dimension) - this.#needed(actual, dimension);
  }

  async pause(durationMs: number, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    this.#requireOpen();
    await this.#update(signal, (state, now) => {
      const pausedUntil = Math.max(state.pausedUntil, now + durationMs);
      return pausedUntil === state.pausedUntil
        ? undefined
        : { next: { ...state, pausedUntil }, granted: { requests: 0, tokens: 0 } };
    });
  }

  release(): Promise<void> {
    this.#released ??= this.#giveBack();
    return this.#released;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  async #giveBack(): Promise<void> {
    const rest = { ...this.#held };
    if (DIMENSIONS.every((dimension) => rest[dimension] === 0)) return;
    const given = await this.#update(undefined, (state) => {
      const level = { ...state.level };
      const spent = { ...state.spent };
      for (const dimension of DIMENSIONS) {
        level[dimension] = Math.min(this.#capacity(dimension), level[dimension] + rest[dimension]);
        spent[dimension] -= rest[dimension];
      }
      return { next: { ...state, level, spent }, granted: { requests: 0, tokens: 0 } };
    });
    if (given === undefined) {
      throw new GroundworkError(
        "UNAVAILABLE",
        `The quota ${this.key} is too busy: what was leased and not spent is lost.`,
        {
          retryable: true,
        },
      );
    }
  }

  /** Reads, lets time pass, changes and writes, again when another was faster. `undefined` = nothing was written. */
  async #update(
    signal: AbortSignal | undefined,
    change: (state: SharedState, now: number) => { readonly next: SharedState; readonly granted: Amounts } | undefined,
  ): Promise<Amounts | undefined> {
    const { store, key, now: clock = Date.now } = this.#options;
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      throwIfAborted(signal);
      const record = await store.read(key, { signal });
      const now = clock();
      const state = record === undefined ? this.#fresh(now) : this.#advanced(parseState(record.value, key), now);
      const changed = change(state, now);
      if (changed === undefined) return undefined;
      if (await store.compareAndSet(key, record?.version, JSON.stringify(changed.next), { signal }))
        return changed.granted;
    }
    return undefined;
  }

  #fresh(now: number): SharedState {
    return {
      at: now,
      level: { requests: this.#capacity("requests"), tokens: this.#capacity("tokens") },
      spent: { requests: 0, tokens: 0 },
      pausedUntil: 0,
    };
  }

  /** Another machine's clock may be ahead: time never runs backwards here. */
  #advanced(state: SharedState, now: number): SharedState {
    const passed = Math.max(0, now - state.at);
    const level = { ...state.level };
    for (const dimension of DIMENSIONS)
      level[dimension] = Math.min(this.#capacity(dimension), level[dimension] + passed * this.#rate(dimension));
    return { ...state, at: Math.max(state.at, now), level };
  }

  /** A dimension without any limit is not counted: its level stays a finite number. */
  #limited(dimension: Dimension): boolean {
    return this.#perMinute(dimension) !== undefined || Number.isFinite(this.#total(dimension));
  }

  #needed(cost: ProviderCost, dimension: Dimension): number {
    return this.#limited(dimension) ? cost[dimension] : 0;
  }

  #perMinute(dimension: Dimension): number | undefined {
    return dimension === "requests" ? this.#options.requestsPerMinute : this.#options.tokensPerMinute;
  }

  #total(dimension: Dimension): number {
    const { totalRequests, totalTokens } = this.#options;
    return (dimension === "requests" ? totalRequests : totalTokens) ?? Number.POSITIVE_INFINITY;
  }

  /** Per millisecond. With a total only, the level is out of the way. */
  #rate(dimension: Dimension): number {
    return (this.#perMinute(dimension) ?? 1e12) / 60_000;
  }

  #capacity(dimension: Dimension): number {
    return Math.max(1, this.#rate(dimension) * 1000 * (this.#options.burstSeconds ?? 6));
  }

  #block(dimension: Dimension): number {
    // Of a budget that does not refill nothing is leased ahead: a process that dies would take it along.
    if (this.#perMinute(dimension) === undefined || Number.isFinite(this.#total(dimension))) return 0;
    return this.#rate(dimension) * 1000 * (this.#options.blockSeconds ?? 1);
  }

  #spentError(dimension: Dimension): GroundworkError {
    return new GroundworkError(
      "QUOTA_EXCEEDED",
      `The budget of ${this.#total(dimension)} ${dimension} under the key ${this.key} is spent. Raise it and run again: finished work is kept.`,
    );
  }

  #requireOpen(): void {
    if (this.#released === undefined) return;
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      `Expected an open lease of the quota ${this.key}, found a released one.`,
    );
  }
}

/**
 * A share of a quota that several processes keep together through a store with compare-and-set: a bucket that refills with time, a
 * budget that does not, or both. Each process leases a little ahead and spends it without asking. A process that dies loses at
 * most what it had leased ahead (of a budget: what its calls under way cost). A pause that one asks for holds for all as soon as
 * they have spent what they hold.
 */
export function leaseQuota(options: LeaseQuotaOptions): QuotaLease {
  for (const name of ["requestsPerMinute", "tokensPerMinute", "burstSeconds", "blockSeconds"] as const) {
    const value = options[name];
    if (value !== undefined && !(value > 0 && Number.isFinite(value)))
      throw new GroundworkError("INVALID_CONFIGURATION", `Expected ${name} of a quota to be above 0, found ${value}.`);
  }
  for (const name of ["totalRequests", "totalTokens"] as const) {
    const value = options[name];
    if (value !== undefined && !(value >= 0 && Number.isFinite(value)))
      throw new GroundworkError(
        "INVALID_CONFIGURATION",
        `Expected ${name} of a quota to be 0 or more, found ${value}.`,
      );
  }
  return new SharedQuota(options);
}
