import { GroundworkError, type ProviderCost, providerHintsOf, throwIfAborted } from "@groundwork/contracts";
import { runAttempt } from "./attempt.ts";
import { fullJitter } from "./back-off.ts";
import { CallQueue } from "./call-queue.ts";
import { classifyFailure, type ProviderFailure } from "./classify-failure.ts";
import type { Governor, GovernorStatistics } from "./governor.ts";
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

/** What is learned while an attempt runs. */
interface Observed {
  tokens: number | undefined;
  hedges: number;
  progressed: boolean;
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
    const { signal, waitSignal, caller, deadlineMs, onFull = "wait", onOpen = "wait" } = options;
    const { clock, maxQueued } = this.#settings;
    throwIfAborted(signal);
    if (waitSignal?.aborted) throw abortedError(waitSignal.reason);
    this.#requireOpen();
    if (onFull === "reject" && this.#queue.length >= maxQueued) throw fullError(this.name, maxQueued);
    const now = clock.now();
    if (onOpen === "fail" && this.#pacer.breaker.opensAt(now) > 0) throw breakerError(this.name);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const queued: QueuedCall = {
      turn: this.#queue.turnOf(caller),
      cost,
      run: call,
      resolve,
      reject,
      controller: new AbortController(),
      onOpen,
      deadlineAt: deadlineMs === undefined ? Number.POSITIVE_INFINITY : now + deadlineMs,
      stopped: undefined,
      notBefore: 0,
      queuedAt: now,
      attempts: 0,
      failures: 0,
    };
    const onAbort = (): void => this.#abort(queued, abortedError(signal?.reason));
    const onStop = (): void => this.#stop(queued, abortedError(waitSignal?.reason));
    signal?.addEventListener("abort", onAbort, { once: true });
    waitSignal?.addEventListener("abort", onStop, { once: true });
    try {
      this.#queue.add(queued);
      this.#pump();
      return (await promise) as T;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      waitSignal?.removeEventListener("abort", onStop);
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
      this.#queue.start(call);
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
    const observed: Observed = { tokens: undefined, hedges: 0, progressed: false };
    const context: Omit<AttemptContext, "signal"> = {
      attempt: call.attempts,
      report: ({ tokens, headers, hints }) => {
        if (tokens !== undefined) observed.tokens = tokens;
        const limits = hints?.limits ?? (headers && limitsFromHeaders(headers, clock.now()));
        if (limits !== undefined) this.#pacer.learn(limits, clock.now());
      },
      progress: () => {
        observed.progressed = true;
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
        const actual = { requests: cost.requests, tokens: observed.tokens ?? cost.tokens };
        this.#lease?.settle(cost, actual);
        this.#pacer.succeeded(passage, actual, busy, clock.now());
        const limits = providerHintsOf(result)?.limits;
        if (limits !== undefined) this.#pacer.learn(limits, clock.now());
        this.#totals.succeeded++;
        ended(eventOf("succeeded", this.#bill(actual, observed.hedges)));
        call.resolve(result);
        this.#pump();
      },
      (thrown: unknown) => {
        const failure = this.#settings.classify?.(thrown) ?? classifyFailure(thrown, clock.now());
        const bill = this.#bill({ requests: observed.tokens ? cost.requests : 0, tokens: observed.tokens ?? 0 }, 0);
        ended(eventOf(OUTCOME_OF[failure.kind], { ...bill, code: failure.error.code }));
        this.#failed(call, passage, failure, observed);
        this.#pump();
      },
    );
    this.#running.set(call, done);
  }

  #failed(call: QueuedCall, passage: Passage, failure: ProviderFailure, observed: Observed): void {
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
    const { requests, tokens } = passage.estimated;
    const actual = { requests, tokens: observed.tokens ?? (kind === "transient" ? tokens : 0) };
    this.#lease?.settle(passage.estimated, actual);
    this.#pacer.settle(passage, actual);
    if (observed.progressed) call.failures = 0;
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
      const opened = this.#pacer.failed(passage, failure, observed.progressed, now);
      if (opened) this.#failImpatient();
      call.failures++;
      if (call.failures >= maxAttempts) call.reject(error);
      else if (opened && call.onOpen === "fail") call.reject(breakerError(this.name, error));
      else this.#repeat(call, now + fullJitter(call.failures, this.#settings, random));
      return;
    }
    this.#pacer.refused(now);
    call.reject(error);
  }

  #repeat(call: QueuedCall, notBefore: number): void {
    const unwanted: unknown = call.controller.signal.aborted ? call.controller.signal.reason : call.stopped;
    if (unwanted !== undefined) {
      call.reject(unwanted);
      return;
    }
    call.notBefore = notBefore;
    call.queuedAt = this.#settings.clock.now();
    this.#queue.add(call);
  }

  #abort(call: QueuedCall, error: GroundworkError): void {
    this.#stop(call, error);
    call.controller.abort(error);
  }

  #stop(call: QueuedCall, error: GroundworkError): void {
    call.stopped = error;
    if (!this.#queue.remove(call)) return;
    call.reject(error);
    this.#pump();
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

  /** Adds what an attempt cost to the totals; each hedge costs the same again. */
  #bill({ requests, tokens }: ProviderCost, hedges: number): { readonly tokens: number; readonly cost?: number } {
    const { price } = this.#settings;
    const all = tokens * (1 + hedges);
    this.#totals.tokens += all;
    if (price === undefined) return { tokens: all };
    const cost = (all / 1e6) * (price.perMillionTokens ?? 0) + requests * (1 + hedges) * (price.perRequest ?? 0);
    this.#totals.cost += cost;
    return { tokens: all, cost };
  }
}

/** A governor of its own. Callers that share a model must share one: see {@link sharedGovernor}. */
export function createGovernor(options: GovernorOptions = {}): Governor {
  return new ProviderGovernor(resolveOptions(options));
}
