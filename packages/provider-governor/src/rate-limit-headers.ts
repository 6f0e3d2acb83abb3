import type { ProviderLimits } from "@groundwork/contracts";

/** Headers as `fetch`, an SDK or plain data give them. Names are compared without case. */
export type HeadersLike =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | number | undefined>>;

/** A refill that takes longer than this is not of a quota per minute. */
const DAY_LIKE_MS = 600_000;
const MINUTE_MS = 60_000;

function reader(headers: HeadersLike): (name: string) => string | undefined {
  if (typeof (headers as { get?: unknown }).get === "function")
    return (name) => (headers as { get(name: string): string | null }).get(name) ?? undefined;
  const lower = new Map<string, string>();
  for (const [name, value] of Object.entries(headers as Record<string, unknown>)) {
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof first === "string" || typeof first === "number") lower.set(name.toLowerCase(), String(first));
  }
  return (name) => lower.get(name);
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\d+(\.\d+)?\s*$/.test(text)) return undefined;
  return Number(text);
}

/** Milliseconds of `1s`, `6m0s`, `1h2m3.5s`, `250ms`, plain seconds, or a point in time. */
export function durationOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const seconds = numberOf(text);
  // A number that is no span is a point in time, in seconds since the epoch.
  if (seconds !== undefined) return seconds > 1e9 ? Math.max(0, seconds * 1000 - now) : seconds * 1000;
  const parts = /^\s*(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?\s*$/.exec(text);
  if (parts !== null && text.trim() !== "") {
    const [, days, hours, minutes, wholeSeconds, milliseconds] = parts.map((part) => Number(part ?? 0));
    return (
      (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * MINUTE_MS +
      (wholeSeconds ?? 0) * 1000 +
      (milliseconds ?? 0)
    );
  }
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/**
 * How long a provider asks to wait: `Retry-After` in seconds or as an HTTP date (RFC 9110, 10.2.3; measured from the answer's own
 * `Date`, so that clocks need not agree), or one of the forms in milliseconds that some services send as well.
 */
export function retryAfterOf(headers: HeadersLike, now: number): number | undefined {
  const get = reader(headers);
  for (const name of ["retry-after-ms", "x-ms-retry-after-ms", "x-amz-retry-after"]) {
    const milliseconds = numberOf(get(name));
    if (milliseconds !== undefined) return milliseconds;
  }
  const value = get("retry-after");
  if (value === undefined) return undefined;
  const seconds = numberOf(value);
  if (seconds !== undefined) return seconds * 1000;
  const until = Date.parse(value);
  if (Number.isNaN(until)) return undefined;
  const sent = Date.parse(get("date") ?? "");
  return Math.max(0, until - (Number.isNaN(sent) ? now : sent));
}

/**
 * The quota per minute that a limit, what is left of it and the time to its full refill speak of. Most limits are per minute; the
 * few per day show by a refill that takes far longer than what was used of them would.
 */
function perMinute(limit: number, remaining: number | undefined, resetMs: number | undefined): number {
  if (remaining !== undefined && resetMs !== undefined && remaining < limit) {
    const periodMs = (resetMs * limit) / (limit - remaining);
    if (periodMs > DAY_LIKE_MS) return (limit / periodMs) * MINUTE_MS;
  }
  return limit;
}

/**
 * Limits from the headers of an answer: `x-ratelimit-limit-requests` and its kin, `anthropic-ratelimit-requests-limit` and its
 * kin, and `RateLimit` with `RateLimit-Policy` of the IETF's draft (requests only).
 */
export function limitsFromHeaders(headers: HeadersLike, now: number): ProviderLimits | undefined {
  const get = reader(headers);
  const found: { -readonly [Key in keyof ProviderLimits]: ProviderLimits[Key] } = {};
  for (const dimension of ["requests", "tokens"] as const) {
    const families = [
      (part: string) => `x-ratelimit-${part}-${dimension}`,
      (part: string) => `anthropic-ratelimit-${dimension}-${part}`,
    ];
    for (const nameOf of families) {
      const limit = numberOf(get(nameOf("limit")));
      const remaining = numberOf(get(nameOf("remaining")));
      const resetMs = durationOf(get(nameOf("reset")), now);
      if (limit !== undefined && limit > 0) found[`${dimension}PerMinute`] ??= perMinute(limit, remaining, resetMs);
      if (remaining !== undefined)
        found[dimension === "requests" ? "remainingRequests" : "remainingTokens"] ??= remaining;
    }
  }
  const policy = get("ratelimit-policy");
  const quota = Number(/;\s*q=(\d+)/.exec(policy ?? "")?.[1]);
  const window = Number(/;\s*w=(\d+)/.exec(policy ?? "")?.[1]);
  if (quota > 0 && window > 0) found.requestsPerMinute ??= (quota * 60) / window;
  const rest = /;\s*r=(\d+)/.exec(get("ratelimit") ?? "")?.[1];
  if (rest !== undefined) found.remainingRequests ??= Number(rest);
  return Object.keys(found).length === 0 ? undefined : found;
}
