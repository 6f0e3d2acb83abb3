import type { CallOptions } from "./call-options.ts";
import type { DocumentMetadata } from "./document.ts";
import type { DocumentElement } from "./element.ts";
import type { StageIdentity } from "./fingerprint.ts";
import type { ModuleReference } from "./module-reference.ts";

export interface EnricherInput {
  readonly mediaType: string;
  readonly metadata: DocumentMetadata;
  readonly elements: readonly DocumentElement[];
}

export interface EnricherResult {
  /** Fields to add. What the document already states is not overwritten. */
  readonly metadata?: DocumentMetadata;
  /** Same length and order as the input's, texts unchanged; absent = unchanged. */
  readonly elements?: readonly DocumentElement[];
  readonly warnings?: readonly { readonly code: string; readonly message: string }[];
}

/** Adds what can be told from the text (language, dates in force, class). It adds fields and removes none. */
export interface Enricher {
  readonly identity: StageIdentity;
  /** How to build it again in another thread or process. Without it the stage runs in the main thread. */
  readonly reference?: ModuleReference;
  enrich(input: EnricherInput, options?: CallOptions): Promise<EnricherResult>;
}
