import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { sqliteArtifacts } from "@groundwork/artifacts-sqlite";
import { sqliteCatalog } from "@groundwork/catalog-sqlite";
import { structureChunker } from "@groundwork/chunk";
import { passThroughPii, type VectorStore } from "@groundwork/contracts";
import { titleEnricher } from "@groundwork/enrich-local";
import { textExtractor } from "@groundwork/extract-text";
import { type PipelineParts, sqliteEmbeddingCache } from "@groundwork/pipeline";
import { lancedbStore } from "@groundwork/store-lancedb";
import { hashEmbedder } from "@groundwork/testing/hash-embedder";

export interface ChaosBase {
  readonly parts: PipelineParts;
  close(): Promise<void>;
}

/**
 * The parts of the embedded default that an ingestion of text needs (each process is started hundreds of times, so nothing else
 * is loaded), a model that costs nothing, and small publications, so that a run has many moments at which it can die.
 */
export async function openChaos(
  path: string,
  change: (store: VectorStore) => VectorStore = (store) => store,
): Promise<ChaosBase> {
  await mkdir(path, { recursive: true });
  const embedder = hashEmbedder();
  const catalog = sqliteCatalog({ path: join(path, "catalog.sqlite") });
  const store = change(lancedbStore({ path: join(path, "store") }));
  const artifacts = sqliteArtifacts({ path: join(path, "artifacts.sqlite") });
  const embeddingCache = sqliteEmbeddingCache(join(path, "embeddings.sqlite"));
  await catalog.open();
  await store.open({ dimensions: embedder.dimensions });
  return {
    parts: {
      extractors: [textExtractor()],
      detectMediaType: async (_content, options) => ({
        mediaType: options?.fileName?.endsWith(".md") === true ? "text/markdown" : "text/plain",
      }),
      enrichers: [titleEnricher()],
      pii: passThroughPii(),
      chunker: structureChunker({ tokenCounter: embedder.tokenCounter, maxTokens: 64 }),
      embedder,
      embeddingCache,
      store,
      catalog,
      artifacts,
      settings: { publicationDocuments: 6, concurrency: 2 },
    },
    close: async () => {
      embeddingCache.close();
      await artifacts.close();
      await store.close();
      await catalog.close();
    },
  };
}
