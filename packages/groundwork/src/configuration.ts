import type {
  ArtifactStore,
  Catalog,
  Chunker,
  Embedder,
  Enricher,
  Extractor,
  LineageSink,
  PiiStage,
  QualityCheck,
  Reranker,
  Source,
  VectorStore,
} from "@groundwork/contracts";
import type { MediaTypeDetector, PipelineSettings } from "@groundwork/pipeline";
import type { PiiConfiguration } from "./pii-configuration.ts";

/** Every part can be swapped; what is left out is the embedded default, which needs no server and no key. */
export interface KnowledgeBaseConfiguration {
  /** Folder of the embedded parts (catalog, store, artefacts, caches). @default "./.groundwork" */
  readonly path?: string;
  /** What `groundwork ingest` reads when no path is given. */
  readonly sources?: readonly Source[];
  /** The first that accepts a media type wins. @default localExtractors() */
  readonly extractors?: readonly Extractor[];
  readonly detectMediaType?: MediaTypeDetector;
  /** @default language, dates in force, title */
  readonly enrichers?: readonly Enricher[];
  /** What becomes of personal data before it is stored. @default everything passes */
  readonly pii?: PiiStage | PiiConfiguration;
  /** Judges documents before they are published, for example `dataQuality` of `@groundwork/data-quality`. @default nothing is judged */
  readonly quality?: QualityCheck;
  /** @default by structure, 256 tokens */
  readonly chunker?: Chunker;
  /** @default all-MiniLM-L6-v2, weight-only int8, on this machine */
  readonly embedder?: Embedder;
  /** Passages are reordered by it when it is there. */
  readonly reranker?: Reranker;
  /** @default LanceDB in `path` */
  readonly store?: VectorStore;
  /** @default SQLite in `path` */
  readonly catalog?: Catalog;
  /** @default SQLite in `path`; a folder of files in one that an earlier release has made */
  readonly artifacts?: ArtifactStore;
  /**
   * Store and catalog of an index beside the first, by its id: what a new embedder is built into while the old one answers.
   * Needed only where `store` or `catalog` are given. @default LanceDB and SQLite in `path`/indexes/ID
   */
  readonly index?: (id: string) => { readonly store: VectorStore; readonly catalog: Catalog };
  readonly lineage?: readonly LineageSink[];
  readonly settings?: PipelineSettings;
}

/** Gives a configuration its type: the default export of `groundwork.config.ts`. */
export function defineKnowledgeBase(configuration: KnowledgeBaseConfiguration): KnowledgeBaseConfiguration {
  return configuration;
}
