import { GroundworkError } from "@groundwork/contracts";

const causeOf = (cause: unknown): { readonly cause?: unknown } => (cause === undefined ? {} : { cause });

export const abortedError = (reason: unknown): GroundworkError =>
  GroundworkError.isInstance(reason)
    ? reason
    : new GroundworkError("ABORTED", "The call was aborted by its signal.", { cause: reason });

export const closedError = (name: string): GroundworkError =>
  new GroundworkError("ABORTED", `The governor of the provider ${name} was closed before the call was done.`);

export const fullError = (name: string, maxQueued: number): GroundworkError =>
  new GroundworkError(
    "THROTTLED",
    `Expected fewer than ${maxQueued} calls to wait for the provider ${name}. Await ready() before run(), or repeat later.`,
    { retryable: true },
  );

export const breakerError = (name: string, cause?: unknown): GroundworkError =>
  new GroundworkError(
    "UNAVAILABLE",
    `The provider ${name} failed several times in a row; no call is made until a probe succeeds. Repeat later.`,
    { retryable: true, ...causeOf(cause) },
  );

export const deadlineError = (name: string, cause?: unknown): GroundworkError =>
  new GroundworkError(
    "TIMED_OUT",
    `The call of the provider ${name} cannot be done within its deadline. Raise deadlineMs or the quota.`,
    { retryable: true, ...causeOf(cause) },
  );
