import type { CallOptions } from "./call-options.ts";
import type { GroundworkError } from "./errors.ts";

/** What one call takes from the quotas of a metered provider. */
export interface ProviderCost {
  readonly requests: number;
  /** As billed, or the best estimate before the call. */
  readonly tokens: number;
}

/** Limits as a provider states them. An absent field was not stated. */
export interface ProviderLimits {
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** What is left of the quota right now. */
  readonly remainingRequests?: number;
  readonly remainingTokens?: number;
  /** Of one request. */
  readonly maxTextsPerRequest?: number;
  readonly maxTokensPerRequest?: number;
}

/**
 * What a provider said beside its answer or its refusal. A driver attaches it to the error it throws or to the result it gives
 * ({@link withProviderHints}); whoever paces the calls reads it ({@link providerHintsOf}).
 */
export interface ProviderHints {
  /** Do not call again before so many milliseconds have passed. */
  readonly retryAfterMs?: number;
  /** The request had too many texts or tokens: smaller ones can pass. Goes with `INVALID_ARGUMENT`, not retryable. */
  readonly requestTooLarge?: boolean;
  readonly limits?: ProviderLimits;
}

/**
 * What an embedder throws with when a provider embedded some texts of a call and refused others: the caller keeps the vectors and
 * asks only for the rest. Positions are those of the call's texts.
 */
export interface PartialEmbedding {
  /** Positions of the texts that were embedded, ascending. */
  readonly embedded: readonly number[];
  /** `embedded.length * dimensions` values, in the order of `embedded`. */
  readonly vectors: Float32Array;
  /** The texts that were not; each error says by `retryable` whether asking again can help. */
  readonly failures: readonly { readonly index: number; readonly error: GroundworkError }[];
  /** Billed so far, where known. */
  readonly tokens?: number;
}

const HINTS = Symbol.for("groundwork.provider-hints");
const PARTIAL = Symbol.for("groundwork.partial-embedding");
/** Longest chain of causes that is followed. */
const MAX_CAUSES = 8;

function attach<T extends object>(target: T, key: symbol, value: unknown): T {
  Object.defineProperty(target, key, { value, configurable: true });
  return target;
}

function find(value: unknown, key: symbol): unknown {
  let current = value;
  for (let depth = 0; depth < MAX_CAUSES && typeof current === "object" && current !== null; depth++) {
    if (key in current) return (current as Record<symbol, unknown>)[key];
    current = (current as { readonly cause?: unknown }).cause;
  }
  return undefined;
}

/** Attaches hints to an error or a result and returns it. They are not enumerable and do not cross threads. */
export function withProviderHints<T extends object>(target: T, hints: ProviderHints): T {
  return attach(target, HINTS, hints);
}

/** Hints of an error or result, or of one of its causes. */
export function providerHintsOf(value: unknown): ProviderHints | undefined {
  return find(value, HINTS) as ProviderHints | undefined;
}

/** Attaches to an error what was embedded before it, and returns it. */
export function withPartialEmbedding<T extends Error>(error: T, partial: PartialEmbedding): T {
  return attach(error, PARTIAL, partial);
}

/** What was embedded although the call failed. */
export function partialEmbeddingOf(error: unknown): PartialEmbedding | undefined {
  return find(error, PARTIAL) as PartialEmbedding | undefined;
}

/** A value of a {@link QuotaStore} and its version. */
export interface QuotaRecord {
  /** A whole number that grows with every write. */
  readonly version: number;
  /** At most about 1 KB. */
  readonly value: string;
}

/**
 * The shared memory behind {@link QuotaLease}: small values with compare-and-set. Everything that several processes can reach and
 * that can do one conditional write atomically can implement it (SQL, a key-value store with conditions, a catalog).
 *
 * - `read` sees every write that returned `true` before it was called.
 * - `compareAndSet` writes only if the version is still `expected` (`undefined`: there is no record yet) and says whether it did.
 *   Of several callers with the same `expected`, exactly one gets `true`.
 * - A store that is busy or away throws a retryable error. Closing twice is allowed; a call after it is `INVALID_ARGUMENT`.
 */
export interface QuotaStore {
  read(key: string, options?: CallOptions): Promise<QuotaRecord | undefined>;
  compareAndSet(key: string, expected: number | undefined, value: string, options?: CallOptions): Promise<boolean>;
  close?(): Promise<void>;
}

/**
 * A share of an account's quota, leased from a place that several processes share. A process leases a little ahead
 * (`refill`) and spends it without asking anybody (`tryTake`).
 */
export interface QuotaLease {
  readonly key: string;
  /** Spends what is held. `false` = not enough is held: call `refill`. */
  tryTake(cost: ProviderCost): boolean;
  /**
   * Leases enough for `cost`. Gives 0 when it is held now, otherwise the milliseconds after which to ask again. Throws
   * `QUOTA_EXCEEDED` (not retryable) when a budget that never refills is spent.
   */
  refill(cost: ProviderCost, options?: CallOptions): Promise<number>;
  /** Corrects an estimate once the real cost is known. */
  settle(estimated: ProviderCost, actual: ProviderCost): void;
  /** Tells all who share the quota that the provider wants no call for so many milliseconds. */
  pause(durationMs: number, options?: CallOptions): Promise<void>;
  /** Gives back what is held and not spent. Releasing twice is allowed. */
  release(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
