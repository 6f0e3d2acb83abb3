import type { RecordBatch } from "apache-arrow";
import type { CallOptions } from "./call-options.ts";
import type { CatalogDocument } from "./catalog.ts";
import type { StageIdentity } from "./fingerprint.ts";

/** What a check says. Reasons name rules, never what a document says. */
export interface QualityVerdict {
  /** Reasons by document id: published, with a warning. */
  readonly warned: ReadonlyMap<string, readonly string[]>;
  /** Reasons by document id: not published; what answered before goes on answering. */
  readonly quarantined: ReadonlyMap<string, readonly string[]>;
  /** Reasons for which the run ends. */
  readonly fatal: readonly string[];
  /** Figures that later runs may be compared with, by names of the check's own. Never what a document says. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** Figures of earlier runs. */
export interface QualityMetrics {
  /** At most the last `last` values under a name, the newest first. */
  read(name: string, last: number): readonly number[];
}

/** Judges documents by rules before they are published, and the whole of them when a run has ended. */
export interface QualityCheck {
  readonly identity: StageIdentity;
  /** Documents of one step of a run, and their rows of `chunks.v1` before they are embedded. */
  checkDocuments(
    documents: readonly CatalogDocument[],
    chunks: readonly RecordBatch[],
    options?: CallOptions,
  ): Promise<QualityVerdict>;
  /** All documents that answer, and all their rows. A table may be read more than once. */
  checkAll(
    tables: {
      readonly documents: () => AsyncIterable<CatalogDocument>;
      readonly chunks: () => AsyncIterable<RecordBatch>;
    },
    options?: CallOptions & { readonly history?: QualityMetrics },
  ): Promise<QualityVerdict>;
}
