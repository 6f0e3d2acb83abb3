import { randomUUID } from "node:crypto";
import {
  type Attributes,
  type CallOptions,
  type CatalogDocument,
  completeChunks,
  type DocumentMetadata,
  type Filter,
  GroundworkError,
  type RunRecord,
  revisionArtifactPrefix,
  throwIfAborted,
} from "@groundwork/contracts";
import { type RecordBatch, Table } from "apache-arrow";
import { embedRows } from "./embed-rows.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import { prepareRevision } from "./preparation.ts";
import { Publisher } from "./publisher.ts";
import { inPieces } from "./purge-departures.ts";
import { RowCollector } from "./row-collector.ts";
import { selectRows } from "./select-rows.ts";
import { stageFingerprints } from "./stage-fingerprints.ts";
import { PUBLISH_LEASE, underLease } from "./under-lease.ts";

/**
 * `rows-missing`: the catalog says that a document has chunks which the store lacks. `rows-orphaned`: the store has rows that
 * the catalog does not stand for. `artifact-missing`: a live document's text is gone, so that no citation of it can be checked.
 * `artifact-orphaned`: texts are kept of documents that are gone.
 */
export type DriftKind = "rows-missing" | "rows-orphaned" | "artifact-missing" | "artifact-orphaned";

export interface Drift {
  readonly kind: DriftKind;
  readonly documentId: string;
  /** Absent for what the catalog does not know. */
  readonly key?: string;
  /** Rows (or artefacts) concerned. */
  readonly count: number;
  /** `repaired`: put right. `reread`: the next ingestion reads the document again. `none`: only reported. */
  readonly repair: "none" | "repaired" | "reread";
}

export interface ReconcileReport {
  readonly runId: string;
  /** What differed, at most 10,000 entries. */
  readonly drift: readonly Drift[];
  /** Entries in all. */
  readonly total: number;
  readonly documents: number;
  readonly rows: number;
  readonly rolledBack: number;
  readonly elapsedMs: number;
}

export interface ReconcileOptions extends CallOptions {
  /** Report and change nothing. @default false */
  readonly check?: boolean;
  /** Also compare the texts that are kept with the catalog: not where several catalogs share them. @default true */
  readonly texts?: boolean;
}

const PAGE = 500;
const LISTED = 10_000;

/**
 * Compares store, artefacts and catalog in both directions and puts right what differs: rows that are lost are made again from
 * the text that is kept (nothing is read from the source), rows that nobody stands for are removed, and a document whose text is
 * lost is marked to be read again. Memory does not grow with the knowledge base.
 */
export function reconcile(parts: PipelineParts, options: ReconcileOptions = {}): Promise<ReconcileReport> {
  return underLease(parts.catalog, PUBLISH_LEASE, { ...options, waitMs: 10 * 60_000 }, (signal) =>
    new Reconciliation(parts, options.check === true, options.texts !== false, signal).run(),
  );
}

class Reconciliation {
  readonly #parts: PipelineParts;
  readonly #check: boolean;
  readonly #texts: boolean;
  readonly #signal: AbortSignal;
  readonly #runId: string = randomUUID();
  readonly #drift: Drift[] = [];
  #total = 0;
  #documents = 0;
  #rows = 0;

  constructor(parts: PipelineParts, check: boolean, texts: boolean, signal: AbortSignal) {
    this.#parts = parts;
    this.#check = check;
    this.#texts = texts;
    this.#signal = signal;
  }

  async run(): Promise<ReconcileReport> {
    const { catalog } = this.#parts;
    const started = performance.now();
    const fingerprints = stageFingerprints(this.#parts);
    const record: RunRecord = {
      runId: this.#runId,
      kind: "reconcile",
      status: "running",
      startedAt: Date.now(),
      configuration: fingerprints.configuration,
      stages: fingerprints.stages,
    };
    if (!this.#check) await catalog.startRun(record, { signal: this.#signal });
    let status: RunRecord["status"] = "failed";
    try {
      const rolledBack = this.#check
        ? (await catalog.openPublications()).length
        : await new Publisher(this.#parts, this.#runId).rollBackAbandoned();
      await this.#compareRows();
      await this.#compareDocuments();
      if (this.#texts) await this.#compareArtifacts();
      status = "completed";
      return {
        runId: this.#runId,
        drift: this.#drift,
        total: this.#total,
        documents: this.#documents,
        rows: this.#rows,
        rolledBack,
        elapsedMs: Math.round(performance.now() - started),
      };
    } finally {
      if (!this.#check) {
        const counts = { drift: this.#total, documents: this.#documents, rows: this.#rows };
        await catalog.finishRun({ ...record, status, finishedAt: Date.now(), counts }).catch(() => {});
      }
    }
  }

  #found(drift: Omit<Drift, "repair">, repair: Drift["repair"]): void {
    this.#total++;
    if (this.#drift.length < LISTED) this.#drift.push({ ...drift, repair: this.#check ? "none" : repair });
  }

  /** From the store: rows that are of no live document's live revision. */
  async #compareRows(): Promise<void> {
    const { store, catalog } = this.#parts;
    const orphans = new Map<string, { readonly document: CatalogDocument | undefined; chunkIds: string[] }>();
    const columns = ["chunk_id", "document_id", "revision", "published_to"];
    for await (const batch of store.scan(undefined, { columns, signal: this.#signal })) {
      throwIfAborted(this.#signal);
      const column = (name: string): unknown[] => [...(batch.getChild(name) ?? [])];
      const documentIds = column("document_id") as string[];
      const revisions = column("revision") as string[];
      const chunkIds = column("chunk_id") as string[];
      const retired = column("published_to");
      const known = await catalog.getDocuments([...new Set(documentIds)], { signal: this.#signal });
      this.#rows += documentIds.length;
      for (const [row, documentId] of documentIds.entries()) {
        const document = known.get(documentId);
        if (document?.liveRevision === revisions[row] && retired[row] === null) continue;
        const orphan = orphans.get(documentId);
        if (orphan === undefined) orphans.set(documentId, { document, chunkIds: [chunkIds[row]!] });
        else orphan.chunkIds.push(chunkIds[row]!);
      }
    }
    for (const [documentId, { document, chunkIds }] of orphans) {
      const key = document === undefined ? {} : { key: document.key };
      this.#found({ kind: "rows-orphaned", documentId, ...key, count: chunkIds.length }, "repaired");
      if (this.#check) continue;
      for (const filter of inPieces("chunkId", chunkIds)) await store.deleteBy(filter, { signal: this.#signal });
    }
  }

  /** From the catalog: live documents whose rows are not all there. */
  async #compareDocuments(): Promise<void> {
    let page: CatalogDocument[] = [];
    for await (const document of this.#parts.catalog.listDocuments(
      { states: ["live", "stale"] },
      { signal: this.#signal },
    )) {
      if (document.liveRevision === undefined) continue;
      page.push(document);
      if (page.length === PAGE) await this.#comparePage(page.splice(0));
    }
    if (page.length > 0) await this.#comparePage(page);
    page = [];
  }

  async #comparePage(documents: readonly CatalogDocument[]): Promise<void> {
    const { store, artifacts, catalog } = this.#parts;
    this.#documents += documents.length;
    const present = new Map<string, Set<string>>();
    const filter: Filter = { op: "in", field: "documentId", value: documents.map(({ documentId }) => documentId) };
    for await (const batch of store.scan(filter, { columns: ["chunk_id", "revision"], signal: this.#signal })) {
      const revisions = batch.getChild("revision")!;
      const chunkIds = batch.getChild("chunk_id")!;
      for (let row = 0; row < batch.numRows; row++) {
        const revision = revisions.get(row) as string;
        const known = present.get(revision) ?? new Set();
        known.add(chunkIds.get(row) as string);
        present.set(revision, known);
      }
    }
    for (const document of documents) {
      throwIfAborted(this.#signal);
      const { documentId, key, liveRevision, chunks } = document;
      const record = await catalog.getRevision(liveRevision!, { signal: this.#signal });
      const bytes = record === undefined ? undefined : await artifacts.get(record.artifact, { signal: this.#signal });
      const there = present.get(liveRevision!) ?? new Set<string>();
      if (bytes === undefined) {
        this.#found({ kind: "artifact-missing", documentId, key, count: 1 }, "reread");
        await this.#reread(document);
      }
      if (there.size >= chunks) continue;
      const restored =
        bytes !== undefined && !this.#check && (await this.#restoreRows(document, bytes, there).catch(giveUpOn));
      this.#found(
        { kind: "rows-missing", documentId, key, count: chunks - there.size },
        restored === true ? "repaired" : "reread",
      );
      if (restored !== true && bytes !== undefined) await this.#reread(document);
    }
  }

  /** Makes the rows that are missing from the text that is kept, and publishes them beside those that are there. */
  async #restoreRows(document: CatalogDocument, bytes: Uint8Array, there: ReadonlySet<string>): Promise<boolean> {
    const { store, catalog, embedder, embeddingCache, enrichers, pii, chunker } = this.#parts;
    const { documentId, sourceId, key, uri, permissions, liveRevision, version, mediaType } = document;
    const fingerprints = stageFingerprints(this.#parts);
    const record = await catalog.getRevision(liveRevision!, { signal: this.#signal });
    // Under another configuration other chunks would come out: then the whole document is made again.
    if (record?.chunker !== fingerprints.chunker || record.embedder !== fingerprints.embedder) return false;
    const made: RecordBatch[] = [];
    const collector = new RowCollector((batch) => made.push(batch));
    await prepareRevision(
      { enrichers, pii, chunker },
      bytes,
      {
        documentId,
        version: version!,
        mediaType: mediaType!,
        revisionId: liveRevision!,
        extractor: "",
        sourceId,
        key,
        uri,
        permissions,
        // What a sidecar said stands in the revision's record, merged with what the document says.
        attributes: statedAttributes(record.metadata),
        attributesProtected: true,
      },
      collector,
    );
    collector.flush();
    const batches = made.flatMap((batch) => {
      const chunkIds = batch.getChild("chunk_id")!;
      return selectRows(batch, (row) => !there.has(chunkIds.get(row) as string)) ?? [];
    });
    const count = batches.reduce((sum, batch) => sum + batch.numRows, 0);
    if (count + there.size !== document.chunks) return false;
    const { vectors } = await embedRows(batches, embedder, embeddingCache, { signal: this.#signal });
    const publisher = new Publisher(this.#parts, this.#runId);
    const sequence = await catalog.beginPublication(this.#runId, { signal: this.#signal });
    try {
      const publication = { publishedFrom: sequence, runId: this.#runId };
      const complete = batches.map((batch, index) =>
        completeChunks(batch, publication, vectors[index]!, embedder.dimensions),
      );
      await store.write(new Table(complete), { signal: this.#signal });
      await catalog.commitPublication(
        sequence,
        { documents: [document], revisions: [], retired: [], outcomes: [], edges: [] },
        { signal: this.#signal },
      );
      return true;
    } catch (error) {
      await publisher.rollBack(sequence);
      throw error;
    }
  }

  /** The next plan finds that nothing is known of how the document was made, and makes it again. */
  async #reread(document: CatalogDocument): Promise<void> {
    if (this.#check) return;
    const { hint: _hint, fingerprint: _fingerprint, ...rest } = document;
    await this.#parts.catalog.updateDocuments([rest], { signal: this.#signal });
  }

  /** Texts of documents that the catalog does not have, or has as deleted. */
  async #compareArtifacts(): Promise<void> {
    const { artifacts, catalog } = this.#parts;
    let counts = new Map<string, number>();
    const settle = async (): Promise<void> => {
      const known = await catalog.getDocuments([...counts.keys()], { signal: this.#signal });
      for (const [documentId, count] of counts) {
        const document = known.get(documentId);
        if (document !== undefined && document.state !== "deleted") continue;
        const key = document === undefined ? {} : { key: document.key };
        this.#found({ kind: "artifact-orphaned", documentId, ...key, count }, "repaired");
        if (!this.#check) await artifacts.deletePrefix(revisionArtifactPrefix(documentId), { signal: this.#signal });
      }
      counts = new Map();
    };
    for await (const artifact of artifacts.list(revisionArtifactPrefix("").slice(0, -1), { signal: this.#signal })) {
      const documentId = artifact.split("/")[1] ?? "";
      if (!counts.has(documentId) && counts.size === PAGE) await settle();
      counts.set(documentId, (counts.get(documentId) ?? 0) + 1);
    }
    await settle();
  }
}

function statedAttributes({ attributes, ...metadata }: DocumentMetadata): Attributes {
  const { title, language, author, effectiveFrom, effectiveTo, tags } = metadata;
  const stated = Object.entries({ title, language, author, effectiveFrom, effectiveTo, tags });
  return { ...attributes, ...Object.fromEntries(stated.filter(([, value]) => value !== undefined)) } as Attributes;
}

/** A document that cannot be restored is read again; trouble of the knowledge base itself ends the run. */
function giveUpOn(error: unknown): false {
  if (GroundworkError.isInstance(error) && ["STORE_CORRUPT", "SCHEMA_MISMATCH"].includes(error.code)) return false;
  throw error;
}
