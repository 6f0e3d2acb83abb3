import { type ErrorIds, GroundworkError } from "@groundwork/contracts";
import type { ExtractionLimits } from "./extraction-limits.ts";
import type { HostChannel } from "./host-channel.ts";

const POLL_MS = 200;
const START_TIMEOUT_MS = 60_000;

/** The watch over a host's task. */
export interface TaskWatch {
  /** The host gave a sign of life; `begins` when a document's own time starts anew. */
  sign(begins: boolean): void;
  /** The host waits for so many more (or fewer) answers from outside: meanwhile its silence is no stall. */
  wait(change: number): void;
  stop(): void;
}

/** Watches a task's time and memory from outside and calls `onBroken` when a limit is passed. */
export function watchTask(
  kind: "thread" | "process",
  channel: HostChannel,
  limits: ExtractionLimits,
  ids: ErrorIds,
  onBroken: (error: GroundworkError) => void,
): TaskWatch {
  const { documentTimeoutMs, stallTimeoutMs, documentMemoryMb } = limits;
  const posted = performance.now();
  // Until the host is up, its start counts against a limit of its own: a busy machine is not a slow document.
  let started: number | undefined;
  let lastSign = posted;
  let awaited = 0;
  const timedOut = (message: string): void =>
    onBroken(new GroundworkError("TIMED_OUT", message, { ...ids, retryable: true }));
  const timer = setInterval(() => {
    const now = performance.now();
    if (started === undefined) {
      if (now - posted > START_TIMEOUT_MS)
        timedOut(`The ${kind} that reads documents did not start within ${START_TIMEOUT_MS} ms.`);
      return;
    }
    if (now - started > documentTimeoutMs) {
      timedOut(
        `Reading the document took longer than ${documentTimeoutMs} ms. Raise limits.documentTimeoutMs or mend the file.`,
      );
      return;
    }
    if (awaited === 0 && now - lastSign > stallTimeoutMs) {
      timedOut(
        `Reading the document made no progress for ${stallTimeoutMs} ms. Raise limits.stallTimeoutMs or mend the file.`,
      );
      return;
    }
    void channel.residentBytes().then((bytes) => {
      if (bytes === undefined || bytes <= documentMemoryMb * 1024 * 1024) return;
      onBroken(
        new GroundworkError(
          "OUT_OF_MEMORY",
          `Reading the document took more than ${documentMemoryMb} MiB. Raise limits.documentMemoryMb or split it.`,
          { ...ids, retryable: true },
        ),
      );
    });
  }, POLL_MS);
  return {
    sign: (begins) => {
      lastSign = performance.now();
      if (begins) started = lastSign;
    },
    wait: (change) => {
      awaited += change;
      lastSign = performance.now();
    },
    stop: () => clearInterval(timer),
  };
}
