import { GroundworkError } from "@groundwork/contracts";
import type { Clock } from "./clock.ts";
import { abortedError } from "./governor-errors.ts";
import type { AttemptContext, ProviderCall } from "./governor-options.ts";

export interface AttemptRequest<T> {
  readonly call: ProviderCall<T>;
  readonly context: Omit<AttemptContext, "signal">;
  /** Of the whole call. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly provider: string;
  readonly hedgeAfterMs: number | undefined;
  /** Takes a place and quota for a second request, if there are any. */
  readonly takeHedge: () => boolean;
  readonly clock: Clock;
}

/**
 * One attempt: one request, or two when hedging is on and the first is slow. Ends with the first success, with the first failure
 * when all have failed, on abort and on time-out; then nothing of it is left but requests that ignore their signal.
 */
export function runAttempt<T>(request: AttemptRequest<T>): Promise<T> {
  const { call, context, signal, timeoutMs, hedgeAfterMs, clock } = request;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const running = new Set<AbortController>();
  let failure: { readonly error: unknown } | undefined;

  const end = (): void => {
    cancelTimeout();
    cancelHedge?.();
    signal.removeEventListener("abort", onAbort);
    for (const controller of running) controller.abort();
    running.clear();
  };
  const onAbort = (): void => {
    end();
    reject(abortedError(signal.reason));
  };
  // A request whose result is no longer wanted may still settle: it is not in `running` then.
  const launch = async (): Promise<void> => {
    const controller = new AbortController();
    running.add(controller);
    try {
      const result = await call({ ...context, signal: controller.signal });
      if (!running.delete(controller)) return;
      end();
      resolve(result);
    } catch (error) {
      if (!running.delete(controller)) return;
      failure ??= { error };
      if (running.size > 0) return;
      end();
      reject(failure.error);
    }
  };

  const cancelTimeout = clock.schedule(() => {
    end();
    const message = `Expected an answer of the provider ${request.provider} within ${Math.round(timeoutMs)} ms, found none. Repeat later, or raise attemptTimeoutMs.`;
    reject(new GroundworkError("TIMED_OUT", message, { retryable: true }));
  }, timeoutMs);
  const cancelHedge =
    hedgeAfterMs === undefined
      ? undefined
      : clock.schedule(() => {
          if (request.takeHedge()) void launch();
        }, hedgeAfterMs);
  signal.addEventListener("abort", onAbort, { once: true });
  void launch();
  return promise;
}
