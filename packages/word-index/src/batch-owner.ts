import { randomUUID } from "node:crypto";
import { hostname } from "node:os";

/** Who made a batch. Process numbers come again, above all in containers, so each start of a process has a name of its own. */
export interface BatchOwner {
  readonly host: string;
  readonly process: number;
  readonly instance: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

const INSTANCE = randomUUID();
/** Milliseconds after which a batch of another machine is taken for abandoned. */
const LONGEST_WRITE_MS = 600_000;

export function currentOwner(): BatchOwner {
  return { host: hostname(), process: process.pid, instance: INSTANCE, since: Date.now() };
}

/** Whether nobody will confirm the batch any more. */
export function isAbandoned(owner: BatchOwner, now: number = Date.now()): boolean {
  if (owner.instance === INSTANCE) return false;
  if (owner.host !== hostname()) return now - owner.since > LONGEST_WRITE_MS;
  if (owner.process === process.pid) return true;
  try {
    process.kill(owner.process, 0);
    return now - owner.since > LONGEST_WRITE_MS;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
