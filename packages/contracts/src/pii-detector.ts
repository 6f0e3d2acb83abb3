import type { CallOptions } from "./call-options.ts";
import type { DocumentMetadata } from "./document.ts";
import type { DocumentElement } from "./element.ts";
import type { StageIdentity } from "./fingerprint.ts";
import type { ModuleReference } from "./module-reference.ts";
import type { SealedValue } from "./pii-vault.ts";
import type { PiiActionName } from "./text-revision.ts";

/** A finding never carries the value, only where it is. Offsets are UTF-16 code units of the text given. */
export interface PiiFinding {
  /** Of Amazon Comprehend's taxonomy (`NAME`, `EMAIL`, `SSN`, ...) or a user's own, upper case. */
  readonly type: string;
  readonly start: number;
  readonly end: number;
  /** 0..1, calibrated: of findings with score s about a share s is right. */
  readonly score: number;
  readonly detector: string;
}

/** Finds personal data. Findings of one text do not overlap and come in order. */
export interface PiiDetector {
  readonly identity: StageIdentity;
  /** How to build it again in another thread or process. Without it a stage with this detector runs in the main thread. */
  readonly reference?: ModuleReference;
  detect(
    texts: readonly string[],
    options?: CallOptions & { readonly language?: string },
  ): Promise<readonly (readonly PiiFinding[])[]>;
}

export interface PiiStageInput {
  readonly documentId: string;
  readonly version: string;
  readonly metadata: DocumentMetadata;
  readonly elements: readonly DocumentElement[];
}

export interface ProtectedFinding extends PiiFinding {
  /** Index into the elements that the stage returns; offsets are of the protected text. */
  readonly element: number;
  readonly action: PiiActionName;
}

/**
 * The stage between extraction and chunking. It returns what may be stored: elements whose texts, box runs, times, marks
 * (their offsets and the addresses of links), table cells, attributes and section titles are protected alike, and metadata
 * likewise. It owns every offset after it: nothing behind it ever sees the unprotected text.
 */
export interface PiiStage {
  readonly identity: StageIdentity;
  /** How to build it again in another thread or process. Without it the stage runs in the main thread. */
  readonly reference?: ModuleReference;
  protect(
    input: PiiStageInput,
    options?: CallOptions,
  ): Promise<{
    readonly metadata: DocumentMetadata;
    readonly elements: readonly DocumentElement[];
    readonly findings: readonly ProtectedFinding[];
    /** What pseudonyms and hashes stand for, locked, when the stage is to be reversible. */
    readonly sealed?: readonly SealedValue[];
  }>;
}

/** Lets everything through and finds nothing: the stage's place is kept from the first day. */
export function passThroughPii(): PiiStage {
  return {
    identity: { name: "pii-pass-through", revision: "1" },
    reference: { module: import.meta.url, name: "passThroughPii" },
    protect: async ({ metadata, elements }) => ({ metadata, elements, findings: [] }),
  };
}
