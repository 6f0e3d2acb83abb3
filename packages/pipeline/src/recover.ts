import type { CatalogDocument, Filter } from "@groundwork/contracts";
import type { PipelineParts } from "./pipeline-parts.ts";
import { Publisher, purgeDepartures } from "./publisher.ts";

export interface Recovery {
  /** Publications that a crash left open and that were taken back. */
  readonly rolledBack: number;
  /** Departed documents whose rows were still to be removed. */
  readonly purged: number;
}

/**
 * Puts a knowledge base in order after a crash: rolls back open publications and finishes interrupted removals. The caller holds
 * the ingest lease, so nothing found here is still under way elsewhere.
 */
export async function recover(parts: PipelineParts, runId: string): Promise<Recovery> {
  const publisher = new Publisher(parts, runId);
  const open = await parts.catalog.openPublications();
  for (const { sequence } of open) await publisher.rollBack(sequence);
  const left: { document: CatalogDocument; state: "deleted" | "hidden" }[] = [];
  for await (const document of parts.catalog.listDocuments({ states: ["deleted", "hidden"] })) {
    if (document.chunks > 0) left.push({ document, state: document.state as "deleted" | "hidden" });
  }
  await purgeDepartures(parts, left);
  // Rows that were retired but not yet removed when the process ended.
  const watermark = await parts.catalog.watermark();
  const retired: Filter = { op: "lte", field: "publishedTo", value: watermark };
  if ((await parts.store.count(retired)) > 0) await parts.store.deleteBy(retired);
  return { rolledBack: open.length, purged: left.length };
}
