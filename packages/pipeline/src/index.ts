export type { Budget, Spending } from "./budget.ts";
export { type EmbedManyOptions, embedMany } from "./embed-many.ts";
export { type EmbeddingCache, sqliteEmbeddingCache } from "./embedding-cache.ts";
export { estimatePlan, type PlanEstimate } from "./estimate-plan.ts";
export { extractDocument } from "./extract-document.ts";
export { DEFAULT_EXTRACTION_LIMITS, type ExtractionLimits } from "./extraction-limits.ts";
export { ExtractionPool } from "./extraction-pool.ts";
export type { FaultHook, FaultPoint } from "./fault-point.ts";
export type { ExtractedDocument } from "./gather-extraction.ts";
export { type IngestOptions, ingest } from "./ingest.ts";
export type { IngestReport } from "./ingest-report.ts";
export { ingestSharded, type ShardExecutor, type ShardedIngestOptions } from "./ingest-sharded.ts";
export type { MediaTypeDetector, PipelineParts, PipelineSettings } from "./pipeline-parts.ts";
export { type Plan, type PlanAction, type PlanItem, type PlanOptions, planIngest, type RedoStage } from "./plan.ts";
export type { PriceTable } from "./price-table.ts";
export type { IngestProgress } from "./progress.ts";
export { type ReadDocument, readSources, type UnreadDocument } from "./read-sources.ts";
export {
  type Drift,
  type DriftKind,
  type ReconcileOptions,
  type ReconcileReport,
  reconcile,
} from "./reconcile.ts";
export { type Recovery, recover } from "./recover.ts";
export { planShards, type RunShardOptions, runShard, type ShardOptions, type ShardReport } from "./shards.ts";
export { type StageFingerprints, stageFingerprints } from "./stage-fingerprints.ts";
export type { StageName, StageReport } from "./stage-meter.ts";
export { ingestLease, PUBLISH_LEASE } from "./under-lease.ts";
