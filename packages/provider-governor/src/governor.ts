import { GroundworkError, type ProviderCost, providerHintsOf, throwIfAborted } from "@groundwork/contracts";
import { runAttempt } from "./attempt.ts";
import { fullJitter } from "./back-off.ts";
import { CallQueue } from "./call-queue.ts";
import type { BreakerState } from "./circuit-breaker.ts";
import { classifyFailure, type ProviderFailure } from "./classify-failure.ts";
import { abortedError, breakerError, closedError, deadlineError, fullError } from "./governor-errors.ts";
import { publishEvent } from "./governor-event.ts";
import {
  type AttemptContext,
  type CallCost,
  type GovernorOptions,
  type GovernorSettings,
  type ProviderCall,
  type RunOptions,
  resolveOptions,
} from "./governor-options.ts";
import { LeaseGate } from "./lease-gate.ts";
import { Pacer, type Passage } from "./pacer.ts";
import { type AttemptEvent, costOf, OUTCOME_OF, type QueuedCall } from "./queued-call.ts";
import { limitsFromHeaders } from "./rate-limit-headers.ts";

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

class ProviderGovernor implements Governor {
  readonly #settings: GovernorSettings;
  readonly #pacer: Pacer;
  readonly #lease: LeaseGate | undefined;
  readonly #queue = new CallQueue<QueuedCall>();
  readonly #running = new Map<QueuedCall, Promise<void>>();
  readonly #producers: (() => void)[] = [];
  readonly #closing = new AbortController();
  readonly #totals = { attempts: 0, succeeded: 0, throttled: 0, failed: 0, tokens: 0, cost: 0 };
  #tickets = 0;
  #inFlight = 0;
  #cancelTimer: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(settings: GovernorSettings) {
    this.#settings = settings;
    this.#pacer = new Pacer(settings);
    if (settings.lease !== undefined) this.#lease = new LeaseGate(settings.lease, settings, this.#closing.signal);
  }

  get name(): string {
    return this.#settings.name;
  }

  get maxConcurrency(): number {
    return this.#settings.maxConcurrency;
  }

  async run<T>(cost: CallCost, call: ProviderCall<T>, options: RunOptions = {}): Promise<T> {
    const { signal, deadlineMs, onFull = "wait", onOpen = "wait" } = options;
    const { clock, maxQueued } = this.#settings;
    throwIfAborted(signal);
    this.#requireOpen();
    if (onFull === "reject" && this.#queue.length >= maxQueued) throw fullError(this.name, maxQueued);
    const now = clock.now();
    if (onOpen === "fail" && this.#pacer.breaker.opensAt(now) > 0) throw breakerError(this.name);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const queued: QueuedCall = {
      ticket: ++this.#tickets,
      cost,
      run: call,
      resolve,
      reject,
      controller: new AbortController(),
      onOpen,
      deadlineAt: deadlineMs === undefined ? Number.POSITIVE_INFINITY : now + deadlineMs,
      notBefore: 0,
      queuedAt: now,
      attempts: 0,
      failures: 0,
    };
    const onAbort = (): void => this.#abort(queued, abortedError(signal?.reason));
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      this.#queue.add(queued);
      this.#pump();
      return (await promise) as T;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  async ready({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    for (;;) {
      throwIfAborted(signal);
      this.#requireOpen();
      if (this.#queue.length < this.#settings.maxQueued) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#producers.push(resolve);
      signal?.addEventListener("abort", resolve as () => void, { once: true });
      await promise;
      signal?.removeEventListener("abort", resolve as () => void);
      const place = this.#producers.indexOf(resolve);
      if (place >= 0) this.#producers.splice(place, 1);
    }
  }

  statistics(): GovernorStatistics {
    const now = this.#settings.clock.now();
    return {
      inFlight: this.#inFlight,
      queued: this.#queue.length,
      concurrency: this.#pacer.concurrency,
      breaker: this.#pacer.breaker.state(now),
      pausedForMs: Math.max(0, this.#pacer.pausedUntil - now),
      ...this.#totals,
    };
  }

  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #shutDown(): Promise<void> {
    const error = closedError(this.name);
    this.#closing.abort(error);
    for (const call of [...this.#queue.all(), ...this.#running.keys()]) this.#abort(call, error);
    await Promise.all(this.#running.values());
    this.#stopTimer();
    this.#wakeProducers();
    await this.#lease?.close();
  }

  #requireOpen(): void {
    if (!this.#closing.signal.aborted) return;
    throw new GroundworkError("INVALID_ARGUMENT", `Expected an open governor of ${this.name}, found a closed one.`);
  }

  /** Starts what may start, drops what can no longer be in time, and sets the one timer for the moment when that changes. */
  #pump(): void {
    this.#stopTimer();
    if (this.#closing.signal.aborted) return;
    const now = this.#settings.clock.now();
    this.#dropLate(now);
    let wakeAt = Number.POSITIVE_INFINITY;
    for (;;) {
      const call = this.#queue.next(now);
      if (call === undefined) break;
      const cost = costOf(call);
      wakeAt = this.#pacer.startsAt(cost, this.#inFlight, now);
      if (wakeAt === 0) wakeAt = this.#takeLease(call, cost, now);
      if (wakeAt !== 0) break;
      wakeAt = Number.POSITIVE_INFINITY;
      this.#queue.remove(call);
      this.#start(call, cost, now);
    }
    for (const call of this.#queue.all()) {
      wakeAt = Math.min(wakeAt, call.deadlineAt);
      if (call.notBefore > now) wakeAt = Math.min(wakeAt, call.notBefore);
    }
    this.#wakeProducers();
    // A listener of events may have called back into this method.
    this.#stopTimer();
    if (Number.isFinite(wakeAt)) this.#cancelTimer = this.#settings.clock.schedule(() => this.#pump(), wakeAt - now);
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #takeLease(call: QueuedCall, cost: ProviderCost, now: number): number {
    if (this.#lease === undefined) return 0;
    return this.#lease.take(
      cost,
      now,
      () => this.#pump(),
      (error) => {
        if (this.#queue.remove(call)) call.reject(error);
      },
    );
  }

  /** Calls whose deadline passes before they can be tried again are told now. */
  #dropLate(now: number): void {
    for (const call of this.#queue.all()) {
      if (call.deadlineAt > Math.max(now, this.#pacer.pausedUntil, call.notBefore)) continue;
      this.#queue.remove(call);
      call.reject(deadlineError(this.name));
    }
  }

  #start(call: QueuedCall, cost: ProviderCost, now: number): void {
    const { clock, attemptTimeoutMs, hedgeAfterMs } = this.#settings;
    const passage = this.#pacer.start(cost, now);
    this.#inFlight++;
    call.attempts++;
    const waitedMs = now - call.queuedAt;
    const observed = { tokens: undefined as number | undefined, hedges: 0 };
    const context: Omit<AttemptContext, "signal"> = {
      attempt: call.attempts,
      report: ({ tokens, headers, hints }) => {
        if (tokens !== undefined) observed.tokens = tokens;
        const limits = hints?.limits ?? (headers && limitsFromHeaders(headers, clock.now()));
        if (limits !== undefined) this.#pacer.learn(limits, clock.now());
      },
      progress: () => {
        call.failures = 0;
      },
    };
    const takeHedge = (): boolean => {
      const at = clock.now();
      if (this.#pacer.startsAt(cost, this.#inFlight, at) !== 0) return false;
      if (this.#takeLease(call, cost, at) !== 0) return false;
      this.#pacer.start(cost, at);
      this.#inFlight++;
      observed.hedges++;
      return true;
    };
    const attempt = runAttempt({
      call: call.run,
      context,
      signal: call.controller.signal,
      timeoutMs: Math.min(attemptTimeoutMs, call.deadlineAt - now),
      provider: this.name,
      hedgeAfterMs,
      takeHedge,
      clock,
    });
    const ended = (outcome: AttemptEvent): void => {
      this.#running.delete(call);
      this.#inFlight -= 1 + observed.hedges;
      publishEvent(outcome, this.#settings.onEvent);
    };
    const eventOf = (
      outcome: AttemptEvent["outcome"],
      more: { readonly tokens: number; readonly cost?: number; readonly code?: GroundworkError["code"] },
    ): AttemptEvent => ({
      type: "attempt",
      governor: this.name,
      outcome,
      attempt: context.attempt,
      hedge: observed.hedges > 0,
      durationMs: clock.now() - now,
      waitedMs,
      inFlight: this.#inFlight,
      queued: this.#queue.length,
      concurrency: this.#pacer.concurrency,
      ...more,
    });
    this.#totals.attempts++;
    const done = attempt.then(
      (result) => {
        const busy = this.#inFlight >= this.#pacer.concurrency;
        const requests = 1 + observed.hedges;
        const tokens = observed.tokens ?? cost.tokens;
        this.#lease?.settle(cost, { requests: cost.requests, tokens });
        this.#pacer.succeeded(passage, { requests: cost.requests, tokens }, busy, clock.now());
        const limits = providerHintsOf(result)?.limits;
        if (limits !== undefined) this.#pacer.learn(limits, clock.now());
        const money = this.#price(tokens * requests, cost.requests * requests);
        this.#totals.succeeded++;
        this.#totals.tokens += tokens * requests;
        this.#totals.cost += money ?? 0;
        ended(eventOf("succeeded", { tokens: tokens * requests, ...(money === undefined ? {} : { cost: money }) }));
        call.resolve(result);
        this.#pump();
      },
      (thrown: unknown) => {
        const failure = this.#settings.classify?.(thrown) ?? classifyFailure(thrown, clock.now());
        ended(eventOf(OUTCOME_OF[failure.kind], { tokens: 0, code: failure.error.code }));
        this.#failed(call, passage, failure);
        this.#pump();
      },
    );
    this.#running.set(call, done);
  }

  #failed(call: QueuedCall, passage: Passage, failure: ProviderFailure): void {
    const { clock, maxAttempts, random } = this.#settings;
    const now = clock.now();
    const { error, kind } = failure;
    if (failure.limits !== undefined) this.#pacer.learn(failure.limits, now);
    if (kind === "aborted") {
      this.#pacer.abandoned(passage);
      call.reject(error);
      return;
    }
    // A request that broke off may have been served and counted; one that was refused was not.
    if (kind !== "transient")
      this.#lease?.settle(passage.estimated, { requests: passage.estimated.requests, tokens: 0 });
    if (kind === "throttled") {
      this.#totals.throttled++;
      const hopeless = this.#pacer.throttled(passage, failure, now);
      this.#lease?.pause(this.#pacer.pausedUntil, now);
      if (hopeless === undefined) {
        this.#repeat(call, 0);
        return;
      }
      // Whoever waits would only be told the same.
      for (const waiting of [call, ...this.#queue.all()]) {
        this.#queue.remove(waiting);
        waiting.reject(hopeless);
      }
      return;
    }
    this.#totals.failed++;
    if (kind === "transient") {
      if (now >= call.deadlineAt) {
        // The caller was in a hurry; that says nothing about the provider.
        this.#pacer.abandoned(passage);
        call.reject(deadlineError(this.name, error));
        return;
      }
      const opened = this.#pacer.failed(passage, failure, now);
      if (opened) this.#failImpatient();
      call.failures++;
      if (call.failures >= maxAttempts) call.reject(error);
      else if (opened && call.onOpen === "fail") call.reject(breakerError(this.name, error));
      else this.#repeat(call, now + fullJitter(call.failures, this.#settings, random));
      return;
    }
    this.#pacer.refused(passage, now);
    call.reject(error);
  }

  #repeat(call: QueuedCall, notBefore: number): void {
    if (call.controller.signal.aborted) {
      call.reject(call.controller.signal.reason);
      return;
    }
    call.notBefore = notBefore;
    call.queuedAt = this.#settings.clock.now();
    this.#queue.add(call);
  }

  #abort(call: QueuedCall, error: GroundworkError): void {
    if (this.#queue.remove(call)) {
      call.reject(error);
      this.#pump();
    } else call.controller.abort(error);
  }

  #failImpatient(): void {
    for (const call of this.#queue.all()) {
      if (call.onOpen !== "fail") continue;
      this.#queue.remove(call);
      call.reject(breakerError(this.name));
    }
  }

  #wakeProducers(): void {
    const open = !this.#closing.signal.aborted;
    const room = open ? this.#settings.maxQueued - this.#queue.length : this.#producers.length;
    for (const wake of this.#producers.splice(0, Math.max(0, room))) wake();
  }

  #price(tokens: number, requests: number): number | undefined {
    const { price } = this.#settings;
    if (price === undefined) return undefined;
    return (tokens / 1e6) * (price.perMillionTokens ?? 0) + requests * (price.perRequest ?? 0);
  }
}

/** A governor of its own. Callers that share a model must share one: see {@link sharedGovernor}. */
export function createGovernor(options: GovernorOptions = {}): Governor {
  return new ProviderGovernor(resolveOptions(options));
}
