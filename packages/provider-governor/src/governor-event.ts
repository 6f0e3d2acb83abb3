import { channel } from "node:diagnostics_channel";
import type { ErrorCode } from "@groundwork/contracts";
import type { BreakerState } from "./circuit-breaker.ts";

/** What a governor tells about its work. Times in milliseconds. Never a text, a prompt or an answer. */
export type GovernorEvent =
  | {
      readonly type: "attempt";
      readonly governor: string;
      readonly outcome: "succeeded" | "throttled" | "failed" | "refused" | "aborted";
      /** Of the same call, from 1. */
      readonly attempt: number;
      readonly hedge: boolean;
      readonly code?: ErrorCode;
      readonly durationMs: number;
      /** In the queue, since the call was given or the last attempt ended. */
      readonly waitedMs: number;
      /** As reported by the call, else as estimated; 0 for an attempt that failed. */
      readonly tokens: number;
      /** In the currency of the configured price; absent without a price. */
      readonly cost?: number;
      /** This one included. */
      readonly inFlight: number;
      readonly queued: number;
      readonly concurrency: number;
    }
  | {
      readonly type: "pause";
      readonly governor: string;
      readonly reason: "retry-after" | "throttled";
      readonly durationMs: number;
    }
  | { readonly type: "concurrency"; readonly governor: string; readonly from: number; readonly to: number }
  | { readonly type: "breaker"; readonly governor: string; readonly from: BreakerState; readonly to: BreakerState }
  | {
      readonly type: "limits";
      readonly governor: string;
      readonly requestsPerMinute?: number;
      readonly tokensPerMinute?: number;
      readonly maxTexts?: number;
      readonly maxTokens?: number;
    }
  | {
      readonly type: "lease";
      readonly governor: string;
      readonly outcome: "granted" | "waits" | "failed";
      readonly waitMs: number;
    };

/** The diagnostics channel on which every governor of the process publishes its events. */
export const GOVERNOR_CHANNEL = "groundwork:provider";

const events = channel(GOVERNOR_CHANNEL);

/** Tells the listener and the channel. A listener that throws does not disturb the calls; the process is warned. */
export function publishEvent(event: GovernorEvent, listener: ((event: GovernorEvent) => void) | undefined): void {
  if (events.hasSubscribers) events.publish(event);
  if (listener === undefined) return;
  try {
    listener(event);
  } catch (error) {
    process.emitWarning(`A listener of provider events threw ${error instanceof Error ? error.name : "something"}.`, {
      code: "GROUNDWORK_PROVIDER_LISTENER",
    });
  }
}
