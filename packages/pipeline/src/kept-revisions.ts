import { type CallOptions, revisionArtifactKey } from "@groundwork/contracts";
import type { OpenedDocument } from "./open-document.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import { revisionIdOf, type StageFingerprints } from "./stage-fingerprints.ts";

/** Versions read in this run that are remembered, so that a copy of a file read a moment ago is not read again. */
const REMEMBERED = 20_000;

/**
 * Finds text revisions that are kept already: what a document's bytes said under this configuration, whether it was read as
 * this document or as another with the same bytes.
 */
export class KeptRevisions {
  readonly #parts: Pick<PipelineParts, "artifacts" | "catalog">;
  readonly #fingerprints: StageFingerprints;
  /** Whether documents without a past may have artefacts: when the last run did not end. */
  readonly #afterInterruption: boolean;
  readonly #read = new Map<string, string>();

  constructor(
    parts: Pick<PipelineParts, "artifacts" | "catalog">,
    fingerprints: StageFingerprints,
    afterInterruption: boolean,
  ) {
    this.#parts = parts;
    this.#fingerprints = fingerprints;
    this.#afterInterruption = afterInterruption;
  }

  /** Equal for documents whose text revisions differ in nothing but their document. */
  keyOf({ document }: OpenedDocument): string {
    return `${document.version} ${document.mediaType}`;
  }

  /** The document was read, and its text revision is kept. */
  remember(opened: OpenedDocument): void {
    this.#read.set(this.keyOf(opened), opened.item.documentId);
    const oldest = this.#read.size > REMEMBERED ? this.#read.keys().next().value : undefined;
    if (oldest !== undefined) this.#read.delete(oldest);
  }

  /** Where else the bytes of these documents are: asked once for many. */
  copiesOf(
    opened: readonly OpenedDocument[],
    options: CallOptions = {},
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    return this.#parts.catalog.findVersions(
      opened.map(({ document }) => document.version),
      options,
    );
  }

  /** Bytes of the artefact, or `undefined`: the document must be read. */
  async find(
    opened: OpenedDocument,
    copies: ReadonlyMap<string, readonly string[]>,
    options: CallOptions = {},
  ): Promise<Uint8Array | undefined> {
    const { documentId, previous } = opened.item;
    const candidates = new Set<string>();
    if (previous !== undefined || this.#afterInterruption) candidates.add(documentId);
    const remembered = this.#read.get(this.keyOf(opened));
    if (remembered !== undefined) candidates.add(remembered);
    for (const copy of copies.get(opened.document.version) ?? []) candidates.add(copy);
    for (const candidate of candidates) {
      const bytes = await this.#load(candidate, opened, options);
      if (bytes !== undefined) return bytes;
    }
    return undefined;
  }

  async #load(
    documentId: string,
    { document: { version, mediaType } }: OpenedDocument,
    options: CallOptions,
  ): Promise<Uint8Array | undefined> {
    const { artifacts } = this.#parts;
    const revisionId = revisionIdOf(documentId, version, mediaType, this.#fingerprints.extraction(mediaType));
    const artifact = revisionArtifactKey(documentId, revisionId);
    const bytes = await artifacts.get(artifact, options);
    // A container must be opened again to find its members.
    if (bytes === undefined || (await artifacts.has(containerMark(artifact), options))) return undefined;
    return bytes;
  }
}

/** Key of the mark that a text revision's document brought others along. */
export function containerMark(artifact: string): string {
  return `${artifact}.container`;
}
