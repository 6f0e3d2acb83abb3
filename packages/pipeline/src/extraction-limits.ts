/** Limits of one document's extraction. A document that breaks one ends in a typed error; the run goes on. */
export interface ExtractionLimits {
  /** Whole time of one document, milliseconds. @default 1_800_000 (30 min: an hour of audio fits) */
  readonly documentTimeoutMs: number;
  /** Longest time without a sign of progress (a part, a page), milliseconds. @default 60_000 */
  readonly stallTimeoutMs: number;
  /** Memory of the host that reads it, MiB: JavaScript heap of a thread, resident memory of a process. @default 1024 */
  readonly documentMemoryMb: number;
  /** Bytes above which a document is refused unread. @default 2_147_483_648 */
  readonly maxDocumentBytes: number;
}

export const DEFAULT_EXTRACTION_LIMITS: ExtractionLimits = {
  documentTimeoutMs: 1_800_000,
  stallTimeoutMs: 60_000,
  documentMemoryMb: 1024,
  maxDocumentBytes: 2 ** 31,
};
