import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileArtifacts } from "@groundwork/artifacts-files";
import { sqliteCatalog } from "@groundwork/catalog-sqlite";
import { structureChunker } from "@groundwork/chunk";
import { type Embedder, passThroughPii, stableHash } from "@groundwork/contracts";
import { localEmbedder } from "@groundwork/embed-local";
import { type IngestProgress, ingest, type PipelineParts, sqliteEmbeddingCache } from "@groundwork/pipeline";
import { lancedbStore } from "@groundwork/store-lancedb";
import { PASSAGE_MEDIA_TYPE, passageExtractor, passageSource } from "./passage-source.ts";
import type { RetrievalSet } from "./retrieval-set.ts";

/** Kept between runs: a second run finds its rows and vectors here. */
export const BENCH_FOLDER: string = resolve(import.meta.dirname, "../../.bench");

export interface BenchKnowledgeBase extends AsyncDisposable {
  readonly parts: PipelineParts;
  readonly embedder: Embedder;
  /** Seconds of ingestion, near 0 when everything was there. */
  readonly ingestSeconds: number;
}

/** The embedded default over the passages of a set: real chunker, embedder, store and catalog. */
export async function openBenchKnowledgeBase(set: RetrievalSet): Promise<BenchKnowledgeBase> {
  const path = join(BENCH_FOLDER, "retrieval", `${set.name}-${stableHash([set.folder], 8)}`);
  await mkdir(path, { recursive: true });
  const embedder = localEmbedder();
  const catalog = sqliteCatalog({ path: join(path, "catalog.sqlite") });
  const store = lancedbStore({ path: join(path, "store") });
  // Nothing here needs to outlive a power cut.
  const artifacts = fileArtifacts({ root: join(path, "artifacts"), durable: false });
  const embeddingCache = sqliteEmbeddingCache(join(BENCH_FOLDER, "embeddings.sqlite"));
  const close = async (): Promise<void> => {
    await artifacts.close();
    embeddingCache.close();
    await store.close();
    await catalog.close();
    await embedder.close?.();
  };
  try {
    await catalog.open();
    await store.open({ dimensions: embedder.dimensions });
    const parts: PipelineParts = {
      extractors: [passageExtractor()],
      detectMediaType: async () => ({ mediaType: PASSAGE_MEDIA_TYPE }),
      enrichers: [],
      pii: passThroughPii(),
      chunker: structureChunker({ tokenCounter: embedder.tokenCounter, maxTokens: 256 }),
      embedder,
      embeddingCache,
      store,
      catalog,
      artifacts,
      settings: { publicationDocuments: 2_000, publicationChunks: 2_000 },
    };
    const started = performance.now();
    const report = await ingest([passageSource(set)], parts, {
      allowMassDelete: true,
      onProgress: progressLine(set.name),
    });
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
    const { failed, empty } = report.counts;
    if (failed + empty > 0)
      throw new Error(`${set.name}: ${failed} passages failed and ${empty} were empty; every passage must be there.`);
    if (report.work.rowsWritten > 0) await store.maintain();
    return {
      parts,
      embedder,
      ingestSeconds: (performance.now() - started) / 1_000,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function progressLine(name: string): (progress: IngestProgress) => void {
  return ({ chunks }) => {
    if (process.stderr.isTTY && chunks.embedded > 0)
      process.stderr.write(`\r${name}: ${chunks.embedded} chunks embedded`);
  };
}
