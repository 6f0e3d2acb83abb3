import { GroundworkError, type ProviderCost, providerHintsOf, throwIfAborted } from "@groundwork/contracts";
import { runAttempt } from "./attempt.ts";
import { AttemptTotals } from "./attempt-totals.ts";
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
import {
  type AttemptEvent,
  costOf,
  type Observed,
  OUTCOME_OF,
  type QueuedCall,
  type RunningAttempt,
} from "./queued-call.ts";
import { limitsFromHeaders } from "./rate-limit-headers.ts";
import { WaitingProducers } from "./waiting-producers.ts";

class ProviderGovernor implements Governor {
  readonly #settings: GovernorSettings;
  readonly #pacer: Pacer;
  readonly #lease: LeaseGate | undefined;
  readonly #queue = new CallQueue<QueuedCall>();
  readonly #running = new Map<QueuedCall, Promise<void>>();
  readonly #producers = new WaitingProducers();
  readonly #closing = new AbortController();
  readonly #totals: AttemptTotals;
  #inFlight = 0;
  #cancelTimer: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(settings: GovernorSettings) {
    this.#settings = settings;
    this.#pacer = new Pacer(settings);
    this.#totals = new AttemptTotals(settings.price);
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
      await this.#producers.wait(signal);
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
      ...this.#totals.counts,
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
    this.#producers.wake(Number.POSITIVE_INFINITY);
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
      const cost = this.#costOf(call);
      if (cost === undefined) continue;
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
    this.#producers.wake(this.#settings.maxQueued - this.#queue.length);
    // A listener of events may have called back into this method.
    this.#stopTimer();
    if (Number.isFinite(wakeAt)) this.#cancelTimer = this.#settings.clock.schedule(() => this.#pump(), wakeAt - now);
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  /** `undefined` when the caller's own estimate threw: the call has ended with that. */
  #costOf(call: QueuedCall): ProviderCost | undefined {
    try {
      return costOf(call);
    } catch (error) {
      this.#queue.remove(call);
      call.reject(error);
      return undefined;
    }
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
    this.#totals.counts.attempts++;
    const running: RunningAttempt = { call, passage, observed, attempt: call.attempts, startedAt: now, waitedMs };
    const done = attempt
      .then(
        (result) => this.#succeeded(running, result),
        (thrown: unknown) => this.#failed(running, thrown),
      )
      // What a caller's own functions throw (classify, a lease) must not leave the call unsettled.
      .catch((error: unknown) => {
        this.#pacer.abandoned(passage);
        call.reject(GroundworkError.from(error, "INTERNAL", `The governor of the provider ${this.name} failed.`));
      })
      .then(() => this.#pump());
    this.#running.set(call, done);
  }

  /** The attempt makes room. Gives what is told of it. */
  #leave({ call, observed, attempt, startedAt, waitedMs }: RunningAttempt): Omit<AttemptEvent, "outcome" | "tokens"> {
    const inFlight = this.#inFlight;
    this.#running.delete(call);
    this.#inFlight -= 1 + observed.hedges;
    return {
      type: "attempt",
      governor: this.name,
      attempt,
      hedge: observed.hedges > 0,
      durationMs: this.#settings.clock.now() - startedAt,
      waitedMs,
      inFlight,
      queued: this.#queue.length,
      concurrency: this.#pacer.concurrency,
    };
  }

  #succeeded(running: RunningAttempt, result: unknown): void {
    const { call, passage, observed } = running;
    const { clock, onEvent } = this.#settings;
    const event = this.#leave(running);
    const { requests, tokens } = passage.estimated;
    const actual = { requests, tokens: observed.tokens ?? tokens };
    this.#totals.counts.succeeded++;
    call.resolve(result);
    this.#pacer.succeeded(passage, actual, event.inFlight >= event.concurrency, clock.now());
    const limits = providerHintsOf(result)?.limits;
    if (limits !== undefined) this.#pacer.learn(limits, clock.now());
    publishEvent({ ...event, outcome: "succeeded", ...this.#totals.bill(actual, observed.hedges) }, onEvent);
    this.#lease?.settle(passage.estimated, actual);
  }

  #failed(running: RunningAttempt, thrown: unknown): void {
    const { call, passage, observed } = running;
    const { clock, onEvent, classify } = this.#settings;
    const event = this.#leave(running);
    const now = clock.now();
    const failure = classify?.(thrown) ?? classifyFailure(thrown, now);
    const { error, kind } = failure;
    const { requests, tokens } = passage.estimated;
    const bill = this.#totals.bill({ requests: observed.tokens ? requests : 0, tokens: observed.tokens ?? 0 }, 0);
    publishEvent({ ...event, outcome: OUTCOME_OF[kind], code: error.code, ...bill }, onEvent);
    if (kind !== "aborted") {
      // A request that broke off may have been served and counted; one that was refused was not.
      const actual = { requests, tokens: observed.tokens ?? (kind === "transient" ? tokens : 0) };
      this.#pacer.settle(passage, actual);
      this.#lease?.settle(passage.estimated, actual);
    }
    if (observed.progressed) call.failures = 0;
    this.#decide(call, passage, failure, observed.progressed);
  }

  /** What becomes of a call whose attempt failed. */
  #decide(call: QueuedCall, passage: Passage, failure: ProviderFailure, progressed: boolean): void {
    const { clock, maxAttempts, random } = this.#settings;
    const now = clock.now();
    const { error, kind } = failure;
    if (failure.limits !== undefined) this.#pacer.learn(failure.limits, now);
    if (kind === "aborted") {
      this.#pacer.abandoned(passage);
      call.reject(error);
      return;
    }
    if (kind === "throttled") {
      this.#totals.counts.throttled++;
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
    this.#totals.counts.failed++;
    if (kind === "transient") {
      if (now >= call.deadlineAt) {
        // The caller was in a hurry; that says nothing about the provider.
        this.#pacer.abandoned(passage);
        call.reject(deadlineError(this.name, error));
        return;
      }
      const opened = this.#pacer.failed(passage, failure, progressed, now);
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
}

/** A governor of its own. Callers that share a model must share one: see {@link sharedGovernor}. */
export function createGovernor(options: GovernorOptions = {}): Governor {
  return new ProviderGovernor(resolveOptions(options));
}
