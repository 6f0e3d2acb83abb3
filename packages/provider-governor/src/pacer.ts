import { GroundworkError, type ProviderCost, type ProviderLimits } from "@groundwork/contracts";
import { fullJitter } from "./back-off.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";
import type { ProviderFailure } from "./classify-failure.ts";
import { ConcurrencyLimit } from "./concurrency-limit.ts";
import { type GovernorEvent, publishEvent } from "./governor-event.ts";
import type { GovernorSettings } from "./governor-options.ts";
import { TokenBucket } from "./token-bucket.ts";

/** An attempt that was let through. */
export interface Passage {
  readonly serial: number;
  /** It probes whether a provider that failed is back. */
  readonly probe: boolean;
  readonly estimated: ProviderCost;
}

type EventOf<Type extends GovernorEvent["type"]> = Omit<Extract<GovernorEvent, { type: Type }>, "governor" | "type">;

/**
 * Everything that decides when a provider may be called next, for all callers together: concurrency, quotas, pauses, breaker. It
 * knows no queue and no timer: it is told what happened and says when to come back.
 */
export class Pacer {
  readonly #settings: GovernorSettings;
  readonly #limit: ConcurrencyLimit;
  readonly #breaker: CircuitBreaker;
  #requests: TokenBucket | undefined;
  #tokens: TokenBucket | undefined;
  #pausedUntil = 0;
  #serial = 0;
  /** Throttlings in a row, each wave of calls counted once. */
  #waves = 0;
  #throttledSince: number | undefined;

  constructor(settings: GovernorSettings) {
    this.#settings = settings;
    this.#limit = new ConcurrencyLimit(settings.initialConcurrency, settings.maxConcurrency);
    this.#breaker = new CircuitBreaker(settings.breaker);
    const now = settings.clock.now();
    const bucket = (perMinute: number | undefined): TokenBucket | undefined =>
      perMinute === undefined ? undefined : new TokenBucket(perMinute, settings.burstSeconds, now);
    this.#requests = bucket(settings.requestsPerMinute);
    this.#tokens = bucket(settings.tokensPerMinute);
  }

  get concurrency(): number {
    return this.#limit.value;
  }

  get pausedUntil(): number {
    return this.#pausedUntil;
  }

  get breaker(): CircuitBreaker {
    return this.#breaker;
  }

  /** When a call of this cost may start: 0 = now, a time = then, infinity = once something under way has ended. */
  startsAt(cost: ProviderCost, inFlight: number, now: number): number {
    const opensAt = this.#breaker.opensAt(now);
    if (opensAt > 0) return opensAt;
    if (this.#pausedUntil > now) return this.#pausedUntil;
    // After a throttling one call goes ahead and finds out whether the storm is over.
    if (inFlight >= (this.#waves > 0 ? 1 : this.#limit.value)) return Number.POSITIVE_INFINITY;
    const wait = Math.max(
      this.#requests?.waitFor(cost.requests, now) ?? 0,
      this.#tokens?.waitFor(cost.tokens, now) ?? 0,
    );
    return wait > 0 ? now + wait : 0;
  }

  start(estimated: ProviderCost, now: number): Passage {
    this.#requests?.take(estimated.requests, now);
    this.#tokens?.take(estimated.tokens, now);
    const before = this.#breaker.state(now);
    const probe = this.#breaker.started();
    if (probe && before === "half-open") this.#emit("breaker", { from: "open", to: "half-open" });
    return { serial: ++this.#serial, probe, estimated };
  }

  /** `busy`: the concurrency limit was reached. */
  succeeded(passage: Passage, actual: ProviderCost, busy: boolean, now: number): void {
    this.settle(passage, actual);
    this.#answered(now);
    this.#waves = 0;
    this.#throttledSince = undefined;
    const from = this.#limit.value;
    this.#limit.succeeded(busy);
    if (from !== this.#limit.value) this.#emit("concurrency", { from, to: this.#limit.value });
  }

  /** Slows everybody down. Gives an error when waiting on has no sense; then nobody should. */
  throttled(passage: Passage, failure: ProviderFailure, now: number): GroundworkError | undefined {
    const { name, maxPauseMs, giveUpAfterMs, attemptTimeoutMs, random } = this.#settings;
    this.#answered(now);
    // Nobody called for longer than an attempt takes: this is another storm, not the rest of the last one.
    if (now > this.#pausedUntil + attemptTimeoutMs) {
      this.#throttledSince = undefined;
      this.#waves = 0;
    }
    const from = this.#limit.value;
    const newWave = this.#limit.throttled(passage.serial, this.#serial);
    if (from !== this.#limit.value) this.#emit("concurrency", { from, to: this.#limit.value });
    if (newWave) this.#waves++;
    this.#throttledSince ??= now;
    const asked = failure.retryAfterMs;
    if (asked !== undefined && asked > maxPauseMs) {
      return this.#giveUp(
        `The provider ${name} asks to wait ${Math.round(asked / 1000)} s, over the ${Math.round(maxPauseMs / 1000)} s allowed. Run again then, or raise the quota.`,
        failure,
      );
    }
    if (now - this.#throttledSince >= giveUpAfterMs) {
      return this.#giveUp(
        `The provider ${name} throttled every call for ${Math.round((now - this.#throttledSince) / 60_000)} minutes. Check that the account has a quota for this model, then run again.`,
        failure,
      );
    }
    // Everybody who was told the same moment must not come back at the same moment. A provider that names a time and then
    // throttles again named too short a one.
    const told = asked === undefined ? 0 : asked + random() * Math.min(1_000, asked / 10);
    const own =
      newWave && (asked === undefined || this.#waves > 1) ? fullJitter(this.#waves, this.#settings, random) : 0;
    const pause = Math.max(told, own);
    this.#pause(pause, asked === undefined ? "throttled" : "retry-after", now);
    return undefined;
  }

  /**
   * The provider failed without a word about too many calls. Returns whether the breaker is open now. `progressed`: part of the
   * request was served, so that the provider is there.
   */
  failed(passage: Passage, failure: ProviderFailure, progressed: boolean, now: number): boolean {
    if (failure.retryAfterMs !== undefined)
      this.#pause(Math.min(failure.retryAfterMs, this.#settings.maxPauseMs), "retry-after", now);
    if (progressed) {
      this.#answered(now);
      return false;
    }
    const from = this.#breaker.state(now);
    this.#breaker.failed(passage.probe, now);
    const to = this.#breaker.state(now);
    if (from !== to) this.#emit("breaker", { from, to });
    return to === "open";
  }

  /** The provider answered that it will not do this request: it is there, and says nothing about its load. */
  refused(now: number): void {
    this.#answered(now);
  }

  /** Corrects what an attempt took from the quotas of tokens. A request is counted even when it is not served. */
  settle({ estimated }: Passage, actual: ProviderCost): void {
    this.#tokens?.giveBack(estimated.tokens - actual.tokens);
  }

  /** The attempt was aborted. What it took from the quotas may have been used. */
  abandoned(passage: Passage): void {
    this.#breaker.abandoned(passage.probe);
  }

  /** Takes over limits that the provider stated. Quotas that were configured stay; what is left counts for both. */
  learn(limits: ProviderLimits, now: number): void {
    const { requestsPerMinute, tokensPerMinute, remainingRequests, remainingTokens } = limits;
    const { burstSeconds, requestsPerMinute: fixedRequests, tokensPerMinute: fixedTokens } = this.#settings;
    const learned = (bucket: TokenBucket | undefined, fixed: number | undefined, perMinute: number | undefined) => {
      if (fixed !== undefined || perMinute === undefined || bucket?.perMinute === perMinute) return bucket;
      if (bucket === undefined) return new TokenBucket(perMinute, burstSeconds, now);
      bucket.configure(perMinute, now);
      return bucket;
    };
    const before = [this.#requests?.perMinute, this.#tokens?.perMinute];
    this.#requests = learned(this.#requests, fixedRequests, requestsPerMinute);
    this.#tokens = learned(this.#tokens, fixedTokens, tokensPerMinute);
    if (remainingRequests !== undefined) this.#requests?.observe(remainingRequests, now);
    if (remainingTokens !== undefined) this.#tokens?.observe(remainingTokens, now);
    if (before[0] !== this.#requests?.perMinute || before[1] !== this.#tokens?.perMinute) {
      this.#emit("limits", {
        ...(this.#requests === undefined ? {} : { requestsPerMinute: this.#requests.perMinute }),
        ...(this.#tokens === undefined ? {} : { tokensPerMinute: this.#tokens.perMinute }),
      });
    }
  }

  #pause(durationMs: number, reason: "retry-after" | "throttled", now: number): void {
    if (now + durationMs <= this.#pausedUntil) return;
    this.#pausedUntil = now + durationMs;
    this.#emit("pause", { reason, durationMs });
  }

  #answered(now: number): void {
    const from = this.#breaker.state(now);
    this.#breaker.answered();
    if (from !== "closed") this.#emit("breaker", { from, to: "closed" });
  }

  #giveUp(message: string, failure: ProviderFailure): GroundworkError {
    this.#throttledSince = undefined;
    return new GroundworkError("QUOTA_EXCEEDED", message, { cause: failure.error });
  }

  #emit<Type extends "breaker" | "concurrency" | "pause" | "limits">(type: Type, event: EventOf<Type>): void {
    const { name, onEvent } = this.#settings;
    publishEvent({ type, governor: name, ...event } as unknown as GovernorEvent, onEvent);
  }
}
