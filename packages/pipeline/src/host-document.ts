import { type CallOptions, GroundworkError, type SourceDocument } from "@groundwork/contracts";
import type { ExtractionLimits } from "./extraction-limits.ts";
import type { HostDocument } from "./extraction-message.ts";

/** Documents up to this size travel as bytes; larger ones need a path. */
const INLINE_BYTES = 64 * 1024 * 1024;

/** @throws GroundworkError `DOCUMENT_TOO_LARGE` */
export function checkSize({ documentId, content }: SourceDocument, { maxDocumentBytes }: ExtractionLimits): void {
  if (content.size <= maxDocumentBytes) return;
  throw new GroundworkError(
    "DOCUMENT_TOO_LARGE",
    `The document has ${content.size} bytes, the limit is ${maxDocumentBytes}. Raise limits.maxDocumentBytes or split it.`,
    { documentId, stage: "extract" },
  );
}

/** A document as a host gets it: its path where it has one, else its bytes. */
export async function hostDocument(
  document: SourceDocument,
  limits: ExtractionLimits,
  options: CallOptions = {},
): Promise<HostDocument> {
  checkSize(document, limits);
  const { content, ...rest } = document;
  if (content.path !== undefined) return { ...rest, size: content.size, path: content.path };
  if (content.size > INLINE_BYTES) {
    throw new GroundworkError(
      "DOCUMENT_TOO_LARGE",
      `A document of ${content.size} bytes needs a local file. Spill it before extraction.`,
      { documentId: document.documentId, stage: "extract" },
    );
  }
  // A copy: the buffer changes hands.
  return { ...rest, size: content.size, bytes: Uint8Array.from(await content.bytes(options)) };
}
