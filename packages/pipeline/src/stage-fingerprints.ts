import {
  type Attributes,
  acceptsMediaType,
  canonicalJson,
  type Extractor,
  fingerprintOf,
  type Permissions,
  type StageIdentity,
  stableHash,
} from "@groundwork/contracts";
import type { PipelineParts } from "./pipeline-parts.ts";

/** Bumped by hand when the pipeline itself makes other rows of the same stages. */
const PIPELINE_REVISION = "1";

/** Fingerprints of a configuration's stages: what decides whether work must be done again. */
export interface StageFingerprints {
  readonly stages: readonly StageIdentity[];
  /** Of the whole configuration. */
  readonly configuration: string;
  readonly chunker: string;
  /** `modelId@revision`. */
  readonly embedder: string;
  extractorFor(mediaType: string): Extractor | undefined;
  readonly recognizer: Extractor | undefined;
  /** Of everything that makes a text revision of a media type: extractor, page recognition, enrichment, PII. */
  extraction(mediaType: string): string;
  /** Of everything that makes a document's rows beside its bytes. */
  document(mediaType: string, permissions: Permissions, attributes: Attributes | undefined): string;
  /** Of a document that the rules of data quality keep out: other rules are a reason to look again. */
  quarantined(document: string): string;
}

export function stageFingerprints(
  parts: Pick<PipelineParts, "extractors" | "enrichers" | "pii" | "chunker" | "embedder" | "quality">,
): StageFingerprints {
  const { extractors, enrichers, pii, chunker, embedder, quality } = parts;
  const rules = quality === undefined ? "" : fingerprintOf(quality.identity);
  const recognizer = extractors.find((extractor) => extractor.recognizePage !== undefined);
  const behind = [...enrichers.map((enricher) => enricher.identity), pii.identity];
  const embedderIdentity: StageIdentity = { name: "embed", revision: embedder.revision, artifacts: [embedder.modelId] };
  const stages = [...extractors.map((extractor) => extractor.identity), ...behind, chunker.identity, embedderIdentity];
  const chunkerFingerprint = fingerprintOf(chunker.identity);
  const embedderFingerprint = `${embedder.modelId}@${embedder.revision}`;
  const extractorFor = (mediaType: string): Extractor | undefined =>
    extractors.find((extractor) => acceptsMediaType(extractor.mediaTypes, mediaType));
  const known = new Map<string, string>();
  const extraction = (mediaType: string): string => {
    const cached = known.get(mediaType);
    if (cached !== undefined) return cached;
    const extractor = extractorFor(mediaType);
    const readers =
      extractor === undefined
        ? []
        : [extractor, ...(recognizer === undefined || recognizer === extractor ? [] : [recognizer])];
    const value = stableHash(
      [
        "extraction",
        PIPELINE_REVISION,
        ...readers.map((reader) => fingerprintOf(reader.identity)),
        ...behind.map(fingerprintOf),
      ],
      16,
    );
    known.set(mediaType, value);
    return value;
  };
  return {
    stages,
    configuration: stableHash(["configuration", PIPELINE_REVISION, ...stages.map(fingerprintOf)], 16),
    chunker: chunkerFingerprint,
    embedder: embedderFingerprint,
    extractorFor,
    recognizer,
    extraction,
    document: (mediaType, permissions, attributes) =>
      stableHash(
        [
          "document",
          extraction(mediaType),
          chunkerFingerprint,
          embedderFingerprint,
          canonicalJson({ allow: [...permissions.allow].sort(), deny: [...(permissions.deny ?? [])].sort() }),
          canonicalJson(attributes ?? {}),
        ],
        16,
      ),
    quarantined: (document) => stableHash(["quarantined", document, rules], 16),
  };
}

/** Id of the text revision of a version under an extraction fingerprint. */
export function revisionIdOf(documentId: string, version: string, mediaType: string, extraction: string): string {
  return `rev_${stableHash(["revision", documentId, version, mediaType, extraction], 24)}`;
}
