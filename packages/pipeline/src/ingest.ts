import { randomUUID } from "node:crypto";
import { GroundworkError, type RunRecord, type Source, throwIfAborted } from "@groundwork/contracts";
import type { IngestReport } from "./ingest-report.ts";
import { IngestRun, type IngestRunOptions } from "./ingest-run.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import { type Plan, planIngest } from "./plan.ts";
import { recover } from "./recover.ts";
import { runEvent } from "./run-event.ts";
import { stageFingerprints } from "./stage-fingerprints.ts";
import { ingestLease, underLeases } from "./under-lease.ts";

export interface IngestOptions extends IngestRunOptions {
  /** Delete although the plan would remove an unusual share of a source. @default false */
  readonly allowMassDelete?: boolean;
  /** How long to wait for another ingestion of the same source to end, milliseconds. @default 30_000 */
  readonly waitMs?: number;
}

/** @throws GroundworkError `MASS_DELETE_REFUSED` */
export function refuseMassDelete(plan: Plan): void {
  if (plan.massDelete === undefined) return;
  const { sourceId, deletes, live } = plan.massDelete;
  throw new GroundworkError(
    "MASS_DELETE_REFUSED",
    `The plan would delete ${deletes} of ${live} documents of source "${sourceId}". If the source is really so much smaller, confirm with allowMassDelete (--allow-mass-delete); if a folder is not mounted, mount it. Nothing was changed.`,
    { sourceId },
  );
}

/** Tells every sink of a run. Lineage that cannot be delivered must not cost the ingestion. */
export async function emitRun(
  parts: PipelineParts,
  eventType: "START" | "COMPLETE" | "FAIL" | "ABORT",
  record: RunRecord,
): Promise<void> {
  for (const sink of parts.lineage ?? []) await sink.emit(runEvent(eventType, record)).catch(() => {});
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
  const isPlan = !Array.isArray(target);
  if (isPlan && options.allowMassDelete !== true) refuseMassDelete(target as Plan);
  const sources = isPlan ? (target as Plan).sources : (target as readonly Source[]);
  return underLeases(
    parts.catalog,
    sources.map(({ sourceId }) => ingestLease(sourceId)),
    options,
    (signal) => carryOut(target, parts, { ...options, signal }),
  );
}

async function carryOut(
  target: Plan | readonly Source[],
  parts: PipelineParts,
  options: IngestOptions,
): Promise<IngestReport> {
  const { catalog } = parts;
  const { signal } = options;
  const started = performance.now();
  const runId = randomUUID();
  const recovered = await recover(parts, runId, { signal });
  const [last] = await catalog.listRuns({ limit: 1 }, { signal });
  const fingerprints = stageFingerprints(parts);
  const plan: Plan = Array.isArray(target)
    ? await planIngest(target as readonly Source[], parts, { signal })
    : (target as Plan);
  if (options.allowMassDelete !== true) refuseMassDelete(plan);
  const record: RunRecord = {
    runId,
    kind: "ingest",
    status: "running",
    startedAt: Date.now(),
    configuration: fingerprints.configuration,
    stages: fingerprints.stages,
  };
  await catalog.startRun(record, { signal });
  await emitRun(parts, "START", record);
  const run = new IngestRun(parts, fingerprints, runId, {
    ...options,
    seen: plan.watermark,
    afterInterruption: last !== undefined && !last.status.startsWith("completed"),
  });
  let status: RunRecord["status"] = "failed";
  try {
    await run.carryOut(plan.items);
    run.counts.unchanged += plan.counts.unchanged;
    status =
      run.counts.failed + run.counts.empty > 0 || plan.incomplete.length > 0 ? "completed_with_errors" : "completed";
  } catch (error) {
    if (GroundworkError.isInstance(error) && error.code === "ABORTED") status = "aborted";
    throw error;
  } finally {
    const finished: RunRecord = {
      ...record,
      status,
      finishedAt: Date.now(),
      counts: { ...run.counts, ...run.work },
    };
    await catalog.finishRun(finished).catch(() => {});
    await emitRun(parts, status === "aborted" ? "ABORT" : status === "failed" ? "FAIL" : "COMPLETE", finished);
    run.meter.send("done");
  }
  return {
    runId,
    status,
    counts: run.counts,
    work: run.work,
    stages: run.stages.report(),
    outcomes: run.outcomes,
    incomplete: plan.incomplete,
    recovered,
    watermark: await catalog.watermark(),
    elapsedMs: Math.round(performance.now() - started),
  };
}
