import {
  type CallOptions,
  type Catalog,
  type CatalogDocument,
  type CatalogRevision,
  type ChunkRow,
  type Citation,
  GroundworkError,
  mayRead,
  type TextRevision,
} from "@groundwork/contracts";
import { placeOf } from "./quote-place.ts";
import type { RevisionCache } from "./revision-cache.ts";

/** A passage whose text was found at its place in the text revision that it names. */
export interface VerifiedPassage {
  readonly row: ChunkRow;
  readonly revision: TextRevision;
  readonly record: CatalogRevision;
  readonly document: CatalogDocument;
}

/** Checks rows of a store against the catalog and the text revisions: what does not agree is not shown. */
export class CitationVerifier {
  readonly #catalog: Catalog;
  readonly #revisions: RevisionCache;

  constructor(catalog: Catalog, revisions: RevisionCache) {
    this.#catalog = catalog;
    this.#revisions = revisions;
  }

  /**
   * The passage with what it is cited from, or `undefined` when any of this fails: the document is known, readable by the caller
   * and neither hidden nor deleted; the revision is of this document and version; its text holds the row's text at the row's
   * place.
   */
  async verify(
    row: ChunkRow,
    principals: readonly string[],
    options: CallOptions,
  ): Promise<VerifiedPassage | undefined> {
    const [record, document] = await Promise.all([
      this.#catalog.getRevision(row.revision, options),
      this.#catalog.getDocument(row.documentId, options),
    ]);
    if (record === undefined || document === undefined) return undefined;
    if (document.state === "hidden" || document.state === "deleted") return undefined;
    if (!mayRead(document.permissions, principals)) return undefined;
    if (record.documentId !== row.documentId || record.version !== row.version) return undefined;
    const revision = await this.#text(record, options);
    if (revision === undefined) return undefined;
    const { charStart, charEnd, text } = row;
    const holds =
      revision.revisionId === row.revision &&
      revision.documentId === row.documentId &&
      revision.version === row.version &&
      text !== "" &&
      charStart >= 0 &&
      revision.text.slice(charStart, charEnd) === text;
    return holds ? { row, revision, record, document } : undefined;
  }

  async #text(record: CatalogRevision, options: CallOptions): Promise<TextRevision | undefined> {
    try {
      return await this.#revisions.get(record.artifact, options);
    } catch (error) {
      // A damaged artefact verifies nothing.
      if (GroundworkError.isInstance(error) && error.code === "STORE_CORRUPT") return undefined;
      throw error;
    }
  }
}

/** Cites a stretch of a verified passage's revision; the whole passage unless told. */
export function citationOf(
  { row, revision, record }: VerifiedPassage,
  stretch: { readonly charStart: number; readonly charEnd: number } = row,
): Citation {
  const { charStart, charEnd } = stretch;
  const whole = charStart === row.charStart && charEnd === row.charEnd;
  const place = placeOf(revision, charStart, charEnd);
  const location = row.location ?? place.location;
  const { title, effectiveFrom, effectiveTo } = record.metadata;
  return {
    documentId: row.documentId,
    version: row.version,
    revisionId: row.revision,
    // The row's, which the PII stage has seen; the catalog's is the document's own.
    sourceUri: row.uri,
    mediaType: record.mediaType,
    pages: place.pages,
    boxes: place.boxes,
    charStart,
    charEnd,
    quote: revision.text.slice(charStart, charEnd),
    sectionPath: whole ? row.sectionPath : place.sectionPath,
    chunkId: row.chunkId,
    extractor: place.extractor,
    embeddingModel: record.embedder,
    runId: row.runId,
    ...(title === undefined ? {} : { title }),
    ...(place.page === undefined ? {} : { page: place.page }),
    ...(location === undefined ? {} : { location }),
    ...(place.startMs === undefined ? {} : { startMs: place.startMs }),
    ...(place.endMs === undefined ? {} : { endMs: place.endMs }),
    ...(effectiveFrom === undefined ? {} : { effectiveFrom }),
    ...(effectiveTo === undefined ? {} : { effectiveTo }),
  };
}
