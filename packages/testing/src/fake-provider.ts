import {
  type Embedder,
  type EmbedOptions,
  type EmbedResult,
  GroundworkError,
  type LanguageModel,
  type TokenCounter,
  throwIfAborted,
  withPartialEmbedding,
  withProviderHints,
} from "@groundwork/contracts";
import { hashEmbedder, testTokenCounter } from "./hash-embedder.ts";
import { connectionReset, type ErrorStyle, providerError, type RetryAfterForm } from "./provider-errors.ts";
import { ProviderLedger } from "./provider-ledger.ts";
import { seededRandom } from "./seeded-random.ts";

export type { ErrorStyle, RetryAfterForm } from "./provider-errors.ts";
export { type BilledAnswer, ProviderLedger, type RequestOutcome } from "./provider-ledger.ts";

/** A span of time in milliseconds since the provider was made, and the share of requests it hits (default 1: all). */
export interface Trouble {
  readonly fromMs: number;
  readonly toMs: number;
  readonly share?: number;
}

export interface FakeProviderOptions {
  /** A `virtualClock()`, or `realTime` for a few milliseconds of real time. */
  readonly clock: { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };
  /** @default 1 */
  readonly seed?: number;
  /** @default "groundwork" */
  readonly errorStyle?: ErrorStyle;
  /** Of a request that is served: half of them take up to `medianMs`, one in a hundred takes `p99Ms`. @default 40 and 40 */
  readonly latency?: { readonly medianMs: number; readonly p99Ms: number };
  /** Throttles requests beyond so many at once. */
  readonly maxParallel?: number;
  /** Hard quota per window of time. @default windowMs 60_000 */
  readonly quota?: { readonly requests?: number; readonly tokens?: number; readonly windowMs?: number };
  /** Spans in which requests are throttled. */
  readonly storms?: readonly Trouble[];
  /** How a throttling says when to come back: the end of the storm or of the quota's window. @default "none" */
  readonly retryAfter?: RetryAfterForm;
  /** Spans in which the service is out of order. `status` defaults to 503. */
  readonly outages?: readonly (Trouble & { readonly status?: number })[];
  /** Share of requests whose connection breaks off before or after they were served (and billed). @default 0 */
  readonly resets?: { readonly before?: number; readonly after?: number };
  /** Share of the texts of a request that fail while the others are embedded. `status` defaults to 500. */
  readonly partial?: { readonly share: number; readonly status?: 429 | 500 };
  /** Largest request that is really taken, whatever the embedder says. */
  readonly maxTexts?: number;
  readonly maxTokens?: number;
  /** Texts that are refused for good, while the others of their request are embedded. */
  readonly refuse?: (text: string) => boolean;
  /** Refuses everybody. */
  readonly badCredentials?: boolean;
  /** States its quota with each answer, as many providers do in headers. @default false */
  readonly statesLimits?: boolean;
}

export interface FakeProvider {
  readonly ledger: ProviderLedger;
  /** A driver of this provider as it should be written: one request a call, no retry, typed partial results. */
  embedder(
    declared?: Partial<
      Pick<Embedder, "maxTextsPerCall" | "maxTokensPerCall" | "maxParallelCalls" | "maxInputTokens" | "dimensions">
    >,
  ): Embedder;
  /** Answers a prompt with the prompt's own length. */
  languageModel(): LanguageModel;
  tokensOf(text: string): number;
  /**
   * The shortest time in which the texts could have been embedded by a caller who knows every limit, in milliseconds: the
   * largest of what quota, parallel requests and latency allow, and the storms and outages that hit everybody on the way.
   */
  idealMs(texts: readonly string[]): number;
}

/** Real time, for tests of a few milliseconds. */
export const realTime: FakeProviderOptions["clock"] = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", stop);
        resolve();
      }, ms);
      signal?.addEventListener("abort", stop, { once: true });
    }),
};

/** Time until a refusal arrives, milliseconds. */
const REFUSAL_MS = 5;

/** Counting is what a simulated run spends most of its time on, and the same texts are counted again and again. */
function rememberingCounter(): TokenCounter {
  const inner = testTokenCounter();
  const counts = new Map<string, number>();
  return {
    ...inner,
    count(text) {
      let count = counts.get(text);
      if (count === undefined) {
        count = inner.count(text);
        counts.set(text, count);
      }
      return count;
    },
  };
}

/** A metered remote model with planted trouble and a ledger of everything it billed. The same seed gives the same trouble. */
export function fakeProvider(options: FakeProviderOptions): FakeProvider {
  const { clock, seed = 1, errorStyle: style = "groundwork", latency = { medianMs: 40, p99Ms: 40 } } = options;
  const { storms = [], outages = [], resets = {}, quota = {}, retryAfter: form = "none" } = options;
  const windowMs = quota.windowMs ?? 60_000;
  const random = seededRandom(seed);
  const counter = rememberingCounter();
  const ledger = new ProviderLedger();
  const startedAt = clock.now();
  let parallel = 0;
  let window = { index: 0, requests: 0, tokens: 0 };

  const tokensOf = (text: string): number => counter.count(text) + counter.specialTokens;
  const sum = (texts: readonly string[]): number => texts.reduce((total, text) => total + tokensOf(text), 0);
  const elapsed = (): number => clock.now() - startedAt;
  const hits = <T extends Trouble>(troubles: readonly T[]): T | undefined =>
    troubles.find(({ fromMs, toMs, share = 1 }) => elapsed() >= fromMs && elapsed() < toMs && random.chance(share));

  function latencyMs(): number {
    if (random.chance(0.01)) return latency.p99Ms;
    return latency.medianMs * (0.5 + random.next());
  }

  function refusal(status: number, more: { readonly retryAfterMs?: number; readonly requestTooLarge?: boolean } = {}) {
    return providerError({ status, style, form, now: clock.now(), ...more });
  }

  /** Why the request is not served, if so. */
  function whyNot(
    texts: readonly string[],
  ): { readonly error: Error; readonly outcome: "throttled" | "failed" | "refused" | "too-large" } | undefined {
    const tokens = sum(texts);
    if (options.badCredentials === true) return { error: refusal(401), outcome: "refused" };
    if (
      texts.length > (options.maxTexts ?? Number.POSITIVE_INFINITY) ||
      tokens > (options.maxTokens ?? Number.POSITIVE_INFINITY)
    )
      return { error: refusal(400, { requestTooLarge: true }), outcome: "too-large" };
    const outage = hits(outages);
    if (outage !== undefined) return { error: refusal(outage.status ?? 503), outcome: "failed" };
    const storm = hits(storms);
    if (storm !== undefined)
      return { error: refusal(429, { retryAfterMs: storm.toMs - elapsed() }), outcome: "throttled" };
    if (parallel > (options.maxParallel ?? Number.POSITIVE_INFINITY))
      return { error: refusal(429, { retryAfterMs: latency.medianMs }), outcome: "throttled" };
    const index = Math.floor(elapsed() / windowMs);
    if (index !== window.index) window = { index, requests: 0, tokens: 0 };
    if (
      window.requests + 1 > (quota.requests ?? Number.POSITIVE_INFINITY) ||
      window.tokens + tokens > (quota.tokens ?? Number.POSITIVE_INFINITY)
    )
      return { error: refusal(429, { retryAfterMs: (index + 1) * windowMs - elapsed() }), outcome: "throttled" };
    window.requests++;
    window.tokens += tokens;
    return undefined;
  }

  /** One request. Gives the positions of the texts that were served and why the others were not. */
  async function request(
    texts: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<{ readonly served: number[]; readonly failures: { index: number; error: GroundworkError }[] }> {
    throwIfAborted(signal);
    parallel++;
    ledger.arrived(clock.now(), parallel);
    let outcome: Parameters<ProviderLedger["ended"]>[0] = "aborted";
    let accepted = false;
    try {
      const reason = whyNot(texts);
      if (reason !== undefined) {
        await clock.sleep(REFUSAL_MS, signal);
        outcome = reason.outcome;
        throw reason.error;
      }
      const breaksBefore = random.chance(resets.before ?? 0);
      const breaksAfter = random.chance(resets.after ?? 0);
      accepted = !breaksBefore;
      await clock.sleep(latencyMs(), signal);
      accepted = false;
      if (breaksBefore) {
        outcome = "reset";
        throw connectionReset();
      }
      if (breaksAfter) {
        outcome = "lost";
        ledger.bill(texts, sum(texts), "lost");
        throw connectionReset();
      }
      const served: number[] = [];
      const failures: { index: number; error: GroundworkError }[] = [];
      for (const [index, text] of texts.entries()) {
        const refused = options.refuse?.(text) === true;
        const fails = random.chance(options.partial?.share ?? 0);
        if (!refused && !fails) served.push(index);
        else failures.push({ index, error: textError(refused ? 400 : (options.partial?.status ?? 500)) });
      }
      const billed = served.map((index) => texts[index]!);
      ledger.bill(billed, sum(billed), "delivered");
      outcome = failures.length === 0 ? "served" : "partial";
      return { served, failures };
    } catch (error) {
      // Served although nobody waits for the answer any more: that is billed.
      if (accepted && signal?.aborted) ledger.bill(texts, sum(texts), "unwanted");
      if (signal?.aborted) throw GroundworkError.from(signal.reason, "ABORTED", "The call was aborted by its signal.");
      throw error;
    } finally {
      parallel--;
      ledger.ended(outcome, clock.now());
    }
  }

  function textError(status: 400 | 429 | 500): GroundworkError {
    const code = status === 400 ? "INVALID_ARGUMENT" : status === 429 ? "THROTTLED" : "UNAVAILABLE";
    return new GroundworkError(code, `The provider answered ${status} for one text.`, { retryable: status !== 400 });
  }

  function embedder(declared: Parameters<FakeProvider["embedder"]>[0] = {}): Embedder {
    const { maxTextsPerCall = 96, maxParallelCalls = 64, maxInputTokens = 256, dimensions = 16 } = declared;
    const inner = hashEmbedder({ dimensions, maxInputTokens, maxTextsPerCall: 1_000_000 });
    return {
      modelId: "fake-remote",
      revision: "1",
      dimensions,
      maxInputTokens,
      maxTextsPerCall,
      ...(declared.maxTokensPerCall === undefined ? {} : { maxTokensPerCall: declared.maxTokensPerCall }),
      maxParallelCalls,
      tokenCounter: counter,
      async doEmbed(texts: readonly string[], { signal }: EmbedOptions = {}): Promise<EmbedResult> {
        if (texts.length === 0) return { vectors: new Float32Array(0), tokens: 0 };
        const { served, failures } = await request(texts, signal);
        const chosen = served.map((index) => texts[index]!);
        const { vectors } = await inner.doEmbed(chosen);
        const tokens = sum(chosen);
        if (failures.length > 0) {
          const worst = failures.find(({ error }) => !error.retryable) ?? failures[0]!;
          const error = new GroundworkError(
            worst.error.code,
            `Expected ${texts.length} vectors of the provider, found ${served.length}. See the partial result.`,
            { retryable: failures.some(({ error: { retryable } }) => retryable) },
          );
          throw withPartialEmbedding(error, { embedded: served, vectors, failures, tokens });
        }
        const result = { vectors, tokens };
        if (options.statesLimits !== true) return result;
        const perMinute = 60_000 / windowMs;
        return withProviderHints(result, {
          limits: {
            ...(quota.requests === undefined
              ? {}
              : { requestsPerMinute: quota.requests * perMinute, remainingRequests: quota.requests - window.requests }),
            ...(quota.tokens === undefined
              ? {}
              : { tokensPerMinute: quota.tokens * perMinute, remainingTokens: quota.tokens - window.tokens }),
          },
        });
      },
    };
  }

  return {
    ledger,
    embedder,
    tokensOf,
    languageModel: () => ({
      modelId: "fake-remote-language",
      async doGenerate({ prompt }, { signal } = {}) {
        const { failures } = await request([prompt], signal);
        if (failures[0] !== undefined) throw failures[0].error;
        return { text: `${prompt.length} characters`, inputTokens: tokensOf(prompt), outputTokens: 2 };
      },
    }),
    idealMs(texts) {
      const tokens = sum(texts);
      const requests = Math.max(
        1,
        Math.ceil(texts.length / (options.maxTexts ?? 96)),
        Math.ceil(tokens / (options.maxTokens ?? Number.POSITIVE_INFINITY)),
      );
      const windows = Math.max(
        Math.ceil(requests / (quota.requests ?? Number.POSITIVE_INFINITY)),
        Math.ceil(tokens / (quota.tokens ?? Number.POSITIVE_INFINITY)),
        1,
      );
      const rounds = Math.ceil(requests / (options.maxParallel ?? Number.POSITIVE_INFINITY));
      let ideal = Math.max((windows - 1) * windowMs, Math.max(1, rounds) * latency.medianMs);
      for (const { fromMs, toMs, share = 1 } of [...storms, ...outages].sort((a, b) => a.fromMs - b.fromMs))
        if (share === 1 && fromMs < ideal) ideal += toMs - fromMs;
      return ideal;
    },
  };
}
