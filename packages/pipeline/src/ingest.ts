import { GroundworkError, type Source, throwIfAborted } from "@groundwork/contracts";
import type { IngestReport } from "./ingest-report.ts";
import { IngestRun } from "./ingest-run.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import { type Plan, planIngest } from "./plan.ts";
import { withRun } from "./run-lifecycle.ts";
import type { IngestRunOptions } from "./run-options.ts";
import { ingestLease, underLeases } from "./under-lease.ts";

export interface IngestOptions extends IngestRunOptions {
  /** Delete although the plan would remove an unusual share of a source. @default false */
  readonly allowMassDelete?: boolean;
  /** How long to wait for another ingestion of the same source to end, milliseconds. @default 30_000 */
  readonly waitMs?: number;
}

/** @throws GroundworkError `MASS_DELETE_REFUSED` */
export function refuseMassDelete(plan: Plan, options: Pick<IngestOptions, "allowMassDelete">): void {
  if (plan.massDelete === undefined || options.allowMassDelete === true) return;
  const { sourceId, deletes, live } = plan.massDelete;
  throw new GroundworkError(
    "MASS_DELETE_REFUSED",
    `The plan would delete ${deletes} of ${live} documents of source "${sourceId}". If the source is really so much smaller, confirm with allowMassDelete (--allow-mass-delete); if a folder is not mounted, mount it. Nothing was changed.`,
    { sourceId },
  );
}

/**
 * Carries out a plan (or plans the sources first). Idempotent and resumable: whatever stops it, running it again ends in the same
 * state. A document that fails is an outcome; the run goes on.
 */
export async function ingest(
  target: Plan | readonly Source[],
  parts: PipelineParts,
  options: IngestOptions = {},
): Promise<IngestReport> {
  throwIfAborted(options.signal);
  const given = Array.isArray(target) ? undefined : (target as Plan);
  if (given !== undefined) refuseMassDelete(given, options);
  const sources = given?.sources ?? (target as readonly Source[]);
  const leases = sources.map(({ sourceId }) => ingestLease(sourceId));
  return underLeases(parts.catalog, leases, options, (signal) =>
    withRun(
      parts,
      { signal },
      async () => {
        const plan = given ?? (await planIngest(sources, parts, { signal }));
        refuseMassDelete(plan, options);
        return plan;
      },
      ({ runId, plan, fingerprints, afterInterruption }) => {
        const run = new IngestRun(parts, fingerprints, runId, {
          ...options,
          signal,
          seen: plan.watermark,
          afterInterruption,
        });
        return {
          done: run.carryOut(plan.items).finally(() => run.meter.send("done")),
          result: () => ({
            counts: run.counts,
            work: run.work,
            stages: run.stages.report(),
            spending: run.spending,
            outcomes: run.outcomes,
          }),
        };
      },
    ),
  );
}
