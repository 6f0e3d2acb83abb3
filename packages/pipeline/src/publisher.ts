import {
  type CallOptions,
  type CatalogDocument,
  completeChunks,
  type DeadLetter,
  type DocumentOutcome,
  type Filter,
  GroundworkError,
  type LineageEdge,
  throwIfAborted,
} from "@groundwork/contracts";
import { type RecordBatch, Table } from "apache-arrow";
import { type EmbeddedRows, type EmbedRowsOptions, embedRows } from "./embed-rows.ts";
import type { FaultHook } from "./fault-point.ts";
import { groupBatches } from "./group-batches.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import { type Departure, inPieces, purgeDepartures } from "./purge-departures.ts";
import { PUBLISH_LEASE, underLease } from "./under-lease.ts";
import type { ProcessedDocument, RowSlice } from "./work-item.ts";

/** How long a publication may go without a heartbeat before others take it for abandoned, milliseconds. */
const PUBLICATION_TTL_MS = 60_000;
/** How long to wait for another process that publishes, milliseconds. */
const PUBLISH_WAIT_MS = 10 * 60_000;

export interface PublicationGroup {
  readonly processed: readonly ProcessedDocument[];
  readonly departures: readonly Departure[];
}

/** A group with its vectors: all that takes long is done. */
export interface EmbeddedGroup extends PublicationGroup {
  /** Whole batches that hold the rows of the group's documents and no others. */
  readonly batches: readonly RecordBatch[];
  readonly rows: EmbeddedRows;
}

export interface PublicationResult {
  readonly sequence: number | undefined;
  readonly outcomes: readonly DocumentOutcome[];
  readonly embedded: number;
  readonly reused: number;
  readonly rowsWritten: number;
  readonly rowsRetired: number;
}

/**
 * Publishes groups of documents in two phases: write and stamp rows under a sequence that no reader looks at, verify, then commit
 * in the catalog, which makes all of them visible at once. Whatever fails before the commit is taken back.
 *
 * Several processes may publish into one knowledge base: each publication runs under a lease, and a document that another
 * process has published since it was read is left to that process.
 */
export class Publisher {
  readonly #parts: PipelineParts;
  readonly #runId: string;
  readonly #fault: FaultHook;
  /** The newest sequence when the documents' earlier state was read: above it, others have published. */
  #seen: number | undefined;

  constructor(
    parts: PipelineParts,
    runId: string,
    options: { readonly seen?: number; readonly onFaultPoint?: FaultHook | undefined } = {},
  ) {
    this.#parts = parts;
    this.#runId = runId;
    this.#seen = options.seen;
    this.#fault = options.onFaultPoint ?? (() => {});
  }

  /** Gives a group its vectors. Touches nothing but the embedder and the cache. */
  async embed(group: PublicationGroup, options: EmbedRowsOptions = {}): Promise<EmbeddedGroup> {
    const { embedder, embeddingCache } = this.#parts;
    const batches = groupBatches(group.processed);
    const rows = await embedRows(batches, embedder, embeddingCache, options);
    await this.#fault("embedded");
    return { ...group, batches, rows };
  }

  async publish(group: EmbeddedGroup, options: CallOptions = {}): Promise<PublicationResult> {
    const { catalog } = this.#parts;
    const publishes = (document: ProcessedDocument): boolean => document.publication !== undefined;
    if (!group.processed.some(publishes) && group.departures.length === 0) {
      const outcomes = this.#outcomes(group);
      await catalog.recordOutcomes(
        this.#runId,
        {
          outcomes: outcomes.filter(({ status }) => status !== "unchanged"),
          documents: group.processed.map((document) => document.document),
          deadLetters: await this.#deadLetters(group),
          settled: this.#settled(group),
        },
        options,
      );
      return { sequence: undefined, outcomes, embedded: 0, reused: 0, rowsWritten: 0, rowsRetired: 0 };
    }
    return underLease(catalog, PUBLISH_LEASE, { ...options, waitMs: PUBLISH_WAIT_MS }, (signal) =>
      this.#publish(group, { signal }),
    );
  }

  /** Takes back what crashed processes left open. The caller holds the publish lease, so nothing found is under way. */
  async rollBackAbandoned(): Promise<number> {
    const open = await this.#parts.catalog.openPublications();
    for (const { sequence } of open) await this.rollBack(sequence);
    return open.length;
  }

  /** Takes an open publication back: its rows go, what it retired returns. Safe to repeat; a committed one is left alone. */
  async rollBack(sequence: number): Promise<void> {
    const { catalog, store } = this.#parts;
    const isOpen = (await catalog.openPublications()).some((publication) => publication.sequence === sequence);
    if (!isOpen) return;
    await store.deleteBy({ op: "eq", field: "publishedFrom", value: sequence });
    await store.stamp({ op: "eq", field: "publishedTo", value: sequence }, { publishedTo: null });
    await catalog.abortPublication(sequence);
  }

  async #publish(all: EmbeddedGroup, options: CallOptions): Promise<PublicationResult> {
    const { catalog } = this.#parts;
    const runId = this.#runId;
    await this.rollBackAbandoned();
    const sequence = await catalog.beginPublication(runId, { ...options, ttlMs: PUBLICATION_TTL_MS });
    const heartbeat = setInterval(
      () => void catalog.touchPublication(sequence, PUBLICATION_TTL_MS).catch(() => {}),
      PUBLICATION_TTL_MS / 4,
    );
    heartbeat.unref();
    try {
      const group = await this.#withoutOvertaken(all, sequence, options);
      await this.#fault("publication-begun");
      const publishing = group.processed.filter((document) => document.publication !== undefined);
      const rowsWritten = await this.#write(group, sequence, options);
      const retired = [
        ...publishing.map(({ item }) => item.previous?.liveRevision),
        ...group.departures.map(({ document }) => document.liveRevision),
      ].filter((revision) => revision !== undefined);
      const rowsRetired = await this.#retire(group, publishing, sequence, options);
      await this.#fault("rows-retired");
      const outcomes = [...this.#outcomes(group), ...overtakenOutcomes(all, group)];
      const edges: LineageEdge[] = [
        ...publishing.flatMap(({ publication }) => publication!.edges.map((edge) => ({ ...edge, runId }))),
        ...group.departures.flatMap(({ document, movedTo }) =>
          movedTo === undefined ? [] : [movedFromEdge(document.documentId, movedTo.documentId, runId)],
        ),
      ];
      throwIfAborted(options.signal);
      await this.#keepSealed(publishing, options);
      await catalog.commitPublication(
        sequence,
        {
          documents: [
            ...group.processed.map(({ document }) => document),
            ...group.departures.map(({ document, state }) => departed(document, state)),
            ...group.departures.flatMap(({ document, movedTo }) =>
              movedTo === undefined ? [] : [{ ...movedTo, movedFrom: document.documentId }],
            ),
          ],
          revisions: publishing.map(({ publication }) => ({
            ...publication!.revision,
            publishedFrom: sequence,
            runId,
          })),
          retired,
          outcomes: outcomes.filter(({ status }) => status !== "unchanged"),
          deadLetters: await this.#deadLetters(group),
          settled: this.#settled(group),
          edges,
        },
        options,
      );
      this.#seen = sequence;
      await this.#fault("committed");
      await this.#purge(group, publishing, sequence);
      await this.#fault("purged");
      const embedded = all.rows.embedded.size;
      return { sequence, outcomes, embedded, reused: rowsWritten - embedded, rowsWritten, rowsRetired };
    } catch (error) {
      await this.rollBack(sequence);
      throw error;
    } finally {
      clearInterval(heartbeat);
    }
  }

  /**
   * Leaves out what another process has published, or deleted, since these documents were read: its state is as new as ours, and
   * its rows have the same keys. They end as unchanged.
   */
  async #withoutOvertaken(group: EmbeddedGroup, sequence: number, options: CallOptions): Promise<EmbeddedGroup> {
    if (this.#seen !== undefined && this.#seen === sequence - 1) return group;
    const { catalog } = this.#parts;
    const now = await catalog.getDocuments(
      [
        ...group.processed.map(({ item }) => item.documentId),
        ...group.departures.map(({ document }) => document.documentId),
      ],
      options,
    );
    const stands = (documentId: string, before: CatalogDocument | undefined): boolean => {
      const current = now.get(documentId);
      return (current?.state === "deleted" ? undefined : current?.liveRevision) === before?.liveRevision;
    };
    const processed = group.processed.filter(({ item }) => stands(item.documentId, item.previous));
    const departures = group.departures.filter(({ document }) => stands(document.documentId, document));
    this.#seen = sequence - 1;
    if (processed.length === group.processed.length && departures.length === group.departures.length) return group;
    const batches = groupBatches(processed);
    const { embedder, embeddingCache } = this.#parts;
    const rows = await embedRows(batches, embedder, embeddingCache, options);
    return { processed, departures, batches, rows: { vectors: rows.vectors, embedded: group.rows.embedded } };
  }

  #outcomes(group: PublicationGroup & { readonly rows?: EmbeddedRows }): DocumentOutcome[] {
    const credited = new Set<string>();
    const embeddedOf = (slices: readonly RowSlice[]): number => {
      let count = 0;
      for (const { batch, start, end } of slices) {
        const hashes = batch.getChild("content_hash")!;
        for (let row = start; row < end; row++) {
          const hash = hashes.get(row) as string;
          if (!group.rows!.embedded.has(hash) || credited.has(hash)) continue;
          credited.add(hash);
          count++;
        }
      }
      return count;
    };
    return [
      ...group.processed.map(({ outcome, publication }) =>
        publication === undefined || group.rows === undefined
          ? outcome
          : { ...outcome, embedded: embeddedOf(publication.rows) },
      ),
      ...group.departures.map(
        ({ document, state }): DocumentOutcome => ({
          documentId: document.documentId,
          key: document.key,
          status: state,
        }),
      ),
    ];
  }

  #settled(group: PublicationGroup): string[] {
    return [
      ...group.processed
        .filter((document) => document.deadLetter === undefined)
        .map((document) => document.item.documentId),
      ...group.departures.map(({ document }) => document.documentId),
    ];
  }

  /** Writes the rows and counts them. The batches go to the store as they are; only two columns and the vectors are new. */
  async #write(group: EmbeddedGroup, sequence: number, options: CallOptions): Promise<number> {
    const { store, embedder } = this.#parts;
    const { dimensions } = embedder;
    const publication = { publishedFrom: sequence, runId: this.#runId };
    const most = store.capabilities.maxRowsPerWrite;
    let expected = 0;
    let waiting: RecordBatch[] = [];
    let rows = 0;
    const write = async (): Promise<void> => {
      if (waiting.length > 0) await store.write(new Table(waiting), options);
      waiting = [];
      rows = 0;
    };
    for (const [index, batch] of group.batches.entries()) {
      const vectors = group.rows.vectors[index]!;
      for (let start = 0; start < batch.numRows; start += most) {
        const end = Math.min(batch.numRows, start + most);
        const piece = end - start === batch.numRows ? batch : batch.slice(start, end);
        if (rows + piece.numRows > most) await write();
        waiting.push(
          completeChunks(piece, publication, vectors.subarray(start * dimensions, end * dimensions), dimensions),
        );
        rows += piece.numRows;
      }
      expected += batch.numRows;
    }
    await write();
    await this.#fault("rows-written");
    const found = await store.count({ op: "eq", field: "publishedFrom", value: sequence }, options);
    if (found !== expected) {
      throw new GroundworkError(
        "ROW_COUNT_MISMATCH",
        `The store ${store.name} holds ${found} rows of a publication of ${expected}. Nothing was published; run again.`,
        { stage: "write", store: store.name, runId: this.#runId, retryable: true },
      );
    }
    await this.#fault("rows-verified");
    return expected;
  }

  async #retire(
    group: PublicationGroup,
    publishing: readonly ProcessedDocument[],
    sequence: number,
    options: CallOptions,
  ): Promise<number> {
    const documentIds = [
      ...publishing.filter(({ item }) => item.previous?.liveRevision !== undefined).map(({ item }) => item.documentId),
      ...group.departures.map(({ document }) => document.documentId),
    ];
    let rows = 0;
    for (const filter of inPieces("documentId", documentIds)) {
      const older: Filter = {
        and: [
          filter,
          { op: "lt", field: "publishedFrom", value: sequence },
          { op: "exists", field: "publishedTo", value: false },
        ],
      };
      rows += (await this.#parts.store.stamp(older, { publishedTo: sequence }, options)).rows;
    }
    return rows;
  }

  /** Before the commit, so that no reader meets a pseudonym that the vault does not know. */
  async #keepSealed(publishing: readonly ProcessedDocument[], options: CallOptions): Promise<void> {
    const { vault } = this.#parts;
    if (vault === undefined) return;
    for (const { publication } of publishing) {
      const { sealed = [], copyOf, revision } = publication!;
      if (copyOf !== undefined) await vault.copy(copyOf, revision, options);
      await vault.put(revision, sealed, options);
    }
  }

  /** Physical removal after the commit. What a crash leaves over is found again by {@link purgeDepartures}. */
  async #purge(group: PublicationGroup, publishing: readonly ProcessedDocument[], sequence: number): Promise<void> {
    const superseded = publishing.filter(({ item }) => item.previous?.liveRevision !== undefined);
    for (const filter of inPieces(
      "documentId",
      superseded.map(({ item }) => item.documentId),
    )) {
      await this.#parts.store.deleteBy({ and: [filter, { op: "lte", field: "publishedTo", value: sequence }] });
    }
    for (const { publication } of superseded) await this.#parts.vault?.supersede(publication!.revision);
    await purgeDepartures(this.#parts, group.departures);
  }

  async #deadLetters(group: PublicationGroup): Promise<DeadLetter[]> {
    const fresh = group.processed.filter((document) => document.deadLetter !== undefined);
    if (fresh.length === 0) return [];
    const before = new Map<string, DeadLetter>();
    for await (const letter of this.#parts.catalog.listDeadLetters({ sourceId: fresh[0]!.item.sourceId }))
      before.set(letter.documentId, letter);
    const now = Date.now();
    return fresh.map(({ deadLetter }) => ({
      ...deadLetter!,
      runId: this.#runId,
      attempts: (before.get(deadLetter!.documentId)?.attempts ?? 0) + 1,
      firstAt: before.get(deadLetter!.documentId)?.firstAt ?? now,
      lastAt: now,
    }));
  }
}

/** What is said of documents that another process published meanwhile: there is nothing left to do for them. */
function overtakenOutcomes(all: PublicationGroup, group: PublicationGroup): DocumentOutcome[] {
  if (group === all) return [];
  const published = new Set(group.processed);
  const departed = new Set(group.departures);
  const warnings = [
    { code: "overtaken", message: "Another process published this document meanwhile. What it published stands." },
  ];
  return [
    ...all.processed.filter((processed) => !published.has(processed)).map(({ item }) => item),
    ...all.departures.filter((departure) => !departed.has(departure)).map(({ document }) => document),
  ].map(({ documentId, key }) => ({ documentId, key, status: "unchanged", warnings }));
}

function movedFromEdge(fromId: string, toId: string, runId: string): LineageEdge {
  return { fromKind: "moved_from", fromId, toKind: "document", toId, runId };
}

function departed(document: CatalogDocument, state: Departure["state"]): CatalogDocument {
  const { liveRevision: _gone, fingerprint: _made, hint: _hint, ...rest } = document;
  // `chunks` stays until the rows are physically gone: what is left over after a crash can be found by it.
  return { ...rest, state, updatedAt: Date.now() };
}
