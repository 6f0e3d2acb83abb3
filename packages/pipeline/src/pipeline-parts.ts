import type {
  ArtifactStore,
  CallOptions,
  Catalog,
  Chunker,
  DocumentContent,
  Embedder,
  Enricher,
  Extractor,
  LineageSink,
  PiiStage,
  PiiVault,
  QualityCheck,
  VectorStore,
} from "@groundwork/contracts";
import type { EmbeddingCache } from "./embedding-cache.ts";
import type { ExtractionLimits } from "./extraction-limits.ts";
import type { PriceTable } from "./price-table.ts";

/** Tells a media type by content; the file's name and a claim are hints. */
export type MediaTypeDetector = (
  content: DocumentContent,
  options?: CallOptions & { readonly fileName?: string; readonly claimed?: string },
) => Promise<{ readonly mediaType: string }>;

/** The parts that an ingestion is made of, already opened. Whoever opened them closes them. */
export interface PipelineParts {
  /** The first that accepts a media type reads it; the first with `recognizePage` reads pictures of pages. */
  readonly extractors: readonly Extractor[];
  readonly detectMediaType: MediaTypeDetector;
  readonly enrichers: readonly Enricher[];
  readonly pii: PiiStage;
  readonly chunker: Chunker;
  readonly embedder: Embedder;
  readonly embeddingCache?: EmbeddingCache;
  readonly store: VectorStore;
  readonly catalog: Catalog;
  readonly artifacts: ArtifactStore;
  readonly lineage?: readonly LineageSink[];
  /** Keeps what pseudonyms stand for, where the PII stage is reversible. */
  readonly vault?: PiiVault;
  /** Judges documents before they are published. */
  readonly quality?: QualityCheck;
  readonly settings?: PipelineSettings;
}

export interface PipelineSettings {
  readonly limits?: Partial<ExtractionLimits>;
  /** Documents read at once. @default number of cores, as far as memory holds a host each */
  readonly concurrency?: number;
  /** Chunks that make a publication; a document is never divided. @default 4096 */
  readonly publicationChunks?: number;
  /** Documents that make a publication. @default 1000 */
  readonly publicationDocuments?: number;
  /** Deepest nesting of attachments and archives. @default 5 */
  readonly maxDepth?: number;
  /** Documents that one document may bring along. @default 10_000 */
  readonly maxChildren?: number;
  /** Share of a source's live documents that a plan may delete without being confirmed, above 10 documents. @default 0.3 */
  readonly massDeleteShare?: number;
  /** Prices of metered parts, for plans and budgets. What is not priced is free. */
  readonly prices?: PriceTable;
  /** Password of a document, by its key. */
  readonly password?: (key: string) => string | undefined;
}
