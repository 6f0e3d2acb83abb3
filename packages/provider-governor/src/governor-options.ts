import { GroundworkError, type ProviderCost, type ProviderHints, type QuotaLease } from "@groundwork/contracts";
import type { BreakerOptions } from "./circuit-breaker.ts";
import type { ProviderFailure } from "./classify-failure.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { GovernorEvent } from "./governor-event.ts";
import type { HeadersLike } from "./rate-limit-headers.ts";

export interface GovernorOptions {
  /** Names the governor in events and errors. @default "provider" */
  readonly name?: string;
  /** Quotas of the account. What is not given is learned from headers that the calls report, or not limited. */
  readonly quotas?: {
    readonly requestsPerMinute?: number;
    readonly tokensPerMinute?: number;
    /** How many seconds' worth of a quota may be spent at once. @default 6 */
    readonly burstSeconds?: number;
  };
  readonly concurrency?: {
    /** @default 4 */
    readonly initial?: number;
    /** The ceiling. @default 32 */
    readonly max?: number;
  };
  readonly retry?: {
    /** Tries of one call in all; throttled ones are not counted. @default 10 */
    readonly maxAttempts?: number;
    /** Full jitter between 0 and `baseMs * 2^n`, at most `maxMs`. @default 250 */
    readonly baseMs?: number;
    /** @default 30_000 */
    readonly maxMs?: number;
    /** Longest wait that a provider can ask for; beyond it the calls fail with `QUOTA_EXCEEDED`. @default 900_000 (15 minutes) */
    readonly maxPauseMs?: number;
    /** Only throttled, not one success for so long: the calls fail with `QUOTA_EXCEEDED`. @default 1_800_000 (30 minutes) */
    readonly giveUpAfterMs?: number;
  };
  readonly breaker?: BreakerOptions;
  /** One attempt may take so long; then it counts as failed with `TIMED_OUT` and is repeated. @default 120_000 */
  readonly attemptTimeoutMs?: number;
  /**
   * After so many milliseconds without an answer, ask a second time and take the first answer. Both are paid for. Needs a free
   * place and free quota at that moment. Default: off.
   */
  readonly hedgeAfterMs?: number;
  /** So many calls may wait before `ready()` makes producers wait. @default 1_000 */
  readonly maxQueued?: number;
  /** For the costs in events and statistics. */
  readonly price?: { readonly perMillionTokens?: number; readonly perRequest?: number };
  /** A share of a quota that several processes share. The governor takes from it before each attempt and releases it at the end. */
  readonly lease?: QuotaLease;
  /** Looks at a failure before {@link classifyFailure} does; `undefined` leaves it to that. */
  readonly classify?: (thrown: unknown) => ProviderFailure | undefined;
  readonly onEvent?: (event: GovernorEvent) => void;
  /** For tests. */
  readonly clock?: Clock;
  /** For tests: 0 <= number < 1. */
  readonly random?: () => number;
}

export interface RunOptions {
  /** Whose call it is: callers take turns, each in its own order. Any value that tells them apart. Default: all are one caller. */
  readonly caller?: unknown;
  /** Removes a waiting call from the queue at once; reaches a running one through the signal of its context. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Removes a waiting call from the queue at once and keeps a failed one from being repeated, but leaves a running request alone: its
   * answer is already being paid for.
   */
  readonly waitSignal?: AbortSignal | undefined;
  /** The whole call, waiting and repeating included, in milliseconds; then it ends with `TIMED_OUT`. Default: none. */
  readonly deadlineMs?: number;
  /** What to do when the queue is full. @default "wait" */
  readonly onFull?: "wait" | "reject";
  /** What to do while the circuit breaker is open. A person who waits for an answer wants `"fail"`. @default "wait" */
  readonly onOpen?: "wait" | "fail";
}

/** What an attempt is given. */
export interface AttemptContext {
  /** Fires on abort, time-out, deadline and close. Pass it on: a call that ignores it goes on behind the governor's back. */
  readonly signal: AbortSignal;
  /** From 1; throttled attempts count here. */
  readonly attempt: number;
  /** Tells what was learned from the answer: billed tokens, headers, limits. */
  report(observed: { readonly tokens?: number; readonly headers?: HeadersLike; readonly hints?: ProviderHints }): void;
  /** Part of the work is done for good, so that the tries count from the start again. */
  progress(): void;
}

/** Estimated cost of a call; a function is asked before each attempt, for work that shrinks from one to the next. */
export type CallCost = Partial<ProviderCost> | (() => Partial<ProviderCost>);

export type ProviderCall<T> = (context: AttemptContext) => Promise<T>;

/** The options with every default in its place. */
export interface GovernorSettings {
  readonly name: string;
  readonly burstSeconds: number;
  readonly requestsPerMinute: number | undefined;
  readonly tokensPerMinute: number | undefined;
  readonly initialConcurrency: number;
  readonly maxConcurrency: number;
  readonly maxAttempts: number;
  readonly baseMs: number;
  readonly maxMs: number;
  readonly maxPauseMs: number;
  readonly giveUpAfterMs: number;
  readonly breaker: BreakerOptions;
  readonly attemptTimeoutMs: number;
  readonly hedgeAfterMs: number | undefined;
  readonly maxQueued: number;
  readonly price: GovernorOptions["price"];
  readonly lease: QuotaLease | undefined;
  readonly classify: GovernorOptions["classify"];
  readonly onEvent: GovernorOptions["onEvent"];
  readonly clock: Clock;
  readonly random: () => number;
}

export function resolveOptions(options: GovernorOptions): GovernorSettings {
  const { quotas = {}, concurrency = {}, retry = {}, breaker = {} } = options;
  const numbers: Readonly<Record<string, number | undefined>> = {
    "quotas.requestsPerMinute": quotas.requestsPerMinute,
    "quotas.tokensPerMinute": quotas.tokensPerMinute,
    "quotas.burstSeconds": quotas.burstSeconds,
    "retry.baseMs": retry.baseMs,
    "retry.maxMs": retry.maxMs,
    "retry.maxPauseMs": retry.maxPauseMs,
    "retry.giveUpAfterMs": retry.giveUpAfterMs,
    "breaker.openMs": breaker.openMs,
    "breaker.maxOpenMs": breaker.maxOpenMs,
    attemptTimeoutMs: options.attemptTimeoutMs,
    hedgeAfterMs: options.hedgeAfterMs,
  };
  const counts: Readonly<Record<string, number | undefined>> = {
    "concurrency.initial": concurrency.initial,
    "concurrency.max": concurrency.max,
    "retry.maxAttempts": retry.maxAttempts,
    "breaker.failures": breaker.failures,
    maxQueued: options.maxQueued,
  };
  for (const [name, value] of Object.entries({ ...numbers, ...counts })) {
    if (value === undefined || (value > 0 && Number.isFinite(value) && (name in numbers || Number.isInteger(value))))
      continue;
    throw new GroundworkError(
      "INVALID_CONFIGURATION",
      `Expected ${name} of a governor to be a ${name in counts ? "whole " : ""}number above 0, found ${value}.`,
    );
  }
  const maxConcurrency = concurrency.max ?? 32;
  return {
    name: options.name ?? "provider",
    burstSeconds: quotas.burstSeconds ?? 6,
    requestsPerMinute: quotas.requestsPerMinute,
    tokensPerMinute: quotas.tokensPerMinute,
    initialConcurrency: Math.min(concurrency.initial ?? 4, maxConcurrency),
    maxConcurrency,
    maxAttempts: retry.maxAttempts ?? 10,
    baseMs: retry.baseMs ?? 250,
    maxMs: retry.maxMs ?? 30_000,
    maxPauseMs: retry.maxPauseMs ?? 900_000,
    giveUpAfterMs: retry.giveUpAfterMs ?? 1_800_000,
    breaker,
    attemptTimeoutMs: options.attemptTimeoutMs ?? 120_000,
    hedgeAfterMs: options.hedgeAfterMs,
    maxQueued: options.maxQueued ?? 1_000,
    price: options.price,
    lease: options.lease,
    classify: options.classify,
    onEvent: options.onEvent,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}
