import { hostname } from "node:os";
import type { CallOptions, Catalog, Lease } from "@groundwork/contracts";

const LEASE_TTL_MS = 30_000;

/** The lease that one ingestion of a source at a time holds. */
export function ingestLease(sourceId: string): string {
  return `ingest:${sourceId}`;
}

/** The lease under which rows are published, taken back and removed: one process at a time, for a moment each. */
export const PUBLISH_LEASE = "publish";

/** The lease under which a store is compacted and indexed. */
export const MAINTAIN_LEASE = "maintain";

export interface LeaseOptions extends CallOptions {
  /** How long to wait for another holder, milliseconds. @default 30_000 */
  readonly waitMs?: number;
}

/** Runs `work` while holding a lease, which is renewed until it ends; losing it aborts the work. */
export async function underLease<T>(
  catalog: Catalog,
  name: string,
  options: LeaseOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lease: Lease = await catalog.acquireLease(name, {
    ttlMs: LEASE_TTL_MS,
    waitMs: options.waitMs ?? 30_000,
    holder: `${hostname()}:${process.pid}`,
    signal: options.signal,
  });
  const lost = new AbortController();
  const renewal = setInterval(() => void lease.renew().catch((error: unknown) => lost.abort(error)), LEASE_TTL_MS / 3);
  renewal.unref();
  try {
    return await work(options.signal === undefined ? lost.signal : AbortSignal.any([options.signal, lost.signal]));
  } finally {
    clearInterval(renewal);
    await lease.release().catch(() => {});
  }
}

/** Holds several leases at once, taken in order of their names so that two who want the same never wait for each other. */
export function underLeases<T>(
  catalog: Catalog,
  names: readonly string[],
  options: LeaseOptions,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  const [name, ...others] = [...new Set(names)].sort();
  if (name === undefined) return work(options.signal);
  return underLease(catalog, name, options, (signal) => underLeases(catalog, others, { ...options, signal }, work));
}
