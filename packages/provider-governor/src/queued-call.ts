import type { GroundworkError, ProviderCost } from "@groundwork/contracts";
import type { Turn } from "./call-queue.ts";
import type { FailureKind } from "./classify-failure.ts";
import type { GovernorEvent } from "./governor-event.ts";
import type { CallCost, ProviderCall } from "./governor-options.ts";
import type { Passage } from "./pacer.ts";

/** A call from the moment it is given to the moment it is settled; it leaves the queue for each attempt and may come back. */
export interface QueuedCall {
  readonly turn: Turn;
  readonly cost: CallCost;
  readonly run: ProviderCall<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly controller: AbortController;
  readonly onOpen: "wait" | "fail";
  /** Milliseconds since the epoch; infinity without a deadline. */
  readonly deadlineAt: number;
  /** Set once nobody wants it repeated any more. */
  stopped: GroundworkError | undefined;
  notBefore: number;
  queuedAt: number;
  /** Attempts begun, the throttled ones too. */
  attempts: number;
  /** Attempts that failed since the last progress. */
  failures: number;
}

/** What is learned while an attempt runs. */
export interface Observed {
  tokens: number | undefined;
  hedges: number;
  progressed: boolean;
}

export interface RunningAttempt {
  readonly call: QueuedCall;
  readonly passage: Passage;
  readonly observed: Observed;
  readonly attempt: number;
  readonly startedAt: number;
  readonly waitedMs: number;
}

export function costOf(call: QueuedCall): ProviderCost {
  const { requests = 1, tokens = 0 } = typeof call.cost === "function" ? call.cost() : call.cost;
  return { requests, tokens };
}

export type AttemptEvent = Extract<GovernorEvent, { type: "attempt" }>;

export const OUTCOME_OF: Readonly<Record<FailureKind, AttemptEvent["outcome"]>> = {
  throttled: "throttled",
  transient: "failed",
  "too-large": "refused",
  fatal: "refused",
  aborted: "aborted",
};
