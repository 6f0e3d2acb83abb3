import type { CallOptions } from "./call-options.ts";
import type { DocumentMetadata, SourceDocument } from "./document.ts";
import type { DocumentElement } from "./element.ts";
import type { StageIdentity } from "./fingerprint.ts";
import type { ModuleReference } from "./module-reference.ts";

/** Something an extractor wants known that does not stop it. Codes are short, kebab-case and documented by the driver. */
export interface ExtractionWarning {
  readonly code: string;
  /** Never quotes the document. */
  readonly message: string;
  readonly page?: number;
}

/** A document found inside another: an attachment, an archive member, an embedded file. */
export interface ChildDocument {
  /** Relative name, unique inside the parent, parts divided by `/`; never absolute, never with `..`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** As the container claims; content decides. */
  readonly claimedMediaType?: string;
  readonly modifiedAt?: number;
}

/** One part of what an extractor gives. */
export type ExtractionPart =
  /** The elements of a page, sheet, slide, chapter or of some rows; bounded (about 1,000 elements or 1 MB of text at most). */
  | { readonly type: "elements"; readonly elements: readonly DocumentElement[] }
  /** May come several times; later fields win. */
  | { readonly type: "metadata"; readonly metadata: DocumentMetadata }
  | { readonly type: "child"; readonly child: ChildDocument }
  | { readonly type: "warning"; readonly warning: ExtractionWarning }
  /** `total` when it is known. */
  | {
      readonly type: "progress";
      readonly unit: "page" | "row" | "second" | "part";
      readonly done: number;
      readonly total?: number;
    }
  /**
   * Pages of the document whose text must be read from pictures, because the text layer is absent or lies. Pixels are
   * 8-bit, `channels` 1 (grey), 3 (RGB) or 4 (RGBA), rows top down without padding. The pipeline hands each to the first
   * extractor that has `recognizePage` and puts its elements in this place; without one it warns.
   */
  | { readonly type: "page-image"; readonly image: PageImage };

export interface PageImage {
  /** 1-based. */
  readonly page: number;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly pixels: Uint8Array;
  readonly dpi?: number;
}

/**
 * Reads documents of some media types.
 *
 * - `extract` yields parts in reading order, page by page, and holds no more than a few pages at once. `break` and an abort
 *   free everything.
 * - A document it cannot read ends in a typed error (`CORRUPT_DOCUMENT`, `PASSWORD_REQUIRED`, `EMPTY_DOCUMENT`, ...), never a
 *   crash. Parts already given stand only if the iteration ends without an error.
 * - A document without text is not an error of the extractor: it yields no elements (or page images), and the pipeline
 *   ends the document as `NO_TEXT`.
 * - The same bytes and options give the same parts.
 * - `isolation` says where it must run: `"thread"` for JavaScript and WASM, `"process"` for native code that can crash, spin or
 *   take memory. Both need `reference`. `"none"` (default) runs in the caller's thread, for small and safe work only.
 */
export interface Extractor {
  readonly identity: StageIdentity;
  /** Media types, lower case, without parameters. `type/*` is allowed. */
  readonly mediaTypes: readonly string[];
  readonly isolation?: "none" | "thread" | "process";
  readonly reference?: ModuleReference;
  extract(document: SourceDocument, options?: CallOptions): AsyncIterable<ExtractionPart>;
  /** Reads one picture of a page; the boxes of its elements name `image.page`. */
  recognizePage?(image: PageImage, options?: CallOptions): Promise<readonly DocumentElement[]>;
  /** Releases models and handles. Closing twice is allowed. */
  close?(): Promise<void>;
}

/** Whether a list of media types (with `type/*`) covers one. */
export function acceptsMediaType(accepted: readonly string[], mediaType: string): boolean {
  const family = `${mediaType.slice(0, mediaType.indexOf("/"))}/*`;
  return accepted.includes(mediaType) || accepted.includes(family) || accepted.includes("*/*");
}
