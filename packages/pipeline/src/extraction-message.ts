import type {
  ChildDocument,
  DocumentMetadata,
  ExtractionWarning,
  ModuleReference,
  PageImage,
  SerializedError,
} from "@groundwork/contracts";
import type { ProgressPart } from "./gather-extraction.ts";
import type { PreparationReferences, PreparationTarget, TimedDocument } from "./preparation.ts";

/** A document on its way to a host: a path where there is one, else the bytes. */
export interface HostDocument {
  readonly documentId: string;
  readonly version: string;
  readonly mediaType: string;
  readonly fileName: string;
  readonly size: number;
  readonly password?: string;
  readonly path?: string;
  readonly bytes?: Uint8Array;
}

/** One document to be taken from its bytes (or from a text revision that is kept) to rows. */
export interface HostPreparation {
  readonly document: HostDocument;
  readonly extractor: ModuleReference;
  /** Bytes of the text revision's artefact; absent: the document is read. */
  readonly revision?: Uint8Array;
  readonly target: PreparationTarget;
  readonly maxChildren: number;
}

/** What the pool says to a host. A host works on one task at a time. */
export type HostRequest =
  | {
      readonly type: "prepare";
      readonly task: number;
      readonly stages: PreparationReferences;
      readonly documents: readonly HostPreparation[];
      /** Pictures of pages can be sent out to be read. */
      readonly recognizes: boolean;
    }
  /** Answer to `page`: elements as Arrow IPC, or why there are none. */
  | { readonly type: "recognized"; readonly task: number; readonly slot: number; readonly elements: Uint8Array }
  | { readonly type: "unrecognized"; readonly task: number; readonly slot: number; readonly error: SerializedError }
  | {
      readonly type: "extract";
      readonly task: number;
      readonly reference: ModuleReference;
      readonly document: HostDocument;
    }
  | {
      readonly type: "recognize";
      readonly task: number;
      readonly reference: ModuleReference;
      readonly image: PageImage;
    }
  /** The pool has taken one part: the host may send another (see {@link PART_CREDITS}). */
  | { readonly type: "taken"; readonly task: number }
  | { readonly type: "abort"; readonly task: number };

/** An extraction part as it crosses threads: elements as an Arrow IPC stream of `elements.v1`. */
export type HostPart =
  | { readonly type: "elements"; readonly ipc: Uint8Array }
  | { readonly type: "metadata"; readonly metadata: DocumentMetadata }
  | { readonly type: "child"; readonly child: ChildDocument }
  | { readonly type: "warning"; readonly warning: ExtractionWarning }
  | {
      readonly type: "progress";
      readonly unit: "page" | "row" | "second" | "part";
      readonly done: number;
      readonly total?: number;
    }
  | { readonly type: "page-image"; readonly image: PageImage };

/** What a host answers. */
export type HostReply =
  /** The host is up and has taken the task: from here on its time counts. */
  | { readonly type: "started"; readonly task: number }
  | { readonly type: "part"; readonly task: number; readonly part: HostPart }
  /** Work on a document of a bundle begins: its time counts from here. */
  | { readonly type: "document"; readonly task: number; readonly index: number }
  | { readonly type: "prepared"; readonly task: number; readonly index: number; readonly prepared: TimedDocument }
  | { readonly type: "failed"; readonly task: number; readonly index: number; readonly error: SerializedError }
  | { readonly type: "progress"; readonly task: number; readonly index: number; readonly part: ProgressPart }
  | {
      readonly type: "page";
      readonly task: number;
      readonly index: number;
      readonly slot: number;
      readonly image: PageImage;
    }
  /** Rows of the documents prepared, in their order, as an Arrow IPC stream of `chunks.v1`. */
  | { readonly type: "rows"; readonly task: number; readonly ipc: Uint8Array }
  | { readonly type: "end"; readonly task: number }
  | { readonly type: "error"; readonly task: number; readonly error: SerializedError };

/** Parts that may be under way at once: what bounds memory when a host reads faster than the pipeline takes. */
export const PART_CREDITS = 8;
