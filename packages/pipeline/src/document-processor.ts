import {
  type Attributes,
  type CallOptions,
  type DocumentMetadata,
  type ErrorIds,
  type ExtractionPart,
  GroundworkError,
  revisionArtifactKey,
  throwIfAborted,
} from "@groundwork/contracts";
import type { RecordBatch } from "apache-arrow";
import { childItems } from "./child-items.ts";
import { failedDocument, type ProcessingNotes } from "./failed-document.ts";
import { containerMark, type KeptRevisions } from "./kept-revisions.ts";
import { type OpenedDocument, openDocument } from "./open-document.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import type { PreparedDocument, TimedDocument } from "./preparation.ts";
import { type PreparationItem, type Preparer, prepareBundle } from "./prepare-bundle.ts";
import { revisionIdOf, type StageFingerprints } from "./stage-fingerprints.ts";
import type { ProcessedDocument, RowSlice, WorkItem } from "./work-item.ts";

/** Trouble of the knowledge base itself, not of a document: it stops the run. */
const STOPS_THE_RUN: ReadonlySet<string> = new Set([
  "ABORTED",
  "DISK_FULL",
  "CATALOG_BUSY",
  "CATALOG_CORRUPT",
  "STORE_CORRUPT",
  "INVALID_CONFIGURATION",
]);

type ProcessOptions = CallOptions & {
  readonly onProgress?: (item: WorkItem, part: Extract<ExtractionPart, { type: "progress" }>) => void;
};

interface Pending {
  readonly opened: OpenedDocument;
  readonly revision: Uint8Array | undefined;
}

/** Takes documents from their bytes to rows: version, text revision (read, enriched, protected, or used again), chunks. */
export class DocumentProcessor {
  readonly #parts: PipelineParts;
  readonly #fingerprints: StageFingerprints;
  readonly #preparer: Preparer;
  readonly #kept: KeptRevisions;
  /** Versions being read now, so that a copy waits for the text instead of being read too. */
  readonly #reading = new Map<string, Promise<void>>();

  constructor(parts: PipelineParts, fingerprints: StageFingerprints, preparer: Preparer, kept: KeptRevisions) {
    this.#parts = parts;
    this.#fingerprints = fingerprints;
    this.#preparer = preparer;
    this.#kept = kept;
  }

  /**
   * Processes documents together, in order. A document that fails is an entry of the result. Throws only for an abort and for
   * trouble of the knowledge base itself (disk, catalog, store).
   */
  async process(items: readonly WorkItem[], options: ProcessOptions = {}): Promise<ProcessedDocument[]> {
    const results = new Map<WorkItem, ProcessedDocument>();
    const pending: Pending[] = [];
    const copies: { readonly opened: OpenedDocument; readonly original: Promise<void> }[] = [];
    const finish: (() => void)[] = [];
    const mine = new Set<string>();
    try {
      const opened: OpenedDocument[] = [];
      for (const [index, found] of (await Promise.all(items.map((item) => this.#open(item, options)))).entries()) {
        if ("outcome" in found) results.set(items[index]!, found);
        else opened.push(found);
      }
      const places = await this.#kept.copiesOf(opened, options);
      await Promise.all(
        opened.map(async (document) => {
          try {
            const revision = await this.#kept.find(document, places, options);
            const key = this.#kept.keyOf(document);
            const original = revision === undefined ? this.#reading.get(key) : undefined;
            if (original !== undefined) {
              copies.push({ opened: document, original });
              return;
            }
            if (revision === undefined) {
              mine.add(key);
              this.#reading.set(key, new Promise((resolve) => finish.push(resolve)));
            }
            pending.push({ opened: document, revision });
          } catch (error) {
            results.set(document.item, this.#failed(document.item, error, document.notes, document.started));
          }
        }),
      );
      // In the order asked for, whatever was opened first.
      const order = new Map(items.map((item, index) => [item, index]));
      pending.sort((a, b) => order.get(a.opened.item)! - order.get(b.opened.item)!);
      for (const [item, processed] of await this.#prepare(pending, options)) results.set(item, processed);
    } finally {
      for (const key of mine) this.#reading.delete(key);
      for (const resolve of finish) resolve();
    }
    if (copies.length > 0) {
      await Promise.all(copies.map(({ original }) => original));
      const late: Pending[] = [];
      // What was read a moment ago is remembered: the catalog need not be asked.
      for (const { opened } of copies)
        late.push({ opened, revision: await this.#kept.find(opened, new Map(), options) });
      for (const [item, processed] of await this.#prepare(late, options)) results.set(item, processed);
    }
    return items.map((item) => results.get(item)!);
  }

  async #open(item: WorkItem, options: CallOptions): Promise<OpenedDocument | ProcessedDocument> {
    const started = performance.now();
    const notes: ProcessingNotes = { warnings: [] };
    try {
      const opened = await openDocument(item, this.#parts, this.#fingerprints, notes, started, options);
      return this.#unchanged(opened) ?? opened;
    } catch (error) {
      throwIfAborted(options.signal);
      return this.#failed(item, error, notes, started);
    }
  }

  #unchanged({ item, known, document }: OpenedDocument): ProcessedDocument | undefined {
    const { previous, documentId, key } = item;
    const { version, mediaType } = document;
    if (
      previous?.liveRevision === undefined ||
      previous.state === "hidden" ||
      previous.version !== version ||
      previous.fingerprint !== known.fingerprint ||
      item.force === true ||
      previous.liveRevision !== revisionIdOf(documentId, version, mediaType, this.#fingerprints.extraction(mediaType))
    )
      return undefined;
    return {
      item,
      outcome: { documentId, key, status: "unchanged" },
      document: {
        ...known,
        liveRevision: previous.liveRevision,
        ...(previous.metadata === undefined ? {} : { metadata: previous.metadata }),
      },
      children: [],
      childrenKnown: false,
      extracted: false,
    };
  }

  async #prepare(pending: readonly Pending[], options: ProcessOptions): Promise<Map<WorkItem, ProcessedDocument>> {
    const results = new Map<WorkItem, ProcessedDocument>();
    const ready: { readonly opened: OpenedDocument; readonly item: PreparationItem }[] = [];
    for (const { opened, revision } of pending) {
      try {
        ready.push({ opened, item: this.#preparation(opened, revision) });
      } catch (error) {
        results.set(opened.item, this.#failed(opened.item, error, opened.notes, opened.started));
      }
    }
    if (ready.length === 0) return results;
    const bundle = await prepareBundle(
      this.#preparer,
      ready.map(({ item }) => item),
      {
        signal: options.signal,
        maxChildren: this.#parts.settings?.maxChildren ?? 10_000,
        onProgress: (index, part) => options.onProgress?.(ready[index]!.opened.item, part),
      },
    );
    const slices = sliceRows(bundle.documents, bundle.batches);
    const again: Pending[] = [];
    await Promise.all(
      ready.map(async ({ opened, item }, index) => {
        const prepared = bundle.documents[index]!;
        try {
          if (prepared instanceof GroundworkError) {
            if (item.revision !== undefined && prepared.code === "STORE_CORRUPT") {
              // A damaged artefact is made again.
              again.push({ opened, revision: undefined });
              return;
            }
            throw prepared;
          }
          results.set(opened.item, await this.#finish(opened, prepared, slices[index]!, options));
        } catch (error) {
          throwIfAborted(options.signal);
          results.set(opened.item, this.#failed(opened.item, error, opened.notes, opened.started));
        }
      }),
    );
    if (again.length > 0)
      for (const [item, processed] of await this.#prepare(again, options)) results.set(item, processed);
    return results;
  }

  #preparation(opened: OpenedDocument, revision: Uint8Array | undefined): PreparationItem {
    const { item, document } = opened;
    const { documentId, version, mediaType } = document;
    const extractor = this.#fingerprints.extractorFor(mediaType);
    if (extractor === undefined) {
      throw new GroundworkError(
        "UNSUPPORTED_MEDIA_TYPE",
        `No configured extractor reads "${mediaType}". Add one, or leave such files out of the source.`,
        { documentId, stage: "extract" },
      );
    }
    return {
      document,
      extractor,
      target: {
        documentId,
        version,
        mediaType,
        revisionId: revisionIdOf(documentId, version, mediaType, this.#fingerprints.extraction(mediaType)),
        extractor: extractor.identity.name,
        sourceId: item.sourceId,
        key: item.key,
        uri: item.uri,
        permissions: item.permissions,
        ...(item.attributes === undefined ? {} : { attributes: item.attributes }),
      },
      ...(revision === undefined ? {} : { revision }),
    };
  }

  /** Keeps the artefact and says what is to be published. */
  async #finish(
    opened: OpenedDocument,
    prepared: TimedDocument,
    rows: readonly RowSlice[],
    options: CallOptions,
  ): Promise<ProcessedDocument> {
    const { item, document, known, notes } = opened;
    const { documentId, key, sourceId, previous } = item;
    const { version, mediaType } = document;
    const ids: ErrorIds = { documentId, sourceId, key };
    if (prepared.extracted) await opened.assertUnchanged();
    const maxDepth = this.#parts.settings?.maxDepth ?? 5;
    if (prepared.children.length > 0 && item.depth >= maxDepth) {
      throw new GroundworkError(
        "ARCHIVE_TOO_DEEP",
        `Documents are nested deeper than ${maxDepth} levels. Raise settings.maxDepth or unpack them.`,
        { ...ids, stage: "extract" },
      );
    }
    const extraction = this.#fingerprints.extraction(mediaType);
    const revisionId = revisionIdOf(documentId, version, mediaType, extraction);
    const artifact = revisionArtifactKey(documentId, revisionId);
    if (prepared.artifact !== undefined) await this.#parts.artifacts.put(artifact, prepared.artifact, options);
    if (prepared.children.length > 0)
      await this.#parts.artifacts.put(containerMark(artifact), new Uint8Array([1]), options);
    else if (prepared.extracted) this.#kept.remember(opened);
    throwIfAborted(options.signal, ids);

    const { sidecar } = prepared;
    const attributes: Attributes = { ...prepared.metadata.attributes, ...sidecar.attributes };
    const metadata: DocumentMetadata = { ...prepared.metadata, ...sidecar.metadata, attributes };
    notes.warnings.push(...prepared.warnings, ...this.#languageWarning(metadata.language));
    return {
      item,
      outcome: {
        documentId,
        key,
        status: previous?.liveRevision === undefined ? "added" : "changed",
        chunks: prepared.rows,
        milliseconds: Math.round(prepared.milliseconds),
        ...(metadata.pages === undefined ? {} : { pages: metadata.pages }),
        ...(notes.warnings.length > 0 ? { warnings: notes.warnings } : {}),
      },
      document: { ...known, chunks: prepared.rows, liveRevision: revisionId, metadata },
      publication: {
        rows,
        ...(prepared.sealed === undefined ? {} : { sealed: prepared.sealed }),
        ...(prepared.copyOf === undefined ? {} : { copyOf: prepared.copyOf }),
        revision: {
          revisionId,
          documentId,
          version,
          artifact,
          metadata,
          mediaType,
          extraction,
          chunker: this.#fingerprints.chunker,
          embedder: this.#fingerprints.embedder,
          chunks: prepared.rows,
          ...(prepared.findings === undefined ? {} : { findings: prepared.findings }),
        },
        edges: [
          { fromKind: "source", fromId: sourceId, toKind: "document", toId: documentId },
          ...(item.parentId === undefined
            ? []
            : [{ fromKind: "document", fromId: item.parentId, toKind: "document", toId: documentId }]),
          { fromKind: "document", fromId: documentId, toKind: "version", toId: version },
          {
            fromKind: "version",
            fromId: version,
            toKind: "revision",
            toId: revisionId,
            fingerprint: extraction,
          },
          {
            fromKind: "model",
            fromId: this.#fingerprints.embedder,
            toKind: "revision",
            toId: revisionId,
            fingerprint: this.#fingerprints.chunker,
          },
        ],
      },
      children: childItems(item, prepared.children),
      // A text that was used again says nothing of members: a document with members is always read.
      childrenKnown: true,
      extracted: prepared.extracted,
    };
  }

  #languageWarning(language: string | undefined): { code: string; message: string }[] {
    const { modelId, languages } = this.#parts.embedder;
    if (language === undefined || languages === undefined) return [];
    if (languages.includes(language.split("-")[0]!.toLowerCase())) return [];
    return [
      {
        code: "language-unknown-to-embedder",
        message: `The document is in "${language}", the embedder ${modelId} knows ${languages.join(", ")}: dense search will be poor, word search works.`,
      },
    ];
  }

  #failed(item: WorkItem, error: unknown, notes: ProcessingNotes, started: number): ProcessedDocument {
    const { documentId, sourceId, key } = item;
    const typed = GroundworkError.from(
      error,
      "INTERNAL",
      "The document could not be processed because of a defect of this library.",
      { documentId, sourceId, key },
    );
    if (STOPS_THE_RUN.has(typed.code)) throw typed;
    return failedDocument(item, typed, notes, started, this.#fingerprints);
  }
}

/** Which rows of the batches are whose: they come in the order of the documents. */
function sliceRows(
  documents: readonly (PreparedDocument | GroundworkError)[],
  batches: readonly RecordBatch[],
): RowSlice[][] {
  let at = 0;
  let start = 0;
  return documents.map((document) => {
    const slices: RowSlice[] = [];
    let left = document instanceof GroundworkError ? 0 : document.rows;
    while (left > 0) {
      const batch = batches[at];
      if (batch === undefined)
        throw new GroundworkError("INTERNAL", "Fewer rows came out of the preparation than were announced.");
      const end = Math.min(batch.numRows, start + left);
      slices.push({ batch, start, end });
      left -= end - start;
      start = end;
      if (start === batch.numRows) {
        at++;
        start = 0;
      }
    }
    return slices;
  });
}
