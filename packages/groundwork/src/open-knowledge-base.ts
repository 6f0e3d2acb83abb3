import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileArtifacts } from "@groundwork/artifacts-files";
import { sqliteCatalog } from "@groundwork/catalog-sqlite";
import { structureChunker } from "@groundwork/chunk";
import { type CallOptions, GroundworkError, passThroughPii } from "@groundwork/contracts";
import { localEmbedder } from "@groundwork/embed-local";
import { effectiveDatesEnricher, languageEnricher, titleEnricher } from "@groundwork/enrich-local";
import { detectMediaType } from "@groundwork/media-type";
import { type PipelineParts, sqliteEmbeddingCache } from "@groundwork/pipeline";
import { createRetriever } from "@groundwork/retrieval";
import { lancedbStore } from "@groundwork/store-lancedb";
import type { KnowledgeBaseConfiguration } from "./configuration.ts";
import { KnowledgeBase } from "./knowledge-base.ts";
import { localExtractors } from "./local-extractors.ts";

/** Version of the folder's layout. Each part also carries a version of its own. */
const FORMAT = "1";

/**
 * Opens a knowledge base, creating what is missing. With no configuration beside `path` it is the embedded default: SQLite
 * catalog, LanceDB store, local models; no server, no key, no network.
 *
 * @throws GroundworkError `STORE_CORRUPT`, `CATALOG_CORRUPT`, `FORMAT_TOO_NEW`, `SCHEMA_MISMATCH`, `PERMISSION_DENIED`, `DISK_FULL`.
 */
export async function openKnowledgeBase(
  configuration: KnowledgeBaseConfiguration = {},
  options: CallOptions = {},
): Promise<KnowledgeBase> {
  const path = resolve(configuration.path ?? ".groundwork");
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw GroundworkError.from(
      error,
      "PERMISSION_DENIED",
      `The folder of the knowledge base cannot be created: ${path}. Choose another path or mend its permissions.`,
    );
  }
  const closers: (() => Promise<void> | void)[] = [];
  try {
    const catalog = configuration.catalog ?? sqliteCatalog({ path: join(path, "catalog.sqlite") });
    await catalog.open(options);
    closers.unshift(() => catalog.close());
    const format = await catalog.getSetting("format", options);
    if (format === undefined) await catalog.setSetting("format", FORMAT, options);
    else if (Number(format) > Number(FORMAT)) {
      throw new GroundworkError(
        "FORMAT_TOO_NEW",
        `The knowledge base has format ${format}, this release reads up to ${FORMAT}. Upgrade groundwork.`,
      );
    }
    const embedder = configuration.embedder ?? localEmbedder();
    closers.unshift(async () => embedder.close?.());
    const store = configuration.store ?? lancedbStore({ path: join(path, "store") });
    await store.open({ dimensions: embedder.dimensions }, options);
    closers.unshift(() => store.close());
    const artifacts = configuration.artifacts ?? fileArtifacts({ root: join(path, "artifacts") });
    closers.unshift(() => artifacts.close());
    const embeddingCache = sqliteEmbeddingCache(join(path, "embeddings.sqlite"));
    closers.unshift(() => embeddingCache.close());
    const extractors = configuration.extractors ?? localExtractors();
    closers.unshift(async () => {
      for (const extractor of extractors) await extractor.close?.();
    });
    const lineage = configuration.lineage ?? [];
    closers.unshift(async () => {
      for (const sink of lineage) await sink.close?.();
    });
    const parts: PipelineParts = {
      extractors,
      detectMediaType: configuration.detectMediaType ?? detectMediaType,
      enrichers: configuration.enrichers ?? [titleEnricher(), languageEnricher(), effectiveDatesEnricher()],
      pii: configuration.pii ?? passThroughPii(),
      chunker:
        configuration.chunker ??
        structureChunker({ tokenCounter: embedder.tokenCounter, maxTokens: Math.min(256, embedder.maxInputTokens) }),
      embedder,
      embeddingCache,
      store,
      catalog,
      artifacts,
      lineage,
      ...(configuration.settings === undefined ? {} : { settings: configuration.settings }),
    };
    const retriever = createRetriever({
      store,
      catalog,
      artifacts,
      embedder,
      ...(configuration.reranker === undefined ? {} : { reranker: configuration.reranker }),
    });
    return new KnowledgeBase(parts, retriever, closers);
  } catch (error) {
    for (const close of closers) await Promise.resolve(close()).catch(() => {});
    throw error;
  }
}
