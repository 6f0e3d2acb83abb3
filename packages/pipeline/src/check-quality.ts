import { type CallOptions, type CatalogDocument, GroundworkError, type QualityVerdict } from "@groundwork/contracts";
import type { RecordBatch } from "apache-arrow";
import { failedDocument } from "./failed-document.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import { QualityHistory } from "./quality-history.ts";
import type { StageFingerprints } from "./stage-fingerprints.ts";
import type { ProcessedDocument } from "./work-item.ts";

function failure(reasons: readonly string[], documentId?: string): GroundworkError {
  return new GroundworkError(
    "DATA_QUALITY_FAILED",
    `${documentId === undefined ? "The documents fail" : "The document fails"} the rules of data quality: ${reasons.join("; ")}. Mend what they say, or the rules.`,
    { stage: "quality", ...(documentId === undefined ? {} : { documentId }) },
  );
}

function refuse({ fatal }: QualityVerdict): void {
  if (fatal.length > 0) throw failure(fatal);
}

/** A document that is kept out: an outcome with its reasons, and none of its text left behind. */
async function quarantined(
  processed: ProcessedDocument,
  reasons: readonly string[],
  parts: PipelineParts,
  fingerprints: StageFingerprints,
): Promise<ProcessedDocument> {
  const { item, document, outcome, publication } = processed;
  const { version, mediaType, size, liveRevision } = document;
  const { previous } = item;
  if (publication !== undefined && liveRevision !== previous?.liveRevision)
    await parts.artifacts.deletePrefix(publication.revision.artifact);
  const notes = {
    warnings: [...(outcome.warnings ?? [])],
    ...(version === undefined ? {} : { version }),
    ...(mediaType === undefined ? {} : { mediaType }),
    ...(size === undefined ? {} : { size }),
  };
  const started = performance.now() - (outcome.milliseconds ?? 0);
  const failed = failedDocument(item, failure(reasons, item.documentId), notes, started, fingerprints);
  const { fingerprint } = failed.document;
  if (fingerprint === undefined) return failed;
  return { ...failed, document: { ...failed.document, fingerprint: fingerprints.quarantined(fingerprint) } };
}

/**
 * Judges documents that are ready for publication. Those in quarantine come back as failed ones, those with warnings with these;
 * what fails the run throws `DATA_QUALITY_FAILED`.
 */
export async function checkDocuments(
  all: readonly ProcessedDocument[],
  parts: PipelineParts,
  fingerprints: StageFingerprints,
  options: CallOptions,
): Promise<readonly ProcessedDocument[]> {
  const { quality } = parts;
  const ready = all.filter(({ publication }) => publication !== undefined);
  if (quality === undefined || ready.length === 0) return all;
  const chunks = ready.flatMap(({ publication }) =>
    publication!.rows.map(({ batch, start, end }): RecordBatch => batch.slice(start, end)),
  );
  const documents = ready.map(({ document }) => document);
  const verdict = await quality.checkDocuments(documents, chunks, options);
  refuse(verdict);
  return Promise.all(
    all.map(async (processed) => {
      const { documentId } = processed.item;
      const reasons = verdict.quarantined.get(documentId);
      if (reasons !== undefined) return quarantined(processed, reasons, parts, fingerprints);
      const warnings = (verdict.warned.get(documentId) ?? []).map((message) => ({ code: "data-quality", message }));
      if (warnings.length === 0) return processed;
      const { outcome } = processed;
      return { ...processed, outcome: { ...outcome, warnings: [...(outcome.warnings ?? []), ...warnings] } };
    }),
  );
}

/** Judges all that answers, when a run has published what it had. Throws `DATA_QUALITY_FAILED`. */
export async function checkAll({ quality, catalog, store }: PipelineParts, options: CallOptions): Promise<void> {
  if (quality === undefined) return;
  const watermark = await catalog.watermark(options);
  const history = await QualityHistory.read(catalog, options);
  const verdict = await quality.checkAll(
    {
      documents: () => answering(catalog.listDocuments({ states: ["live", "stale"] }, options)),
      chunks: () => store.scan(undefined, { ...options, watermark }),
    },
    { ...options, history },
  );
  // What fails is part of what later runs are compared with, too.
  await history.write(verdict.metrics ?? {}, options);
  refuse(verdict);
}

async function* answering(documents: AsyncIterable<CatalogDocument>): AsyncGenerator<CatalogDocument> {
  for await (const document of documents) if (document.liveRevision !== undefined) yield document;
}
