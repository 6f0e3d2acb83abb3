import type { CallOptions } from "@groundwork/contracts";
import type { PipelineParts } from "./pipeline-parts.ts";
import { MAINTAIN_LEASE, underLease } from "./under-lease.ts";

/** Says in the catalog that deleted rows may still stand on the medium: also after a crash the next run removes them. */
const SETTING = "purge-pending";

/** To be called before a deletion is published. */
export async function announcePurge({ catalog }: Pick<PipelineParts, "catalog">, options: CallOptions): Promise<void> {
  if ((await catalog.getSetting(SETTING, options)) !== "yes") await catalog.setSetting(SETTING, "yes", options);
}

/**
 * What was deleted at its source must be gone from the medium too, which rewrites the store; what was only superseded goes with
 * the next compaction. What was added must be found quickly.
 */
export async function maintainStore(
  parts: Pick<PipelineParts, "catalog" | "store">,
  changed: boolean,
  options: CallOptions,
): Promise<void> {
  const { catalog, store } = parts;
  const purge = (await catalog.getSetting(SETTING, options)) === "yes";
  if (!changed && !purge) return;
  await underLease(catalog, MAINTAIN_LEASE, { ...options, waitMs: 600_000 }, async (signal) => {
    await store.maintain({ signal, purge });
    if (purge) await catalog.setSetting(SETTING, "no", { signal });
  });
}
