import { type Shard, type Source, throwIfAborted } from "@groundwork/contracts";
import PQueue from "p-queue";
import { type IngestOptions, refuseMassDelete } from "./ingest.ts";
import type { IngestReport } from "./ingest-report.ts";
import { maintainStore } from "./maintain-store.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import { type Plan, planIngest } from "./plan.ts";
import { emptyResult, type RunResult, withRun } from "./run-lifecycle.ts";
import { planShards, type ShardOptions, type ShardReport } from "./shards.ts";
import { ingestLease, underLeases } from "./under-lease.ts";

/** Runs a shard somewhere: `runShard` in another process, on another machine. */
export type ShardExecutor = (
  shard: Shard,
  context: { readonly startedAt: number; readonly signal: AbortSignal | undefined },
) => Promise<ShardReport>;

export interface ShardedIngestOptions extends Omit<IngestOptions, "onFaultPoint" | "onProgress">, ShardOptions {
  /** Shards under way at once. @default 4 */
  readonly concurrency?: number;
  readonly onShard?: (done: number, total: number) => void;
}

/** Adds what a shard did to what a run did. */
function add(total: RunResult, report: ShardReport): RunResult {
  const sum = <T extends Readonly<Record<string, number>>>(a: T, b: T): T =>
    Object.fromEntries(Object.keys(a).map((name) => [name, a[name]! + (b[name] ?? 0)])) as T;
  const stages = Object.fromEntries(
    Object.entries(total.stages).map(([name, a]) => {
      const b = report.stages[name as keyof typeof report.stages];
      return [name, { ...sum({ ...a }, { ...b }), deepest: Math.max(a.deepest, b.deepest) }];
    }),
  ) as unknown as RunResult["stages"];
  return {
    counts: sum(total.counts, report.counts),
    work: sum(total.work, report.work),
    stages,
    spending: {
      tokens: total.spending.tokens + report.spending.tokens,
      pages: total.spending.pages + report.spending.pages,
      money: total.spending.money + report.spending.money,
      stopped: total.spending.stopped || report.spending.stopped,
    },
    outcomes: [...total.outcomes, ...report.outcomes],
  };
}

/**
 * Carries out a plan in shards that `execute` runs wherever it likes. The state afterwards is that of {@link ingest}: shards
 * publish under the catalog's lease, and what is deleted follows when everything has been read.
 */
export async function ingestSharded(
  target: Plan | readonly Source[],
  parts: PipelineParts,
  execute: ShardExecutor,
  options: ShardedIngestOptions = {},
): Promise<IngestReport> {
  throwIfAborted(options.signal);
  const given = Array.isArray(target) ? undefined : (target as Plan);
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
      ({ runId, plan, startedAt }) => {
        let result: RunResult = emptyResult();
        const work = async (): Promise<void> => {
          const shards = [...planShards(plan, runId, options)];
          let done = 0;
          for (const phase of ["read", "settle"] as const) {
            const queue = new PQueue({ concurrency: options.concurrency ?? 4 });
            await Promise.all(
              shards
                .filter((shard) => shard.phase === phase)
                .map((shard) =>
                  queue.add(async () => {
                    throwIfAborted(signal);
                    const report = await execute(shard, { startedAt, signal });
                    result = add(result, report);
                    options.onShard?.(++done, shards.length);
                  }),
                ),
            ).finally(() => {
              queue.clear();
              return queue.onIdle();
            });
          }
          const { rowsWritten, rowsRetired } = result.work;
          await maintainStore(parts, rowsWritten + rowsRetired > 0, { signal });
        };
        return { done: work(), result: () => result };
      },
    ),
  );
}
