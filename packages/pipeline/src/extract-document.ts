import type { ErrorIds, Extractor, SourceDocument } from "@groundwork/contracts";
import type { ExtractionPool } from "./extraction-pool.ts";
import { type ExtractedDocument, type GatherOptions, gatherExtraction } from "./gather-extraction.ts";

/** Runs an extractor in a pool to its end and gathers what it gives (see {@link gatherExtraction}). */
export function extractDocument(
  pool: ExtractionPool,
  extractor: Extractor,
  recognizer: Extractor | undefined,
  document: SourceDocument,
  options: GatherOptions,
): Promise<ExtractedDocument> {
  const ids: ErrorIds = { documentId: document.documentId, stage: "extract" };
  return gatherExtraction(
    pool.extract(extractor, document, options),
    recognizer === undefined ? undefined : (image) => pool.recognizePage(recognizer, image, ids, options),
    ids,
    options,
  );
}
