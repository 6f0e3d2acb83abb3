import { GroundworkError } from "@groundwork/contracts";

/** Exit codes of the command, for scripts. */
export const EXIT = {
  ok: 0,
  /** A defect, or trouble that has no code of its own. */
  error: 1,
  /** The command line or the configuration is wrong; nothing was done. */
  usage: 2,
  /** The run ended, but some documents failed or a source was incomplete. */
  partial: 3,
  /** Nothing was found, or the corpus does not answer. */
  nothing: 4,
  /** Try again later: busy, throttled, unavailable. */
  retry: 5,
  /** Stopped by Ctrl-C. */
  aborted: 130,
} as const;

const USAGE: ReadonlySet<string> = new Set([
  "INVALID_ARGUMENT",
  "INVALID_CONFIGURATION",
  "UNSUPPORTED_FILTER",
  "NOT_FOUND",
  "SOURCE_NOT_FOUND",
  "MASS_DELETE_REFUSED",
]);

export function exitCodeOf(error: unknown): number {
  if (!GroundworkError.isInstance(error)) return EXIT.error;
  if (error.code === "ABORTED") return EXIT.aborted;
  if (error.retryable) return EXIT.retry;
  return USAGE.has(error.code) ? EXIT.usage : EXIT.error;
}
