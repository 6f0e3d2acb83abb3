import {
  type Attributes,
  type CallOptions,
  type ChildDocument,
  type Chunker,
  type DocumentElement,
  type DocumentMetadata,
  type DocumentOutcome,
  decodeTextRevision,
  type Enricher,
  encodeTextRevision,
  type FindingCount,
  GroundworkError,
  type ModuleReference,
  type Permissions,
  type PiiStage,
  type PlacedElement,
  type ProtectedFinding,
  placeElements,
  SAFETY_PREFIX,
  type SealedValue,
  type TextRevision,
  type VaultHolder,
} from "@groundwork/contracts";
import { addChunkRows } from "./chunk-rows-of.ts";
import { countFindings } from "./count-findings.ts";
import type { ExtractedDocument } from "./gather-extraction.ts";
import { protectTarget, type Sidecar } from "./protect-target.ts";
import type { RowCollector } from "./row-collector.ts";

const HAS_TEXT = /[\p{L}\p{N}]/u;

/** The stages between extraction and embedding. */
export interface PreparationStages {
  readonly enrichers: readonly Enricher[];
  readonly pii: PiiStage;
  readonly chunker: Chunker;
}

/** The same stages as references, for another thread or process. */
export interface PreparationReferences {
  readonly enrichers: readonly ModuleReference[];
  readonly pii: ModuleReference;
  readonly chunker: ModuleReference;
}

/** What the rows of a document say beside its text. Plain data: it crosses threads. */
export interface PreparationTarget {
  readonly documentId: string;
  readonly version: string;
  readonly mediaType: string;
  readonly revisionId: string;
  readonly extractor: string;
  readonly sourceId: string;
  readonly key: string;
  readonly uri: string;
  readonly permissions: Permissions;
  readonly attributes?: Attributes;
  /** The attributes come from the catalog, as protected: a second time would make pseudonyms of pseudonyms. @default false */
  readonly attributesProtected?: boolean;
}

export type PreparationWarning = NonNullable<DocumentOutcome["warnings"]>[number];

/** A document from its bytes to rows; the rows themselves are in the collector. */
export interface PreparedDocument {
  /** Of the text revision, as protected, without what the source's attributes add. */
  readonly metadata: DocumentMetadata;
  /** What the source's attributes add, as protected. */
  readonly sidecar: Sidecar;
  readonly warnings: readonly PreparationWarning[];
  /** Personal data in the text. */
  readonly findings?: readonly FindingCount[];
  /** What pseudonyms and hashes in the rows stand for, locked. */
  readonly sealed?: readonly SealedValue[];
  /** The text of another document that this one has, too. */
  readonly copyOf?: VaultHolder;
  /** Rows added to the collector. */
  readonly rows: number;
  /** The text revision's artefact, to be kept; absent when it is kept already. */
  readonly artifact?: Uint8Array;
  readonly children: readonly ChildDocument[];
  /** Parsers were run (not: an artefact was used again). */
  readonly extracted: boolean;
}

/** A prepared document and the time that went into it alone: documents travel and wait together. */
export interface TimedDocument extends PreparedDocument {
  readonly milliseconds: number;
}

export async function timed(work: () => Promise<PreparedDocument>): Promise<TimedDocument> {
  const started = performance.now();
  const prepared = await work();
  return { ...prepared, milliseconds: performance.now() - started };
}

/** The stages' references, when every one of them has one. */
export function preparationReferences(stages: PreparationStages): PreparationReferences | undefined {
  const enrichers = stages.enrichers.map((enricher) => enricher.reference);
  const { reference: pii } = stages.pii;
  const { reference: chunker } = stages.chunker;
  if (pii === undefined || chunker === undefined || !enrichers.every((reference) => reference !== undefined))
    return undefined;
  return { enrichers, pii, chunker };
}

interface Cut {
  readonly rows: number;
  readonly sidecar: Sidecar;
  readonly sealed: readonly SealedValue[];
}

async function cut(
  stages: PreparationStages,
  revision: TextRevision,
  target: PreparationTarget,
  rows: RowCollector,
  options: CallOptions,
): Promise<Cut> {
  const { sidecar, key, uri, sealed } = await protectTarget(stages.pii, target, options);
  const metadata: DocumentMetadata = { ...revision.metadata, ...sidecar.metadata };
  const attributes: Attributes = { ...revision.metadata.attributes, ...sidecar.attributes };
  const shown = { ...target, key, uri };
  return { sidecar, sealed, rows: addChunkRows(stages.chunker, { ...revision, metadata }, attributes, shown, rows) };
}

/** Values of a text and of what its source says, each once. */
function sealedIn(...lists: readonly (readonly SealedValue[] | undefined)[]): Pick<PreparedDocument, "sealed"> {
  const all = lists.flatMap((list) => list ?? []);
  if (all.length === 0) return {};
  return { sealed: [...new Map(all.map((value) => [`${value.subject} ${value.token}`, value])).values()] };
}

/** Findings by their places in the canonical text. Elements without text have no place in it, and no findings. */
function placeFindings(
  findings: readonly ProtectedFinding[],
  elements: readonly DocumentElement[],
  placed: readonly PlacedElement[],
): Pick<TextRevision, "findings"> {
  if (findings.length === 0) return {};
  const starts: number[] = [];
  let next = 0;
  for (const element of elements) starts.push(element.text === "" ? -1 : placed[next++]!.charStart);
  const found = findings
    .filter(({ element, start, end }) => end > start && (starts[element] ?? -1) >= 0)
    .map(({ element, start, end, type, score, detector, action }) => {
      const from = starts[element]!;
      return { type, charStart: from + start, charEnd: from + end, score, detector, action };
    });
  return { findings: found.sort((a, b) => a.charStart - b.charStart) };
}

/** Attributes without those that a document must not state of itself. */
function withoutSafety(metadata: DocumentMetadata): DocumentMetadata {
  const entries = Object.entries(metadata.attributes ?? {});
  const kept = entries.filter(([name]) => !name.startsWith(SAFETY_PREFIX));
  return kept.length === entries.length ? metadata : { ...metadata, attributes: Object.fromEntries(kept) };
}

/** Fields and attributes that are not stated yet; what is stated stays. */
function withFields(stated: DocumentMetadata, added: DocumentMetadata | undefined): DocumentMetadata {
  if (added === undefined) return stated;
  const attributes = { ...added.attributes, ...stated.attributes };
  return { ...added, ...stated, ...(Object.keys(attributes).length === 0 ? {} : { attributes }) };
}

/** Takes what an extractor gave through enrichment, protection, placing and chunking. */
export async function prepareExtracted(
  stages: PreparationStages,
  extracted: ExtractedDocument,
  target: PreparationTarget,
  rows: RowCollector,
  options: CallOptions = {},
): Promise<PreparedDocument> {
  const { documentId, version, mediaType, revisionId } = target;
  const warnings: PreparationWarning[] = [...extracted.warnings];
  let { elements } = extracted;
  // Enrichers see what a document claims of its own safety, to warn of it; it is not kept.
  const claimed = Object.entries(extracted.metadata.attributes ?? {}).filter(([name]) =>
    name.startsWith(SAFETY_PREFIX),
  );
  let metadata = withoutSafety(extracted.metadata);
  for (const enricher of stages.enrichers) {
    const attributes = { ...Object.fromEntries(claimed), ...metadata.attributes };
    const seen = claimed.length === 0 ? metadata : { ...metadata, attributes };
    const result = await enricher.enrich({ mediaType, metadata: seen, elements }, options);
    metadata = withFields(metadata, result.metadata);
    elements = result.elements ?? elements;
    warnings.push(...(result.warnings ?? []));
  }
  const shielded = await stages.pii.protect({ documentId, version, metadata, elements }, options);
  const placed = placeElements(shielded.elements, target.extractor);
  const revision: TextRevision = {
    revisionId,
    documentId,
    version,
    mediaType,
    metadata: shielded.metadata,
    ...placed,
    ...placeFindings(shielded.findings, shielded.elements, placed.elements),
  };
  const hasText = HAS_TEXT.test(revision.text);
  if (!hasText && extracted.children.length === 0) {
    const hadText = elements.some(({ text }) => HAS_TEXT.test(text));
    throw new GroundworkError(
      "NO_TEXT",
      hadText
        ? "The document has no text but personal data, of which the policy leaves nothing to search."
        : "No text was found in the document, and no picture of a page gave any. Check that it opens and shows text.",
      { documentId, key: target.key, sourceId: target.sourceId, stage: hadText ? "pii" : "extract" },
    );
  }
  const { sealed, ...rest } = await cut(stages, revision, target, rows, options);
  return {
    metadata: revision.metadata,
    warnings,
    ...countFindings(revision),
    ...rest,
    ...sealedIn(shielded.sealed, sealed),
    // A container without a text of its own has nothing that could be used again.
    ...(extracted.children.length === 0 || hasText ? { artifact: await encodeTextRevision(revision) } : {}),
    children: extracted.children,
    extracted: true,
  };
}

/** Cuts a text revision that is kept already: of this document, or of one with the same bytes. */
export async function prepareRevision(
  stages: PreparationStages,
  bytes: Uint8Array,
  target: PreparationTarget,
  rows: RowCollector,
  options: CallOptions = {},
): Promise<PreparedDocument> {
  const kept = await decodeTextRevision(bytes);
  const { documentId, revisionId } = target;
  const isOwn = kept.documentId === documentId;
  const revision: TextRevision = isOwn ? kept : { ...kept, documentId, revisionId };
  const { sealed, ...rest } = await cut(stages, revision, target, rows, options);
  return {
    metadata: revision.metadata,
    warnings: [],
    ...countFindings(revision),
    ...rest,
    ...sealedIn(sealed),
    ...(isOwn ? {} : { copyOf: { documentId: kept.documentId, revisionId: kept.revisionId } }),
    ...(isOwn ? {} : { artifact: await encodeTextRevision(revision) }),
    children: [],
    extracted: false,
  };
}
