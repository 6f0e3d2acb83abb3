import { type CatalogDocument, GroundworkError, type OutcomeStatus, throwIfAborted } from "@groundwork/contracts";
import type { RecordBatch } from "apache-arrow";
import PQueue from "p-queue";
import { BudgetMeter } from "./budget.ts";
import { bundleItems } from "./bundle-items.ts";
import { checkAll, checkDocuments } from "./check-quality.ts";
import { defaultConcurrency } from "./default-concurrency.ts";
import { DocumentProcessor } from "./document-processor.ts";
import { estimateSeconds } from "./estimate-seconds.ts";
import { DEFAULT_EXTRACTION_LIMITS } from "./extraction-limits.ts";
import { ExtractionPool } from "./extraction-pool.ts";
import { findMoves } from "./find-moves.ts";
import { emptyCounts, emptyWork, type IngestReport } from "./ingest-report.ts";
import { KeptRevisions } from "./kept-revisions.ts";
import { announcePurge, maintainStore } from "./maintain-store.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import { preparationReferences } from "./preparation.ts";
import { ProgressMeter } from "./progress.ts";
import { type PublicationResult, Publisher } from "./publisher.ts";
import type { Departure } from "./purge-departures.ts";
import type { RunOptions } from "./run-options.ts";
import type { StageFingerprints } from "./stage-fingerprints.ts";
import { StageMeter } from "./stage-meter.ts";
import type { ProcessedDocument, WorkItem } from "./work-item.ts";
import { type PlannedItem, withPrevious, workItemOf } from "./work-item-of.ts";

/** Groups that may wait for the embedder, and for the store, beside the one under way. */
const GROUPS_WAITING = 1;
/** A group is published after this time even when it is small, milliseconds: what is ready should answer. */
const GROUP_AGE_MS = 10_000;
/** Work that pays for another host's start, seconds of one core. */
const SECONDS_PER_HOST = 1;

interface Group {
  readonly processed: ProcessedDocument[];
  readonly departures: Departure[];
  chunks: number;
  readonly since: number;
}

const emptyGroup = (): Group => ({ processed: [], departures: [], chunks: 0, since: performance.now() });

/**
 * One run over the items of a plan or of a shard. Three stages overlap: preparation (threads and child processes), embedding
 * (the embedder's own threads), publication (this thread); each waits for the slowest, so memory does not grow.
 */
export class IngestRun {
  readonly counts: Record<OutcomeStatus, number> = emptyCounts();
  readonly work: ReturnType<typeof emptyWork> = emptyWork();
  readonly outcomes: IngestReport["outcomes"][number][] = [];
  readonly stages: StageMeter = new StageMeter();
  readonly meter: ProgressMeter;
  readonly #parts: PipelineParts;
  readonly #fingerprints: StageFingerprints;
  readonly #options: RunOptions;
  readonly #publisher: Publisher;
  readonly #budget: BudgetMeter;
  /** The budget is used up: what is finished is published, the rest is left to the next run. */
  #stopped = false;
  /** One group at a time each. */
  readonly #embedding: PQueue = new PQueue({ concurrency: 1 });
  readonly #publishing: PQueue = new PQueue({ concurrency: 1 });
  #group: Group = emptyGroup();
  /** Documents that the plan deletes, by version. */
  readonly #leaving = new Map<string, string[]>();
  #failure: unknown;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;

  constructor(parts: PipelineParts, fingerprints: StageFingerprints, runId: string, options: RunOptions) {
    this.#parts = parts;
    this.#fingerprints = fingerprints;
    this.#options = options;
    this.#publisher = new Publisher(parts, runId, { seen: options.seen, onFaultPoint: options.onFaultPoint });
    this.#budget = new BudgetMeter(options.budget, parts.settings?.prices);
    this.meter = new ProgressMeter(options.onProgress);
    this.#signal =
      options.signal === undefined ? this.#stop.signal : AbortSignal.any([options.signal, this.#stop.signal]);
  }

  async carryOut(items: readonly PlannedItem[]): Promise<void> {
    const { settings, enrichers, pii, chunker } = this.#parts;
    const concurrency = settings?.concurrency ?? defaultConcurrency();
    const limits = { ...DEFAULT_EXTRACTION_LIMITS, ...settings?.limits };
    const cost = ({ item }: PlannedItem): number => estimateSeconds(item.key, item.object?.size ?? 0);
    for (const { item } of items) {
      const version = item.action === "delete" ? item.previous?.version : undefined;
      if (version !== undefined) this.#leaving.set(version, [...(this.#leaving.get(version) ?? []), item.documentId]);
    }
    // The longest first: a scan or a recording that starts last would keep one core waiting for it.
    const reading = items
      .filter(({ item }) => item.action === "add" || item.action === "change" || item.action === "retry")
      .map((entry) => ({ ...entry, cost: cost(entry) }))
      .sort((a, b) => b.cost - a.cost);
    const seconds = reading.reduce((sum, entry) => sum + entry.cost, 0);
    this.meter.plan(reading.length, seconds);
    // The store loads while the hosts do.
    if (reading.length > 0) this.#parts.store.warm?.();
    const stages = { enrichers, pii, chunker };
    const hosts = Math.min(concurrency, Math.max(1, Math.ceil(seconds / SECONDS_PER_HOST)));
    const pool = new ExtractionPool({ size: hosts, limits });
    const { recognizer } = this.#fingerprints;
    const processor = new DocumentProcessor(
      this.#parts,
      this.#fingerprints,
      { pool, limits, stages, references: preparationReferences(stages), recognizer },
      new KeptRevisions(this.#parts, this.#fingerprints, this.#options.afterInterruption),
    );
    const preparing = new PQueue({ concurrency });
    const aging = setInterval(() => {
      if (performance.now() - this.#group.since > GROUP_AGE_MS) this.#flush();
    }, GROUP_AGE_MS / 4);
    aging.unref();
    try {
      for (const bundle of bundleItems(reading, ({ item }) => item.object?.size, this.#most)) {
        // What waits at the doors of the later stages holds up the earlier ones.
        await this.#embedding.onSizeLessThan(GROUPS_WAITING);
        await this.#publishing.onSizeLessThan(GROUPS_WAITING);
        await preparing.onSizeLessThan(1);
        if (this.#budget.exhausted) this.#stopped = true;
        if (this.#failure !== undefined || this.#stopped) break;
        throwIfAborted(this.#options.signal);
        this.stages.enter("prepare");
        void preparing
          .add(() => this.#processEntries(processor, bundle))
          .catch((error: unknown) => this.#fail(error))
          .finally(() => this.stages.leave("prepare"));
      }
      await preparing.onIdle();
      // Last, so that a moved document finds the artefacts of its old place, and both changes are published together.
      if (this.#failure === undefined && !this.#stopped) await this.#settleWithoutReading(items);
      this.#flush();
      await this.#embedding.onIdle();
      await this.#publishing.onIdle();
      if (this.#failure !== undefined) throw this.#failure;
      throwIfAborted(this.#options.signal);
      await this.#maintain();
      if (this.#options.shared === undefined) await checkAll(this.#parts, { signal: this.#signal });
    } finally {
      clearInterval(aging);
      this.#stop.abort();
      preparing.clear();
      await preparing.onIdle();
      await this.#embedding.onIdle();
      await this.#publishing.onIdle();
      await pool.close();
    }
  }

  get #most(): number {
    return this.#parts.settings?.publicationDocuments ?? 1000;
  }

  /** What was used, and whether the budget ended the run. */
  get spending(): IngestReport["spending"] {
    return { ...this.#budget.spent, stopped: this.#stopped };
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#stop.abort(error);
  }

  async #maintain(): Promise<void> {
    if (this.#options.shared !== undefined) return;
    const changed = this.work.rowsRetired + this.work.rowsWritten > 0;
    await this.stages.time("maintain", () => maintainStore(this.#parts, changed, { signal: this.#signal }));
  }

  /** Deletes, hidden, stale and skipped documents. */
  async #settleWithoutReading(items: readonly PlannedItem[]): Promise<void> {
    const { catalog } = this.#parts;
    const stale: CatalogDocument[] = [];
    const { shared } = this.#options;
    const moves = shared === undefined ? new Map() : await findMoves(items, catalog, shared.startedAt, this.#signal);
    for (const { item } of items) {
      const { previous, documentId, key } = item;
      if (item.action === "skip") {
        this.counts.skipped++;
        this.outcomes.push({ documentId, key, status: "skipped" });
      } else if (item.action === "stale" && previous !== undefined) {
        this.counts.stale++;
        this.outcomes.push({ documentId, key, status: "stale" });
        if (previous.state !== "stale") stale.push({ ...previous, state: "stale", updatedAt: Date.now() });
      } else if ((item.action === "delete" || item.action === "hide") && previous !== undefined) {
        const state = item.action === "delete" ? "deleted" : "hidden";
        const movedTo = moves.get(documentId);
        this.#depart({ document: previous, state, ...(movedTo === undefined ? {} : { movedTo }) });
        await this.#departChildren(previous, state, new Set());
      }
    }
    if (stale.length > 0) await catalog.updateDocuments(stale, { signal: this.#signal });
  }

  #depart(departure: Departure): void {
    this.#group.departures.push(departure);
    if (this.#group.departures.length >= this.#most) this.#flush();
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
      { signal: this.#signal },
    )) {
      if (child.state !== "deleted" && !keep.has(child.documentId)) gone.push(child);
    }
    for (const document of gone) {
      this.#depart({ document, state });
      await this.#departChildren(document, state, new Set());
    }
  }

  async #processEntries(
    processor: DocumentProcessor,
    entries: readonly (PlannedItem & { readonly cost: number })[],
  ): Promise<void> {
    const known = await this.#parts.catalog.getDocuments(
      entries.filter(({ item }) => item.previous !== undefined).map(({ item }) => item.documentId),
      { signal: this.#signal },
    );
    const items = entries.map((entry) => workItemOf(entry, known.get(entry.item.documentId)));
    await this.#processItems(
      processor,
      items,
      entries.map(({ cost }) => cost),
    );
  }

  /** Documents and what they bring along, depth first: a container's members are documents of their own. */
  async #processItems(
    processor: DocumentProcessor,
    items: readonly WorkItem[],
    costs: readonly number[],
  ): Promise<void> {
    for (const { key } of items) this.meter.start(key);
    const prepared = await this.stages.time("prepare", () =>
      processor.process(items, {
        signal: this.#signal,
        onProgress: ({ key }, { unit, done, total }) => {
          if (unit === "page") this.meter.page(key, done, total ?? done);
        },
      }),
    );
    const all = await checkDocuments(prepared, this.#parts, this.#fingerprints, { signal: this.#signal });
    for (const _ of all) await this.#options.onFaultPoint?.("document-processed");
    throwIfAborted(this.#signal);
    // Those prepared together are collected together: they share record batches.
    for (const [index, processed] of all.entries()) {
      if (processed.extracted) {
        this.work.extractions++;
        const { pages, durationMs } = processed.document.metadata ?? {};
        const extractor = this.#fingerprints.extractorFor(processed.document.mediaType ?? "")?.identity.name ?? "*";
        this.#budget.read(extractor, pages ?? 0, durationMs ?? 0);
      }
      this.#collect(this.#asMove(processed));
      this.meter.finish(processed.item.key, costs[index] ?? 0);
    }
    this.#measure(all);
    this.#flushIfFull();
    for (const processed of all) {
      if (!processed.childrenKnown) continue;
      // A document that was never there has no children that could be gone.
      if (processed.item.previous !== undefined)
        await this.#departChildren(
          processed.item,
          "deleted",
          new Set(processed.children.map((child) => child.documentId)),
        );
      for (const children of bundleItems(processed.children, ({ size }) => size, this.#most)) {
        throwIfAborted(this.#signal);
        this.meter.plan(children.length, 0);
        const before = await this.#parts.catalog.getDocuments(
          children.map(({ documentId }) => documentId),
          { signal: this.#signal },
        );
        const known = children.map((child) => ({ ...child, ...withPrevious(before.get(child.documentId)) }));
        await this.#processItems(processor, known, []);
      }
    }
  }

  #measure(processed: readonly ProcessedDocument[]): void {
    const batches = new Set<RecordBatch>();
    for (const { publication } of processed) for (const { batch } of publication?.rows ?? []) batches.add(batch);
    for (const batch of batches) this.stages.bytes("prepare", batch.data.byteLength);
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
    for (const { start, end } of processed.publication?.rows ?? []) this.#group.chunks += end - start;
  }

  #flushIfFull(): void {
    const chunks = this.#parts.settings?.publicationChunks ?? 4096;
    if (this.#group.chunks >= chunks || this.#group.processed.length >= this.#most) this.#flush();
  }

  /** Hands the group on: to the embedder, then to the store. */
  #flush(): void {
    const group = this.#group;
    if (group.processed.length === 0 && group.departures.length === 0) return;
    this.#group = emptyGroup();
    this.stages.enter("embed");
    void this.#embedding
      .add(async () => {
        if (this.#failure !== undefined || this.#stopped) return;
        const before = this.meter.embedded;
        const embedded = await this.stages.time("embed", () =>
          this.#publisher.embed(group, {
            signal: this.#signal,
            onCall: (tokens) => this.#budget.embed(this.#parts.embedder, tokens),
            onEmbedded: (done) => {
              this.meter.embedded = before + done;
              this.meter.send("publish");
            },
          }),
        );
        this.meter.embedded = before + embedded.rows.embedded.size;
        for (const { byteLength } of embedded.rows.vectors) this.stages.bytes("embed", byteLength);
        // The next group is embedded while this one is written; a third waits.
        await this.#publishing.onSizeLessThan(GROUPS_WAITING);
        this.stages.enter("publish");
        void this.#publishing
          .add(async () => {
            if (this.#failure !== undefined) return;
            if (embedded.departures.some(({ state }) => state === "deleted"))
              await announcePurge(this.#parts, { signal: this.#signal });
            this.#account(
              await this.stages.time("publish", () => this.#publisher.publish(embedded, { signal: this.#signal })),
            );
          })
          .catch((error: unknown) => this.#fail(error))
          .finally(() => this.stages.leave("publish"));
      })
      .catch((error: unknown) => {
        if (GroundworkError.isInstance(error) && error.code === "BUDGET_EXCEEDED") this.#stopped = true;
        else this.#fail(error);
      })
      .finally(() => this.stages.leave("embed"));
  }

  #account(result: PublicationResult): void {
    this.meter.published += result.rowsWritten;
    this.work.embeddings += result.embedded;
    this.work.embeddingsReused += result.reused;
    this.work.rowsWritten += result.rowsWritten;
    this.work.rowsRetired += result.rowsRetired;
    if (result.sequence !== undefined) this.work.publications++;
    for (const outcome of result.outcomes) {
      this.counts[outcome.status]++;
      if (outcome.status !== "unchanged" || outcome.warnings !== undefined) this.outcomes.push(outcome);
      if (outcome.status === "failed" || outcome.status === "empty") this.meter.failed++;
    }
    this.meter.send("publish");
  }
}
