import { randomUUID } from "node:crypto";
import { type CallOptions, GroundworkError, type OutcomeStatus, type RunRecord } from "@groundwork/contracts";
import { keepEmbedRate } from "./estimate-plan.ts";
import { emptyCounts, emptyWork, type IngestReport } from "./ingest-report.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import type { Plan } from "./plan.ts";
import { recover } from "./recover.ts";
import { runEvent } from "./run-event.ts";
import { type StageFingerprints, stageFingerprints } from "./stage-fingerprints.ts";
import { StageMeter } from "./stage-meter.ts";

/** What a run came to, by whatever it was carried out. */
export type RunResult = Pick<IngestReport, "counts" | "work" | "stages" | "spending" | "outcomes">;

export interface RunContext {
  readonly runId: string;
  readonly plan: Plan;
  readonly fingerprints: StageFingerprints;
  readonly startedAt: number;
  /** The run before this one did not end well, or there was none: texts may be kept that this catalog does not know. */
  readonly afterInterruption: boolean;
}

export function emptyResult(): RunResult {
  return {
    counts: emptyCounts(),
    work: emptyWork(),
    stages: new StageMeter().report(),
    spending: { tokens: 0, pages: 0, money: 0, stopped: false },
    outcomes: [],
  };
}

/** Runs whose end is looked at: one of them that did not end may have left something behind. */
const RUNS_LOOKED_AT = 5;

/** Tells every sink of a run. Lineage that cannot be delivered must not cost the ingestion. */
async function emitRun(
  parts: PipelineParts,
  eventType: "START" | "COMPLETE" | "FAIL" | "ABORT",
  record: RunRecord,
): Promise<void> {
  for (const sink of parts.lineage ?? []) await sink.emit(runEvent(eventType, record)).catch(() => {});
}

/**
 * What stands around the work of a run: putting in order what a crash left, the run's record and its lineage events, its report.
 * `plan` is called once everything is in order; `result` is asked for also when the work failed, as far as it came.
 */
export async function withRun(
  parts: PipelineParts,
  options: CallOptions,
  makePlan: () => Promise<Plan>,
  work: (context: RunContext) => { readonly done: Promise<void>; result(): RunResult },
): Promise<IngestReport> {
  const { catalog } = parts;
  const { signal } = options;
  const started = performance.now();
  const runId = randomUUID();
  const runs = await catalog.listRuns({ limit: RUNS_LOOKED_AT }, { signal });
  const [last] = runs;
  const afterInterruption = last?.status !== "completed";
  const recovered = await recover(parts, runId, {
    signal,
    // A run that failed for some documents has tidied up like any other.
    afterInterruption: runs.some(({ status }) => !status.startsWith("completed")),
  });
  const fingerprints = stageFingerprints(parts);
  const plan = await makePlan();
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
  let status: RunRecord["status"] = "failed";
  let result: RunResult = emptyResult();
  const finish = (): Record<OutcomeStatus, number> => ({
    ...result.counts,
    unchanged: result.counts.unchanged + plan.counts.unchanged,
  });
  try {
    const running = work({
      runId,
      plan,
      fingerprints,
      startedAt: record.startedAt,
      afterInterruption,
    });
    try {
      await running.done;
    } finally {
      result = running.result();
    }
    const { failed, empty } = result.counts;
    await keepEmbedRate(catalog, parts.embedder.modelId, result.spending.tokens, result.stages.embed.milliseconds);
    status =
      failed + empty > 0 || plan.incomplete.length > 0 || result.spending.stopped
        ? "completed_with_errors"
        : "completed";
  } catch (error) {
    if (GroundworkError.isInstance(error) && error.code === "ABORTED") status = "aborted";
    throw error;
  } finally {
    const finished: RunRecord = { ...record, status, finishedAt: Date.now(), counts: { ...finish(), ...result.work } };
    await catalog.finishRun(finished).catch(() => {});
    await emitRun(parts, status === "aborted" ? "ABORT" : status === "failed" ? "FAIL" : "COMPLETE", finished);
  }
  return {
    runId,
    status,
    ...result,
    counts: finish(),
    incomplete: plan.incomplete,
    recovered,
    watermark: await catalog.watermark(),
    elapsedMs: Math.round(performance.now() - started),
  };
}
