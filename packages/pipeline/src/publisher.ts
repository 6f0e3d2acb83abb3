import {
  type CallOptions,
  type CatalogDocument,
  type ChunkRow,
  type DeadLetter,
  type DocumentOutcome,
  embedderInput,
  encodeChunksWithVectors,
  type Filter,
  GroundworkError,
  type LineageEdge,
  revisionArtifactPrefix,
} from "@groundwork/contracts";
import { embedMany } from "./embed-many.ts";
import type { FaultHook } from "./fault-point.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import type { ProcessedDocument } from "./work-item.ts";

/** How long a publication may go without a heartbeat before others take it for abandoned, milliseconds. */
const PUBLICATION_TTL_MS = 60_000;

/** A document that leaves: deleted at its source (`deleted`), refused by it (`hidden`). */
export interface Departure {
  readonly document: CatalogDocument;
  readonly state: "deleted" | "hidden";
}

export interface PublicationGroup {
  readonly processed: readonly ProcessedDocument[];
  readonly departures: readonly Departure[];
}

export interface PublicationResult {
  readonly sequence: number | undefined;
  readonly outcomes: readonly DocumentOutcome[];
  readonly embedded: number;
  readonly reused: number;
  readonly rowsWritten: number;
  readonly rowsRetired: number;
}

/** A filter on one of many values, cut into pieces that every store can take. */
export function* inPieces(field: string, values: readonly string[]): Generator<Filter> {
  for (let start = 0; start < values.length; start += 500)
    yield { op: "in", field, value: values.slice(start, start + 500) };
}

/**
 * Publishes groups of documents in two phases: write and stamp rows under a sequence that no reader looks at, verify, then commit
 * in the catalog, which makes all of them visible at once. Whatever fails before the commit is taken back.
 */
export class Publisher {
  readonly #parts: PipelineParts;
  readonly #runId: string;
  readonly #fault: FaultHook;

  constructor(parts: PipelineParts, runId: string, fault: FaultHook = () => {}) {
    this.#parts = parts;
    this.#runId = runId;
    this.#fault = fault;
  }

  async publish(
    group: PublicationGroup,
    options: CallOptions & { readonly onEmbedded?: (done: number, total: number) => void } = {},
  ): Promise<PublicationResult> {
    const { catalog } = this.#parts;
    const publishing = group.processed.filter((document) => document.publication !== undefined);
    const rows = publishing.flatMap((document) => document.publication!.rows);
    const { vectors, embedded, embeddedHashes } = await this.#vectors(rows, options);
    await this.#fault("embedded");
    const outcomes: DocumentOutcome[] = [
      ...group.processed.map(({ outcome, publication }) =>
        publication === undefined
          ? outcome
          : { ...outcome, embedded: publication.rows.filter((row) => embeddedHashes.delete(row.contentHash)).length },
      ),
      ...group.departures.map(
        ({ document, state }): DocumentOutcome => ({
          documentId: document.documentId,
          key: document.key,
          status: state,
        }),
      ),
    ];
    const letters = this.#deadLetters(group);
    const settled = [
      ...group.processed
        .filter((document) => document.deadLetter === undefined)
        .map((document) => document.item.documentId),
      ...group.departures.map(({ document }) => document.documentId),
    ];
    if (publishing.length === 0 && group.departures.length === 0) {
      const documents = group.processed.map((document) => document.document);
      await catalog.recordOutcomes(
        this.#runId,
        {
          outcomes: outcomes.filter(({ status }) => status !== "unchanged"),
          documents,
          deadLetters: await letters,
          settled,
        },
        options,
      );
      return { sequence: undefined, outcomes, embedded: 0, reused: 0, rowsWritten: 0, rowsRetired: 0 };
    }

    const sequence = await catalog.beginPublication(this.#runId, { ...options, ttlMs: PUBLICATION_TTL_MS });
    const heartbeat = setInterval(
      () => void catalog.touchPublication(sequence, PUBLICATION_TTL_MS).catch(() => {}),
      PUBLICATION_TTL_MS / 4,
    );
    heartbeat.unref();
    try {
      await this.#fault("publication-begun");
      const runId = this.#runId;
      await this.#write(
        rows.map((row) => ({ ...row, publishedFrom: sequence, runId })),
        vectors,
        sequence,
        options,
      );
      const retired = [
        ...publishing.map(({ item }) => item.previous?.liveRevision),
        ...group.departures.map(({ document }) => document.liveRevision),
      ].filter((revision) => revision !== undefined);
      const rowsRetired = await this.#retire(group, publishing, sequence, options);
      await this.#fault("rows-retired");
      const edges: LineageEdge[] = publishing.flatMap(({ publication }) =>
        publication!.edges.map((edge) => ({ ...edge, runId })),
      );
      await catalog.commitPublication(
        sequence,
        {
          documents: [
            ...group.processed.map(({ document }) => document),
            ...group.departures.map(({ document, state }) => this.#departed(document, state)),
          ],
          revisions: publishing.map(({ publication }) => ({
            ...publication!.revision,
            publishedFrom: sequence,
            runId,
          })),
          retired,
          outcomes: outcomes.filter(({ status }) => status !== "unchanged"),
          deadLetters: await letters,
          settled,
          edges,
        },
        options,
      );
      await this.#fault("committed");
      await this.#purge(group, publishing, sequence);
      await this.#fault("purged");
      return { sequence, outcomes, embedded, reused: rows.length - embedded, rowsWritten: rows.length, rowsRetired };
    } catch (error) {
      await this.rollBack(sequence);
      throw error;
    } finally {
      clearInterval(heartbeat);
    }
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

  #departed(document: CatalogDocument, state: Departure["state"]): CatalogDocument {
    const { liveRevision: _gone, fingerprint: _made, hint: _hint, ...rest } = document;
    // `chunks` stays until the rows are physically gone: what is left over after a crash can be found by it.
    return { ...rest, state, updatedAt: Date.now() };
  }

  async #vectors(
    rows: readonly ChunkRow[],
    options: CallOptions & { readonly onEmbedded?: (done: number, total: number) => void },
  ): Promise<{ vectors: Float32Array; embedded: number; embeddedHashes: Set<string> }> {
    const { embedder, embeddingCache } = this.#parts;
    const { dimensions, modelId, revision } = embedder;
    const vectors = new Float32Array(rows.length * dimensions);
    const passages = rows.filter((row) => row.role !== "parent");
    const byHash = new Map(passages.map((row) => [row.contentHash, row]));
    const known = embeddingCache?.get(modelId, revision, [...byHash.keys()]) ?? new Map<string, Float32Array>();
    const missing = [...byHash.values()].filter((row) => !known.has(row.contentHash));
    const fresh = await embedMany(
      embedder,
      missing.map((row) => embedderInput(row.context, row.text)),
      {
        tokens: missing.map((row) => row.tokens),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
        ...(options.onEmbedded === undefined ? {} : { onProgress: options.onEmbedded }),
      },
    );
    const entries = missing.map(
      (row, index) => [row.contentHash, fresh.subarray(index * dimensions, (index + 1) * dimensions)] as const,
    );
    // Kept before anything else can fail: what was paid for is never paid for again.
    if (entries.length > 0) embeddingCache?.put(modelId, revision, entries);
    for (const [hash, vector] of entries) known.set(hash, vector);
    rows.forEach((row, index) => {
      if (row.role !== "parent") vectors.set(known.get(row.contentHash)!, index * dimensions);
    });
    return { vectors, embedded: missing.length, embeddedHashes: new Set(missing.map((row) => row.contentHash)) };
  }

  async #write(
    rows: readonly ChunkRow[],
    vectors: Float32Array,
    sequence: number,
    options: CallOptions,
  ): Promise<void> {
    const { store, embedder } = this.#parts;
    const size = store.capabilities.maxRowsPerWrite;
    for (let start = 0; start < rows.length; start += size) {
      const slice = rows.slice(start, start + size);
      const part = vectors.slice(start * embedder.dimensions, (start + slice.length) * embedder.dimensions);
      await store.write(encodeChunksWithVectors(slice, part, embedder.dimensions), options);
    }
    await this.#fault("rows-written");
    const found = await store.count({ op: "eq", field: "publishedFrom", value: sequence }, options);
    if (found !== rows.length) {
      throw new GroundworkError(
        "ROW_COUNT_MISMATCH",
        `The store ${store.name} holds ${found} rows of a publication of ${rows.length}. Nothing was published; run again.`,
        {
          stage: "write",
          store: store.name,
          runId: this.#runId,
          retryable: true,
        },
      );
    }
    await this.#fault("rows-verified");
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

  /** Physical removal after the commit. What a crash leaves over is found again by {@link purgeLeftovers}. */
  async #purge(group: PublicationGroup, publishing: readonly ProcessedDocument[], sequence: number): Promise<void> {
    const { store } = this.#parts;
    const superseded = publishing.filter(({ item }) => item.previous?.liveRevision !== undefined);
    for (const filter of inPieces(
      "documentId",
      superseded.map(({ item }) => item.documentId),
    )) {
      await store.deleteBy({ and: [filter, { op: "lte", field: "publishedTo", value: sequence }] });
    }
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

async function contentHashes(parts: PipelineParts, field: string, values: readonly string[]): Promise<Set<string>> {
  const hashes = new Set<string>();
  for (const filter of inPieces(field, values)) {
    for await (const batch of parts.store.scan(filter, { columns: ["content_hash"] })) {
      for (const hash of batch.getChild("content_hash") ?? []) if (typeof hash === "string") hashes.add(hash);
    }
  }
  return hashes;
}

/**
 * Removes what departed documents leave: rows, artefacts, cached vectors. A hidden document keeps its artefacts and vectors,
 * so that it can return without being read again.
 */
export async function purgeDepartures(parts: PipelineParts, departures: readonly Departure[]): Promise<void> {
  if (departures.length === 0) return;
  const { store, artifacts, catalog, embeddingCache } = parts;
  const deleted = departures.filter(({ state }) => state === "deleted").map(({ document }) => document.documentId);
  const hashes = embeddingCache === undefined ? new Set<string>() : await contentHashes(parts, "documentId", deleted);
  for (const filter of inPieces(
    "documentId",
    departures.map(({ document }) => document.documentId),
  )) {
    await store.deleteBy(filter);
  }
  // A vector that another document shares stays.
  const shared = await contentHashes(parts, "contentHash", [...hashes]);
  embeddingCache?.remove([...hashes].filter((hash) => !shared.has(hash)));
  for (const documentId of deleted) await artifacts.deletePrefix(revisionArtifactPrefix(documentId));
  const cleaned: CatalogDocument[] = [];
  for (const { document } of departures) {
    const current = await catalog.getDocument(document.documentId);
    if (current !== undefined) cleaned.push({ ...current, chunks: 0 });
  }
  await catalog.updateDocuments(cleaned);
}
