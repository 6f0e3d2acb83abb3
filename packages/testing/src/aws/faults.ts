import type { AwsClock } from "./aws-clock.ts";

/** Trouble that a test plants. */
export type AwsFault =
  /** Refused for the rate. @default code "ThrottlingException", status 400, or 429 of services in REST style */
  | { readonly kind: "throttle"; readonly code?: string; readonly status?: number; readonly retryAfterSeconds?: number }
  /** Any error. @default status 500, message empty */
  | { readonly kind: "error"; readonly code: string; readonly status?: number; readonly message?: string }
  /** The connection breaks before the request is served, or after it was (and was paid for). */
  | { readonly kind: "reset"; readonly when: "before" | "after" }
  /** The answer ends in the middle. @default half of it */
  | { readonly kind: "truncate"; readonly bytes?: number }
  /** The answer comes later, by the fake's clock. */
  | { readonly kind: "slow"; readonly ms: number }
  /** The credentials have run out. */
  | { readonly kind: "expired-credentials" }
  /** Some items of a request with several fail. @default code "INTERNAL_SERVER_ERROR" */
  | { readonly kind: "partial"; readonly indexes: readonly number[]; readonly code?: string };

export interface PlantedFault {
  /** Only requests of this service, operation. @default all */
  readonly service?: string;
  readonly operation?: string;
  /** Requests that pass before the first is hit. @default 0 */
  readonly skip?: number;
  /** Requests that are hit; `Infinity` for all. @default 1 */
  readonly times?: number;
  readonly fault: AwsFault;
}

/** Requests beyond it are throttled: `burst` at once, refilled at `perSecond`. */
export interface RateLimit {
  readonly service?: string;
  readonly operation?: string;
  readonly perSecond: number;
  /** @default perSecond */
  readonly burst?: number;
  /** @default as of the fault "throttle" */
  readonly code?: string;
  readonly status?: number;
}

interface Bucket {
  readonly limit: RateLimit;
  tokens: number;
  at: number;
}

const concerns = (
  scope: { readonly service?: string; readonly operation?: string },
  service: string,
  operation: string,
): boolean =>
  (scope.service === undefined || scope.service === service) &&
  (scope.operation === undefined || scope.operation === operation);

/** The faults of one fake. Those planted first are used first; one hits a request at a time, rates come before. */
export class Faults {
  readonly #planted: { readonly plan: PlantedFault; skip: number; times: number }[] = [];
  readonly #buckets: Bucket[] = [];
  readonly #clock: AwsClock;

  constructor(clock: AwsClock) {
    this.#clock = clock;
  }

  plant(plan: PlantedFault): void {
    this.#planted.push({ plan, skip: plan.skip ?? 0, times: plan.times ?? 1 });
  }

  limitRate(limit: RateLimit): void {
    this.#buckets.push({ limit, tokens: limit.burst ?? limit.perSecond, at: this.#clock.now() });
  }

  clear(): void {
    this.#planted.length = 0;
    this.#buckets.length = 0;
  }

  /** The fault of a request that has arrived, if any. */
  next(service: string, operation: string): AwsFault | undefined {
    for (const bucket of this.#buckets) {
      const { limit } = bucket;
      if (!concerns(limit, service, operation)) continue;
      const now = this.#clock.now();
      const full = limit.burst ?? limit.perSecond;
      bucket.tokens = Math.min(full, bucket.tokens + ((now - bucket.at) / 1000) * limit.perSecond);
      bucket.at = now;
      if (bucket.tokens < 1)
        return {
          kind: "throttle",
          ...(limit.code === undefined ? {} : { code: limit.code }),
          ...(limit.status === undefined ? {} : { status: limit.status }),
        };
      bucket.tokens--;
    }
    for (const planted of this.#planted) {
      if (planted.times <= 0 || !concerns(planted.plan, service, operation)) continue;
      if (planted.skip > 0) {
        planted.skip--;
        continue;
      }
      planted.times--;
      return planted.plan.fault;
    }
    return undefined;
  }
}
