import type { CallOptions } from "./call-options.ts";

/** Value of an attribute that can be filtered on. */
export type AttributeValue = string | number | boolean | readonly string[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

/**
 * What is known about a document beside its text. Times are milliseconds since the epoch (UTC); dates in force are days
 * (`YYYY-MM-DD`), the last day included. A field is absent when the document does not state it: nothing is guessed from
 * the file's name or clock.
 */
export interface DocumentMetadata {
  readonly title?: string;
  /** BCP 47 of the main language. */
  readonly language?: string;
  readonly author?: string;
  readonly createdAt?: number;
  readonly modifiedAt?: number;
  readonly pages?: number;
  readonly durationMs?: number;
  readonly effectiveFrom?: string;
  readonly effectiveTo?: string;
  readonly tags?: readonly string[];
  /** Anything else that the format states (front matter, custom properties), flat, filterable. */
  readonly attributes?: Attributes;
}

/**
 * The bytes of a document, opened lazily. `path` is there when the bytes are a local file (or were spilled to one), so
 * that big files can be read in place and handed to another thread without a copy.
 */
export interface DocumentContent {
  /** Bytes. */
  readonly size: number;
  readonly path?: string;
  bytes(options?: CallOptions): Promise<Uint8Array>;
  /** Pieces of at most about 64 KiB; stopping early releases the handle. */
  stream(options?: CallOptions): AsyncIterable<Uint8Array>;
}

/** A document as a stage receives it. */
export interface SourceDocument {
  /** See {@link documentIdOf}. */
  readonly documentId: string;
  /** SHA-256 of the bytes, hex. */
  readonly version: string;
  /** Told by content, not by file name. */
  readonly mediaType: string;
  /** Last part of the key: a hint only. */
  readonly fileName: string;
  readonly content: DocumentContent;
  readonly password?: string;
}
