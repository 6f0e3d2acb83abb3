import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import {
  type CallOptions,
  type CatalogDocument,
  GroundworkError,
  type RunRecord,
  type Source,
  throwIfAborted,
} from "@groundwork/contracts";
import PQueue from "p-queue";
import { DocumentProcessor } from "./document-processor.ts";
import { estimateSeconds } from "./estimate-seconds.ts";
import { DEFAULT_EXTRACTION_LIMITS } from "./extraction-limits.ts";
import { ExtractionPool } from "./extraction-pool.ts";
import type { FaultHook } from "./fault-point.ts";
import { underLease } from "./ingest-lease.ts";
import { emptyCounts, type IngestReport } from "./ingest-report.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import { type Plan, type PlanItem, planIngest } from "./plan.ts";
import { type IngestProgress, ProgressMeter } from "./progress.ts";
import { type Departure, Publisher } from "./publisher.ts";
import { recover } from "./recover.ts";
import { runEvent } from "./run-event.ts";
import { type StageFingerprints, stageFingerprints } from "./stage-fingerprints.ts";
import type { ProcessedDocument, WorkItem } from "./work-item.ts";

export interface IngestOptions extends CallOptions {
  readonly onProgress?: (progress: IngestProgress) => void;
  /** Delete although the plan would remove an unusual share of a source. @default false */
  readonly allowMassDelete?: boolean;
  /** How long to wait for another ingestion to end, milliseconds. @default 30_000 */
  readonly waitMs?: number;
  /** For tests: called at each place where a crash would matter. */
  readonly onFaultPoint?: FaultHook;
}

function refuseMassDelete(plan: Plan): void {
  if (plan.massDelete === undefined) return;
  const { sourceId, deletes, live } = plan.massDelete;
  throw new GroundworkError(
    "MASS_DELETE_REFUSED",
    `The plan would delete ${deletes} of ${live} documents of source "${sourceId}". If the source is really so much smaller, confirm with allowMassDelete (--allow-mass-delete); if a folder is not mounted, mount it. Nothing was changed.`,
    { sourceId },
  );
}

function workItem(source: Source, item: PlanItem, previous: CatalogDocument | undefined): WorkItem {
  const object = item.object!;
  return {
    sourceId: source.sourceId,
    documentId: item.documentId,
    key: item.key,
    uri: object.uri,
    fileName: item.key.split("/").at(-1) ?? item.key,
    permissions: item.permissions,
    depth: 0,
    force: item.action === "retry",
    open: (options) => source.open(object, options),
    ...(object.attributes === undefined ? {} : { attributes: object.attributes }),
    ...(object.hint === undefined ? {} : { hint: object.hint }),
    ...(object.modifiedAt === undefined ? {} : { modifiedAt: object.modifiedAt }),
    ...(previous === undefined || previous.state === "deleted" ? {} : { previous }),
  };
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
  if (!Array.isArray(target) && options.allowMassDelete !== true) refuseMassDelete(target as Plan);
  return underLease(parts.catalog, options, async (signal) => {
    const run = new IngestRun(parts, { ...options, signal });
    return run.run(target);
  });
}

class IngestRun {
  readonly #parts: PipelineParts;
  readonly #options: IngestOptions & { readonly signal: AbortSignal };
  readonly #runId: string = randomUUID();
  readonly #publisher: Publisher;
  readonly #meter: ProgressMeter;
  readonly #counts = emptyCounts();
  readonly #work = {
    extractions: 0,
    embeddings: 0,
    embeddingsReused: 0,
    rowsWritten: 0,
    rowsRetired: 0,
    publications: 0,
  };
  readonly #outcomes: IngestReport["outcomes"][number][] = [];
  /** One publication at a time; two more groups may wait for it. */
  readonly #publishing: PQueue = new PQueue({ concurrency: 1 });
  #group: { processed: ProcessedDocument[]; departures: Departure[]; chunks: number } = {
    processed: [],
    departures: [],
    chunks: 0,
  };
  /** Documents that the plan deletes, by version. */
  readonly #leaving = new Map<string, string[]>();
  #failure: unknown;

  constructor(parts: PipelineParts, options: IngestOptions & { readonly signal: AbortSignal }) {
    this.#parts = parts;
    this.#options = options;
    this.#publisher = new Publisher(parts, this.#runId, options.onFaultPoint);
    this.#meter = new ProgressMeter(options.onProgress);
  }

  async run(target: Plan | readonly Source[]): Promise<IngestReport> {
    const { catalog } = this.#parts;
    const { signal } = this.#options;
    const started = performance.now();
    const recovered = await recover(this.#parts, this.#runId);
    const fingerprints = stageFingerprints(this.#parts);
    const plan: Plan = Array.isArray(target)
      ? await planIngest(target as readonly Source[], this.#parts, { signal })
      : (target as Plan);
    if (this.#options.allowMassDelete !== true) refuseMassDelete(plan);
    this.#counts.unchanged = plan.counts.unchanged;
    const record: RunRecord = {
      runId: this.#runId,
      kind: "ingest",
      status: "running",
      startedAt: Date.now(),
      configuration: fingerprints.configuration,
      stages: fingerprints.stages,
    };
    await catalog.startRun(record, { signal });
    await this.#emit("START", record);
    let status: RunRecord["status"] = "failed";
    try {
      await this.#carryOut(plan, fingerprints);
      status =
        this.#counts.failed + this.#counts.empty > 0 || plan.incomplete.length > 0
          ? "completed_with_errors"
          : "completed";
    } catch (error) {
      if (GroundworkError.isInstance(error) && error.code === "ABORTED") status = "aborted";
      throw error;
    } finally {
      const finished: RunRecord = {
        ...record,
        status,
        finishedAt: Date.now(),
        counts: { ...this.#counts, ...this.#work },
      };
      await catalog.finishRun(finished).catch(() => {});
      await this.#emit(status === "aborted" ? "ABORT" : status === "failed" ? "FAIL" : "COMPLETE", finished);
      this.#meter.send("done");
    }
    return {
      runId: this.#runId,
      status,
      counts: this.#counts,
      work: this.#work,
      outcomes: this.#outcomes,
      incomplete: plan.incomplete,
      recovered,
      watermark: await catalog.watermark(),
      elapsedMs: Math.round(performance.now() - started),
    };
  }

  async #carryOut(plan: Plan, fingerprints: StageFingerprints): Promise<void> {
    const { settings } = this.#parts;
    const { signal } = this.#options;
    const concurrency = settings?.concurrency ?? availableParallelism();
    const pool = new ExtractionPool({
      size: concurrency,
      limits: { ...DEFAULT_EXTRACTION_LIMITS, ...settings?.limits },
    });
    const processor = new DocumentProcessor(this.#parts, fingerprints, pool);
    const queue = new PQueue({ concurrency });
    const stop = new AbortController();
    const both = AbortSignal.any([signal, stop.signal]);
    const cost = (item: PlanItem): number => estimateSeconds(item.key, item.object?.size ?? 0);
    for (const { item } of plan.items) {
      const version = item.action === "delete" ? item.previous?.version : undefined;
      if (version !== undefined) this.#leaving.set(version, [...(this.#leaving.get(version) ?? []), item.documentId]);
    }
    // The longest first: a scan or a recording that starts last would keep one core waiting for it.
    const reading = plan.items
      .filter(({ item }) => item.action === "add" || item.action === "change" || item.action === "retry")
      .sort((a, b) => cost(b.item) - cost(a.item));
    this.#meter.plan(
      reading.length,
      reading.reduce((sum, { item }) => sum + cost(item), 0),
    );
    try {
      for (const { source, item } of reading) {
        if (this.#failure !== undefined) break;
        throwIfAborted(signal);
        await queue.onSizeLessThan(concurrency);
        await this.#publishing.onSizeLessThan(2);
        const previous = await this.#parts.catalog.getDocument(item.documentId, { signal });
        void queue
          .add(() => this.#processTree(processor, workItem(source, item, previous), cost(item), both))
          .catch((error: unknown) => {
            this.#failure ??= error;
            stop.abort(error);
          });
      }
      await queue.onIdle();
      // Last, so that a moved document finds the artefacts of its old place, and both changes are published together.
      if (this.#failure === undefined) await this.#settleWithoutReading(plan);
      this.#flush();
      await this.#publishing.onIdle();
      if (this.#failure !== undefined) throw this.#failure;
      throwIfAborted(signal);
      // Rows that are gone must be gone from the medium too; what was added must be found quickly.
      if (this.#work.rowsRetired > 0) await this.#parts.store.maintain({ signal, purge: true });
      else if (this.#work.rowsWritten > 0) await this.#parts.store.maintain({ signal });
    } finally {
      stop.abort();
      queue.clear();
      await queue.onIdle();
      await this.#publishing.onIdle();
      await pool.close();
    }
  }

  /** Deletes, hidden, stale and skipped documents. */
  async #settleWithoutReading(plan: Plan): Promise<void> {
    const { catalog } = this.#parts;
    const stale: CatalogDocument[] = [];
    for (const { item } of plan.items) {
      const { previous, documentId, key } = item;
      if (item.action === "skip") {
        this.#counts.skipped++;
        this.#outcomes.push({ documentId, key, status: "skipped" });
      } else if (item.action === "stale" && previous !== undefined) {
        this.#counts.stale++;
        this.#outcomes.push({ documentId, key, status: "stale" });
        if (previous.state !== "stale") stale.push({ ...previous, state: "stale", updatedAt: Date.now() });
      } else if ((item.action === "delete" || item.action === "hide") && previous !== undefined) {
        const state = item.action === "delete" ? "deleted" : "hidden";
        this.#depart({ document: previous, state });
        await this.#departChildren(previous, state, new Set());
      }
    }
    if (stale.length > 0) await catalog.updateDocuments(stale, this.#options);
  }

  #depart(departure: Departure): void {
    this.#group.departures.push(departure);
    if (this.#group.departures.length >= (this.#parts.settings?.publicationDocuments ?? 200)) this.#flush();
  }

  /** Children of a parent that is gone, or that its new version does not bring along any more. */
  async #departChildren(
    parent: CatalogDocument | WorkItem,
    state: Departure["state"],
    keep: ReadonlySet<string>,
  ): Promise<void> {
    const gone: CatalogDocument[] = [];
    for await (const child of this.#parts.catalog.listDocuments(
      { sourceId: parent.sourceId, parentId: parent.documentId },
      this.#options,
    )) {
      if (child.state !== "deleted" && !keep.has(child.documentId)) gone.push(child);
    }
    for (const document of gone) {
      this.#depart({ document, state });
      await this.#departChildren(document, state, new Set());
    }
  }

  /** A document and what it brings along, depth first: a container's members are documents of their own. */
  async #processTree(processor: DocumentProcessor, item: WorkItem, cost: number, signal: AbortSignal): Promise<void> {
    this.#meter.start(item.key);
    const processed = await processor.process(item, {
      signal,
      onProgress: ({ unit, done, total }) => {
        if (unit === "page") this.#meter.page(item.key, done, total ?? done);
      },
    });
    await this.#options.onFaultPoint?.("document-processed");
    if (processed.extracted) this.#work.extractions++;
    this.#collect(this.#asMove(processed));
    this.#meter.finish(item.key, cost);
    if (!processed.childrenKnown) return;
    await this.#departChildren(item, "deleted", new Set(processed.children.map((child) => child.documentId)));
    for (const child of processed.children) {
      throwIfAborted(signal);
      this.#meter.plan(1, 0);
      const previous = await this.#parts.catalog.getDocument(child.documentId, { signal });
      await this.#processTree(
        processor,
        { ...child, ...(previous === undefined || previous.state === "deleted" ? {} : { previous }) },
        0,
        signal,
      );
    }
  }

  /** An added document with the bytes of one that leaves in the same run has moved. Each leaving document moves once. */
  #asMove(processed: ProcessedDocument): ProcessedDocument {
    const { document, outcome } = processed;
    if (outcome.status !== "added" || document.version === undefined) return processed;
    const from = this.#leaving.get(document.version)?.shift();
    if (from === undefined) return processed;
    const { publication } = processed;
    return {
      ...processed,
      outcome: { ...outcome, status: "moved" },
      document: { ...document, movedFrom: from },
      ...(publication === undefined
        ? {}
        : {
            publication: {
              ...publication,
              edges: [
                ...publication.edges,
                { fromKind: "moved_from", fromId: from, toKind: "document", toId: document.documentId },
              ],
            },
          }),
    };
  }

  #collect(processed: ProcessedDocument): void {
    this.#group.processed.push(processed);
    this.#group.chunks += processed.publication?.rows.length ?? 0;
    const { settings } = this.#parts;
    if (
      this.#group.chunks >= (settings?.publicationChunks ?? 1000) ||
      this.#group.processed.length >= (settings?.publicationDocuments ?? 200)
    )
      this.#flush();
  }

  #flush(): void {
    const { processed, departures } = this.#group;
    if (processed.length === 0 && departures.length === 0) return;
    this.#group = { processed: [], departures: [], chunks: 0 };
    void this.#publishing
      .add(async () => {
        if (this.#failure !== undefined) return;
        const embeddedBefore = this.#meter.embedded;
        const result = await this.#publisher.publish(
          { processed, departures },
          {
            signal: this.#options.signal,
            onEmbedded: (done) => {
              this.#meter.embedded = embeddedBefore + done;
              this.#meter.send("publish");
            },
          },
        );
        this.#meter.embedded = embeddedBefore + result.embedded;
        this.#meter.published += result.rowsWritten;
        this.#work.embeddings += result.embedded;
        this.#work.embeddingsReused += result.reused;
        this.#work.rowsWritten += result.rowsWritten;
        this.#work.rowsRetired += result.rowsRetired;
        if (result.sequence !== undefined) this.#work.publications++;
        for (const outcome of result.outcomes) {
          this.#counts[outcome.status]++;
          if (outcome.status !== "unchanged") this.#outcomes.push(outcome);
          if (outcome.status === "failed" || outcome.status === "empty") this.#meter.failed++;
        }
        this.#meter.send("publish");
      })
      .catch((error: unknown) => {
        this.#failure ??= error;
      });
  }

  async #emit(eventType: "START" | "COMPLETE" | "FAIL" | "ABORT", record: RunRecord): Promise<void> {
    for (const sink of this.#parts.lineage ?? []) {
      // Lineage that cannot be delivered must not cost the ingestion.
      await sink.emit(runEvent(eventType, record)).catch(() => {});
    }
  }
}
