import { hostname } from "node:os";
import type { CallOptions, Catalog, Lease } from "@groundwork/contracts";

/** The lease that one ingestion at a time holds on a knowledge base. */
export const INGEST_LEASE = "ingest";
const LEASE_TTL_MS = 30_000;

/** Runs `work` while holding the ingest lease, which is renewed until it ends; losing it aborts the work. */
export async function underLease<T>(
  catalog: Catalog,
  options: CallOptions & { readonly waitMs?: number },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lease: Lease = await catalog.acquireLease(INGEST_LEASE, {
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
