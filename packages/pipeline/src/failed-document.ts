import type { DocumentOutcome, GroundworkError } from "@groundwork/contracts";
import type { StageFingerprints } from "./stage-fingerprints.ts";
import type { ProcessedDocument, WorkItem } from "./work-item.ts";

/** What was learnt of a document before it failed or succeeded. */
export interface ProcessingNotes {
  version?: string;
  mediaType?: string;
  size?: number;
  readonly warnings: NonNullable<DocumentOutcome["warnings"]>[number][];
}

/** The outcome of a document that could not be processed. What answered before goes on answering. */
export function failedDocument(
  item: WorkItem,
  error: GroundworkError,
  progress: ProcessingNotes,
  started: number,
  fingerprints: StageFingerprints,
): ProcessedDocument {
  const { documentId, sourceId, key, uri, permissions, previous } = item;
  const { version, mediaType = previous?.mediaType, size } = progress;
  const isEmpty = error.code === "NO_TEXT" || error.code === "EMPTY_DOCUMENT";
  const stage = error.ids.stage ?? "extract";
  return {
    item,
    outcome: {
      documentId,
      key,
      status: isEmpty ? "empty" : "failed",
      error: error.toJSON(),
      stage,
      milliseconds: Math.round(performance.now() - started),
      ...(progress.warnings.length > 0 ? { warnings: progress.warnings } : {}),
    },
    // What answered before goes on answering.
    document: {
      documentId,
      sourceId,
      key,
      uri,
      state: previous?.liveRevision === undefined ? "failed" : "live",
      permissions: previous?.liveRevision === undefined ? permissions : previous.permissions,
      chunks: previous?.liveRevision === undefined ? 0 : previous.chunks,
      updatedAt: Date.now(),
      ...(previous?.liveRevision === undefined ? {} : { liveRevision: previous.liveRevision }),
      ...(previous?.metadata === undefined ? {} : { metadata: previous.metadata }),
      ...(version === undefined ? {} : { version }),
      ...(size === undefined ? {} : { size }),
      ...(item.hint === undefined ? {} : { hint: item.hint }),
      ...(mediaType === undefined
        ? {}
        : { mediaType, fingerprint: fingerprints.document(mediaType, permissions, item.attributes) }),
      ...(item.parentId === undefined ? {} : { parentId: item.parentId }),
    },
    deadLetter: {
      documentId,
      sourceId,
      key,
      error: error.toJSON(),
      stage,
      ...(version === undefined ? {} : { version }),
    },
    children: [],
    childrenKnown: false,
    extracted: false,
  };
}
