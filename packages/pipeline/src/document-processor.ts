import {
  type Attributes,
  type CallOptions,
  type CatalogDocument,
  type ChildDocument,
  childKey,
  type DocumentContent,
  type DocumentMetadata,
  type DocumentOutcome,
  decodeTextRevision,
  documentIdOf,
  type ExtractionPart,
  encodeTextRevision,
  GroundworkError,
  type PlacedElement,
  placeElements,
  revisionArtifactKey,
  type TextRevision,
  throwIfAborted,
} from "@groundwork/contracts";
import { chunkRows, splitAttributes } from "./chunk-rows-of.ts";
import { documentVersion } from "./document-version.ts";
import { extractDocument } from "./extract-document.ts";
import type { ExtractionPool } from "./extraction-pool.ts";
import { failedDocument, type ProcessingNotes } from "./failed-document.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import { revisionIdOf, type StageFingerprints } from "./stage-fingerprints.ts";
import type { ProcessedDocument, WorkItem } from "./work-item.ts";

const HAS_TEXT = /[\p{L}\p{N}]/u;

/** A child's bytes as content. The bytes were made for this child alone. */
function heldContent(bytes: Uint8Array): DocumentContent {
  return {
    size: bytes.length,
    bytes: async () => bytes,
    stream: async function* () {
      for (let offset = 0; offset < bytes.length; offset += 64 * 1024) yield bytes.subarray(offset, offset + 64 * 1024);
    },
  };
}

type ProcessOptions = CallOptions & {
  readonly onProgress?: (part: Extract<ExtractionPart, { type: "progress" }>) => void;
};

/** Takes one document from its bytes to rows: version, text revision (read, enriched, protected, or used again), chunks. */
export class DocumentProcessor {
  readonly #parts: PipelineParts;
  readonly #fingerprints: StageFingerprints;
  readonly #pool: ExtractionPool;

  constructor(parts: PipelineParts, fingerprints: StageFingerprints, pool: ExtractionPool) {
    this.#parts = parts;
    this.#fingerprints = fingerprints;
    this.#pool = pool;
  }

  /** Never throws but for an abort and for trouble of the knowledge base itself (disk, catalog, store): those stop the run. */
  async process(item: WorkItem, options: ProcessOptions = {}): Promise<ProcessedDocument> {
    const started = performance.now();
    const progress: ProcessingNotes = { warnings: [] };
    try {
      return await this.#process(item, options, progress, started);
    } catch (error) {
      const typed = GroundworkError.from(
        error,
        "INTERNAL",
        "The document could not be processed because of a defect of this library.",
        {
          documentId: item.documentId,
          sourceId: item.sourceId,
          key: item.key,
        },
      );
      throwIfAborted(options.signal);
      if (
        ["ABORTED", "DISK_FULL", "CATALOG_BUSY", "CATALOG_CORRUPT", "STORE_CORRUPT", "INVALID_CONFIGURATION"].includes(
          typed.code,
        )
      )
        throw typed;
      return failedDocument(item, typed, progress, started, this.#fingerprints);
    }
  }

  async #process(
    item: WorkItem,
    options: ProcessOptions,
    progress: ProcessingNotes,
    started: number,
  ): Promise<ProcessedDocument> {
    const { documentId, sourceId, key, uri, permissions, previous, fileName } = item;
    const ids = { documentId, sourceId, key };
    const content = await item.open(options);
    progress.size = content.size;
    if (content.size === 0) {
      throw new GroundworkError(
        "EMPTY_DOCUMENT",
        "The document has no bytes. Replace it or remove it from the source.",
        { ...ids, stage: "extract" },
      );
    }
    const version = await documentVersion(content, options);
    progress.version = version;
    const { mediaType } = await this.#parts.detectMediaType(content, {
      ...options,
      fileName,
      ...(item.claimedMediaType === undefined ? {} : { claimed: item.claimedMediaType }),
    });
    progress.mediaType = mediaType;
    const fingerprint = this.#fingerprints.document(mediaType, permissions, item.attributes);
    const known: CatalogDocument = {
      documentId,
      sourceId,
      key,
      uri,
      state: "live",
      version,
      mediaType,
      size: content.size,
      permissions,
      fingerprint,
      chunks: previous?.chunks ?? 0,
      updatedAt: Date.now(),
      ...(item.hint === undefined ? {} : { hint: item.hint }),
      ...(item.parentId === undefined ? {} : { parentId: item.parentId }),
    };
    const liveIsCurrent =
      previous?.liveRevision !== undefined &&
      previous.state !== "hidden" &&
      previous.version === version &&
      previous.fingerprint === fingerprint;
    if (
      liveIsCurrent &&
      item.force !== true &&
      previous.liveRevision === revisionIdOf(documentId, version, mediaType, this.#fingerprints.extraction(mediaType))
    ) {
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
    const { revision, children, extracted, pages } = await this.#textRevision(
      item,
      content,
      version,
      mediaType,
      options,
      progress.warnings,
    );
    throwIfAborted(options.signal, ids);
    if (!HAS_TEXT.test(revision.text) && children.length === 0) {
      throw new GroundworkError(
        "NO_TEXT",
        "No text was found in the document, and no picture of a page gave any. Check that it opens and shows text.",
        {
          ...ids,
          stage: "extract",
        },
      );
    }
    const sidecar = splitAttributes(item.attributes);
    const metadata: DocumentMetadata = { ...revision.metadata, ...sidecar.metadata };
    const attributes: Attributes = { ...revision.metadata.attributes, ...sidecar.attributes };
    const language = metadata.language;
    const languages = this.#parts.embedder.languages;
    if (
      language !== undefined &&
      languages !== undefined &&
      !languages.includes(language.split("-")[0]!.toLowerCase())
    ) {
      progress.warnings.push({
        code: "language-unknown-to-embedder",
        message: `The document is in "${language}", the embedder ${this.#parts.embedder.modelId} knows ${languages.join(", ")}: dense search will be poor, word search works.`,
      });
    }
    const rows = chunkRows(this.#parts.chunker, { ...revision, metadata }, attributes, item);
    const status = previous?.liveRevision === undefined ? "added" : "changed";
    return {
      item,
      outcome: {
        documentId,
        key,
        status,
        chunks: rows.length,
        milliseconds: Math.round(performance.now() - started),
        ...(pages === undefined ? {} : { pages }),
        ...(progress.warnings.length > 0 ? { warnings: progress.warnings } : {}),
      },
      document: {
        ...known,
        chunks: rows.length,
        liveRevision: revision.revisionId,
        metadata: { ...metadata, attributes },
      },
      publication: {
        rows,
        revision: {
          revisionId: revision.revisionId,
          documentId,
          version,
          artifact: revisionArtifactKey(documentId, revision.revisionId),
          metadata: { ...metadata, attributes },
          mediaType,
          extraction: this.#fingerprints.extraction(mediaType),
          chunker: this.#fingerprints.chunker,
          embedder: this.#fingerprints.embedder,
          chunks: rows.length,
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
            toId: revision.revisionId,
            fingerprint: this.#fingerprints.extraction(mediaType),
          },
          {
            fromKind: "model",
            fromId: this.#fingerprints.embedder,
            toKind: "revision",
            toId: revision.revisionId,
            fingerprint: this.#fingerprints.chunker,
          },
        ],
      },
      children: this.#childItems(item, children),
      childrenKnown: true,
      extracted,
    };
  }

  /** The text revision of a version: an artefact of this document or of an equal one where it exists, else read anew. */
  async #textRevision(
    item: WorkItem,
    content: DocumentContent,
    version: string,
    mediaType: string,
    options: ProcessOptions,
    warnings: NonNullable<DocumentOutcome["warnings"]>[number][],
  ): Promise<{
    revision: TextRevision;
    children: readonly ChildDocument[];
    extracted: boolean;
    pages: number | undefined;
  }> {
    const { documentId } = item;
    const extraction = this.#fingerprints.extraction(mediaType);
    const revisionId = revisionIdOf(documentId, version, mediaType, extraction);
    const reused = await this.#reusable(documentId, version, mediaType, extraction, options);
    if (reused !== undefined) {
      const revision: TextRevision = { ...reused, revisionId, documentId };
      if (reused.documentId !== documentId) await this.#keep(revision, options);
      return { revision, children: [], extracted: false, pages: revision.metadata.pages };
    }
    const extractor = this.#fingerprints.extractorFor(mediaType);
    if (extractor === undefined) {
      throw new GroundworkError(
        "UNSUPPORTED_MEDIA_TYPE",
        `No configured extractor reads "${mediaType}". Add one, or leave such files out of the source.`,
        {
          documentId,
          stage: "extract",
        },
      );
    }
    const password = this.#parts.settings?.password?.(item.key);
    const extracted = await extractDocument(
      this.#pool,
      extractor,
      this.#fingerprints.recognizer,
      {
        documentId,
        version,
        mediaType,
        fileName: item.fileName,
        content,
        ...(password === undefined ? {} : { password }),
      },
      { ...options, maxChildren: this.#parts.settings?.maxChildren ?? 10_000 },
    );
    warnings.push(...extracted.warnings);
    if (extracted.children.length > 0 && item.depth >= (this.#parts.settings?.maxDepth ?? 5)) {
      throw new GroundworkError(
        "ARCHIVE_TOO_DEEP",
        `Documents are nested deeper than ${this.#parts.settings?.maxDepth ?? 5} levels. Raise settings.maxDepth or unpack them.`,
        {
          documentId,
          stage: "extract",
        },
      );
    }
    let { elements, metadata } = extracted as {
      elements: readonly import("@groundwork/contracts").DocumentElement[];
      metadata: DocumentMetadata;
    };
    for (const enricher of this.#parts.enrichers) {
      const result = await enricher.enrich({ mediaType, metadata, elements }, options);
      metadata = { ...result.metadata, ...metadata };
      elements = result.elements ?? elements;
      warnings.push(...(result.warnings ?? []));
    }
    const shielded = await this.#parts.pii.protect({ documentId, version, metadata, elements }, options);
    const placed: { text: string; elements: PlacedElement[] } = placeElements(
      shielded.elements,
      extractor.identity.name,
    );
    const revision: TextRevision = {
      revisionId,
      documentId,
      version,
      mediaType,
      metadata: shielded.metadata,
      ...placed,
    };
    // A container must be opened again to find its members, so only documents without any are kept for reuse.
    if (extracted.children.length === 0 || HAS_TEXT.test(placed.text)) await this.#keep(revision, options);
    if (extracted.children.length > 0)
      await this.#parts.artifacts.put(
        `${revisionArtifactKey(documentId, revisionId)}.container`,
        new Uint8Array([1]),
        options,
      );
    return { revision, children: extracted.children, extracted: true, pages: shielded.metadata.pages };
  }

  async #keep(revision: TextRevision, options: CallOptions): Promise<void> {
    await this.#parts.artifacts.put(
      revisionArtifactKey(revision.documentId, revision.revisionId),
      await encodeTextRevision(revision),
      options,
    );
  }

  async #reusable(
    documentId: string,
    version: string,
    mediaType: string,
    extraction: string,
    options: CallOptions,
  ): Promise<TextRevision | undefined> {
    const { artifacts, catalog } = this.#parts;
    const load = async (id: string): Promise<TextRevision | undefined> => {
      const artifact = revisionArtifactKey(id, revisionIdOf(id, version, mediaType, extraction));
      if (await artifacts.has(`${artifact}.container`, options)) return undefined;
      const bytes = await artifacts.get(artifact, options);
      if (bytes === undefined) return undefined;
      try {
        return await decodeTextRevision(bytes);
      } catch {
        // A damaged artefact is made again.
        return undefined;
      }
    };
    const own = await load(documentId);
    if (own !== undefined) return own;
    for await (const other of catalog.listDocuments({ version }, options)) {
      if (other.documentId === documentId) continue;
      const theirs = await load(other.documentId);
      if (theirs !== undefined) return theirs;
    }
    return undefined;
  }

  #childItems(parent: WorkItem, children: readonly ChildDocument[]): WorkItem[] {
    return children.map((child) => {
      const key = childKey(parent.key, child.name);
      return {
        sourceId: parent.sourceId,
        documentId: documentIdOf(parent.sourceId, key),
        key,
        uri: `${parent.uri}!/${child.name}`,
        fileName: child.name.split("/").at(-1) ?? child.name,
        permissions: parent.permissions,
        parentId: parent.documentId,
        depth: parent.depth + 1,
        open: async () => heldContent(child.bytes),
        ...(parent.attributes === undefined ? {} : { attributes: parent.attributes }),
        ...(child.claimedMediaType === undefined ? {} : { claimedMediaType: child.claimedMediaType }),
        ...(child.modifiedAt === undefined ? {} : { modifiedAt: child.modifiedAt }),
      };
    });
  }
}
