import type {
  Attributes,
  CallOptions,
  CatalogDocument,
  CatalogRevision,
  DeadLetter,
  DocumentContent,
  DocumentOutcome,
  LineageEdge,
  Permissions,
  SealedValue,
  VaultHolder,
} from "@groundwork/contracts";
import type { RecordBatch } from "apache-arrow";

/** One document to process: an object of a source, or a child found inside one. */
export interface WorkItem {
  readonly sourceId: string;
  readonly documentId: string;
  readonly key: string;
  readonly uri: string;
  readonly fileName: string;
  readonly permissions: Permissions;
  readonly attributes?: Attributes;
  readonly hint?: string;
  /** Bytes, where they are known before it is opened. */
  readonly size?: number;
  readonly claimedMediaType?: string;
  readonly modifiedAt?: number;
  readonly parentId?: string;
  /** 0 for an object of a source. */
  readonly depth: number;
  readonly previous?: CatalogDocument;
  /** Read and hash even when the version is known. */
  readonly force?: boolean;
  open(options?: CallOptions): Promise<DocumentContent>;
}

/** Some rows of a record batch of `chunks.v1`; `end` is the first that is not among them. */
export interface RowSlice {
  readonly batch: RecordBatch;
  readonly start: number;
  readonly end: number;
}

/** What a document's processing came to, before anything is published. */
export interface ProcessedDocument {
  readonly item: WorkItem;
  readonly outcome: DocumentOutcome;
  readonly document: CatalogDocument;
  /** Rows to publish, `published_from` still 0. Absent: nothing changes in the store. */
  readonly publication?: {
    readonly rows: readonly RowSlice[];
    readonly revision: Omit<CatalogRevision, "publishedFrom" | "runId">;
    readonly edges: readonly Omit<LineageEdge, "runId">[];
    /** For the vault: what pseudonyms and hashes stand for, and whose text this is, too. */
    readonly sealed?: readonly SealedValue[];
    readonly copyOf?: VaultHolder;
  };
  readonly deadLetter?: Omit<DeadLetter, "runId" | "attempts" | "firstAt" | "lastAt">;
  readonly children: readonly WorkItem[];
  /** Whether the children replace those of the last version (false when the parent was not read). */
  readonly childrenKnown: boolean;
  /** Parsers were run (not: an artefact was used again). */
  readonly extracted: boolean;
}
