import type {
  ChildDocument,
  DocumentMetadata,
  ExtractionWarning,
  ModuleReference,
  PageImage,
  SerializedError,
} from "@groundwork/contracts";

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

/** What the pool says to a host. A host works on one task at a time. */
export type HostRequest =
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
  | { readonly type: "end"; readonly task: number }
  | { readonly type: "error"; readonly task: number; readonly error: SerializedError };

/** Parts that may be under way at once: what bounds memory when a host reads faster than the pipeline takes. */
export const PART_CREDITS = 8;
