import { hash } from "node:crypto";
import { stat } from "node:fs/promises";
import {
  type CallOptions,
  type CatalogDocument,
  type DocumentContent,
  GroundworkError,
  type SourceDocument,
} from "@groundwork/contracts";
import { documentVersion } from "./document-version.ts";
import type { ProcessingNotes } from "./failed-document.ts";
import { heldContent } from "./held-content.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import type { StageFingerprints } from "./stage-fingerprints.ts";
import type { WorkItem } from "./work-item.ts";

/** Documents up to this size are read once, whole; larger ones are hashed as a stream and read in place. */
const WHOLE_BYTES = 1024 * 1024;

/** A document whose version and media type are known, and nothing else yet. */
export interface OpenedDocument {
  readonly item: WorkItem;
  readonly document: SourceDocument;
  /** What the catalog will say of it once it is live, but for its text. */
  readonly known: CatalogDocument;
  readonly notes: ProcessingNotes;
  readonly started: number;
  /** Throws `SOURCE_CHANGED` when the file that was hashed is not the one that was read. */
  assertUnchanged(): Promise<void>;
}

async function sameFile(path: string): Promise<() => Promise<boolean>> {
  const mark = async (): Promise<string> => {
    const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true });
    return `${size}:${mtimeNs}:${ctimeNs}:${ino}`;
  };
  const before = await mark();
  return async () =>
    (await mark().catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    })) === before;
}

/** Reads as much of a document as tells its version and media type. */
export async function openDocument(
  item: WorkItem,
  parts: Pick<PipelineParts, "detectMediaType" | "settings">,
  fingerprints: StageFingerprints,
  notes: ProcessingNotes,
  started: number,
  options: CallOptions = {},
): Promise<OpenedDocument> {
  const { documentId, sourceId, key, uri, permissions, previous, fileName } = item;
  const ids = { documentId, sourceId, key };
  let content: DocumentContent = await item.open(options);
  notes.size = content.size;
  if (content.size === 0) {
    throw new GroundworkError("EMPTY_DOCUMENT", "The document has no bytes. Replace it or remove it from the source.", {
      ...ids,
      stage: "extract",
    });
  }
  let version: string;
  let unchanged: () => Promise<boolean> = async () => true;
  if (content.size <= WHOLE_BYTES) {
    // What is hashed is what is read.
    content = heldContent(await content.bytes(options));
    version = hash("sha256", await content.bytes(), "hex");
  } else {
    if (content.path !== undefined) unchanged = await sameFile(content.path);
    version = await documentVersion(content, options);
  }
  notes.version = version;
  const { mediaType } = await parts.detectMediaType(content, {
    ...options,
    fileName,
    ...(item.claimedMediaType === undefined ? {} : { claimed: item.claimedMediaType }),
  });
  notes.mediaType = mediaType;
  const password = parts.settings?.password?.(key);
  return {
    item,
    document: {
      documentId,
      version,
      mediaType,
      fileName,
      content,
      ...(password === undefined ? {} : { password }),
    },
    known: {
      documentId,
      sourceId,
      key,
      uri,
      state: "live",
      version,
      mediaType,
      size: content.size,
      permissions,
      fingerprint: fingerprints.document(mediaType, permissions, item.attributes),
      chunks: previous?.chunks ?? 0,
      updatedAt: Date.now(),
      ...(item.hint === undefined ? {} : { hint: item.hint }),
      ...(item.parentId === undefined ? {} : { parentId: item.parentId }),
    },
    notes,
    started,
    assertUnchanged: async () => {
      if (await unchanged()) return;
      throw new GroundworkError(
        "SOURCE_CHANGED",
        "The file changed while it was read. Nothing of it was published; the next run reads it again.",
        { ...ids, stage: "extract", retryable: true },
      );
    },
  };
}
