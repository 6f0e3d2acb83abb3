import type { CallOptions, CatalogDocument, Filter } from "@groundwork/contracts";
import type { PipelineParts } from "./pipeline-parts.ts";
import { Publisher } from "./publisher.ts";
import { purgeDepartures } from "./purge-departures.ts";
import { PUBLISH_LEASE, underLease } from "./under-lease.ts";

export interface Recovery {
  /** Publications that a crash left open and that were taken back. */
  readonly rolledBack: number;
  /** Departed documents whose rows were still to be removed. */
  readonly purged: number;
}

export interface RecoverOptions extends CallOptions {
  /** Whether the last run may have ended in the middle. @default true */
  readonly afterInterruption?: boolean;
}

/**
 * Puts a knowledge base in order after a crash: rolls back open publications and finishes interrupted removals. It holds the
 * publish lease meanwhile, so nothing found here is still under way elsewhere.
 */
export async function recover(parts: PipelineParts, runId: string, options: RecoverOptions = {}): Promise<Recovery> {
  // After a run that ended well there is nothing to look for but what another process left since.
  if (options.afterInterruption === false && (await parts.catalog.openPublications(options)).length === 0)
    return { rolledBack: 0, purged: 0 };
  return underLease(parts.catalog, PUBLISH_LEASE, { ...options, waitMs: 10 * 60_000 }, async () => {
    const rolledBack = await new Publisher(parts, runId).rollBackAbandoned();
    const left: { document: CatalogDocument; state: "deleted" | "hidden" }[] = [];
    for await (const document of parts.catalog.listDocuments({ states: ["deleted", "hidden"] })) {
      if (document.chunks > 0) left.push({ document, state: document.state as "deleted" | "hidden" });
    }
    await purgeDepartures(parts, left);
    // Rows that were retired but not yet removed when the process ended.
    const watermark = await parts.catalog.watermark();
    const retired: Filter = { op: "lte", field: "publishedTo", value: watermark };
    if ((await parts.store.count(retired)) > 0) await parts.store.deleteBy(retired);
    return { rolledBack, purged: left.length };
  });
}
