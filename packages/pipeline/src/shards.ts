import { GroundworkError, type Shard, type ShardItem, type Source, throwIfAborted } from "@groundwork/contracts";
import { estimateSeconds } from "./estimate-seconds.ts";
import type { IngestReport } from "./ingest-report.ts";
import { IngestRun } from "./ingest-run.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import type { Plan, PlanItem } from "./plan.ts";
import type { IngestRunOptions } from "./run-options.ts";
import { stageFingerprints } from "./stage-fingerprints.ts";

export interface ShardOptions {
  /** Estimated seconds of one core that a shard may cost; a document that costs more is a shard of its own. @default 60 */
  readonly secondsPerShard?: number;
  /** @default 500 */
  readonly documentsPerShard?: number;
}

const READING: ReadonlySet<PlanItem["action"]> = new Set(["add", "change", "retry"]);

/** Cuts a plan into shards bounded by cost, those that read first. */
export function* planShards(plan: Plan, runId: string, options: ShardOptions = {}): Generator<Shard> {
  const { secondsPerShard = 60, documentsPerShard = 500 } = options;
  let number = 0;
  for (const phase of ["read", "settle"] as const) {
    for (const source of plan.sources) {
      let items: ShardItem[] = [];
      let seconds = 0;
      const cut = (): Shard => {
        const shard: Shard = {
          shardId: `${runId}/${String(number++).padStart(6, "0")}`,
          runId,
          sourceId: source.sourceId,
          phase,
          items,
          estimatedSeconds: seconds,
        };
        items = [];
        seconds = 0;
        return shard;
      };
      for (const { source: from, item } of plan.items) {
        if (from !== source || READING.has(item.action) !== (phase === "read")) continue;
        const cost = phase === "read" ? estimateSeconds(item.key, item.object?.size ?? 0) : 0.001;
        if (items.length > 0 && (items.length >= documentsPerShard || seconds + cost > secondsPerShard)) yield cut();
        const { previous: _read, ...plain } = item;
        items.push(plain);
        seconds += cost;
      }
      if (items.length > 0) yield cut();
    }
  }
}

/** What a shard did; sums of these are the run's report. */
export type ShardReport = Pick<IngestReport, "counts" | "work" | "stages" | "spending" | "outcomes"> & {
  readonly shardId: string;
};

export interface RunShardOptions extends IngestRunOptions {
  /** When the run of all shards began, milliseconds since the epoch. */
  readonly startedAt: number;
}

/**
 * Runs one shard. Any process that opens the same parts can: all it needs is in the shard and in the catalog. Idempotent: a
 * shard that ran half, or twice, ends in the same state.
 *
 * @throws GroundworkError `INVALID_ARGUMENT` when the shard's source is not among `sources`.
 */
export async function runShard(
  shard: Shard,
  parts: PipelineParts,
  sources: readonly Source[],
  options: RunShardOptions,
): Promise<ShardReport> {
  const { signal } = options;
  throwIfAborted(signal);
  const source = sources.find(({ sourceId }) => sourceId === shard.sourceId);
  if (source === undefined) {
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      `The shard is of source "${shard.sourceId}", which is not configured here. Configure the same sources in every process.`,
      { sourceId: shard.sourceId, runId: shard.runId },
    );
  }
  const seen = await parts.catalog.watermark({ signal });
  const known = await parts.catalog.getDocuments(
    shard.items.map(({ documentId }) => documentId),
    { signal },
  );
  const items = shard.items.flatMap((entry) => {
    const previous = known.get(entry.documentId);
    // Done already, by an earlier try of this shard.
    if (!READING.has(entry.action) && (previous === undefined || previous.state === "deleted")) return [];
    return [{ source, item: { ...entry, ...(previous === undefined ? {} : { previous }) } }];
  });
  const run = new IngestRun(parts, stageFingerprints(parts), shard.runId, {
    ...options,
    seen,
    // Another try of the shard may have read its documents already.
    afterInterruption: true,
    shared: { startedAt: options.startedAt },
  });
  await run.carryOut(items);
  run.meter.send("done");
  return {
    shardId: shard.shardId,
    counts: run.counts,
    work: run.work,
    stages: run.stages.report(),
    spending: run.spending,
    outcomes: run.outcomes,
  };
}
