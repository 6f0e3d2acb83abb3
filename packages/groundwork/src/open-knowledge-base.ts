import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { sqliteCatalog } from "@groundwork/catalog-sqlite";
import { structureChunker } from "@groundwork/chunk";
import {
  type CallOptions,
  type Catalog,
  type Embedder,
  GroundworkError,
  type VectorStore,
} from "@groundwork/contracts";
import { localEmbedder } from "@groundwork/embed-local";
import { effectiveDatesEnricher, languageEnricher, titleEnricher } from "@groundwork/enrich-local";
import { detectMediaType } from "@groundwork/media-type";
import { type PipelineParts, sqliteEmbeddingCache } from "@groundwork/pipeline";
import { createRetriever } from "@groundwork/retrieval";
import { lancedbStore } from "@groundwork/store-lancedb";
import type { KnowledgeBaseConfiguration } from "./configuration.ts";
import { dropIndex, indexFolder } from "./drop-index.ts";
import { embeddedArtifacts } from "./embedded-artifacts.ts";
import { embedderKey, FIRST_INDEX, IndexRegister, type IndexVersion } from "./index-register.ts";
import { KnowledgeBase } from "./knowledge-base.ts";
import { localExtractors } from "./local-extractors.ts";
import { configuredPii } from "./pii-configuration.ts";

/** Version of the folder's layout. Each part also carries a version of its own. */
const FORMAT = "1";

export interface OpenOptions extends CallOptions {
  /** Which index: the one that answers, the one being built for the configured embedder, or one by its id. @default "active" */
  readonly index?: "active" | "building" | (string & {});
}

function otherIndex(
  configuration: KnowledgeBaseConfiguration,
  path: string,
  id: string,
): { readonly store: VectorStore; readonly catalog: Catalog } {
  if (configuration.index !== undefined) return configuration.index(id);
  if (configuration.store !== undefined || configuration.catalog !== undefined) {
    throw new GroundworkError(
      "INVALID_CONFIGURATION",
      "A second index needs a store and a catalog of its own. Give `index: (id) => ({ store, catalog })` beside `store` and `catalog`.",
    );
  }
  const folder = indexFolder(path, id);
  return {
    store: lancedbStore({ path: join(folder, "store") }),
    catalog: sqliteCatalog({ path: join(folder, "catalog.sqlite") }),
  };
}

async function checkFormat(catalog: Catalog, options: CallOptions): Promise<void> {
  const format = await catalog.getSetting("format", options);
  if (format === undefined) await catalog.setSetting("format", FORMAT, options);
  else if (Number(format) > Number(FORMAT)) {
    throw new GroundworkError(
      "FORMAT_TOO_NEW",
      `The knowledge base has format ${format}, this release reads up to ${FORMAT}. Upgrade groundwork.`,
    );
  }
}

/** Vectors of two models cannot be compared: an index keeps to the one that it was made with. */
function checkEmbedder(index: IndexVersion, embedder: Embedder): void {
  if (index.embedder === embedderKey(embedder)) return;
  throw new GroundworkError(
    "SCHEMA_MISMATCH",
    `Index ${index.id} was made with the embedder ${index.embedder}, configured is ${embedderKey(embedder)}. Build a new index beside it (groundwork index build), or configure the earlier embedder.`,
  );
}

/**
 * Opens a knowledge base, creating what is missing. With no configuration beside `path` it is the embedded default: SQLite
 * catalog, LanceDB store, local models; no server, no key, no network.
 *
 * @throws GroundworkError `STORE_CORRUPT`, `CATALOG_CORRUPT`, `FORMAT_TOO_NEW`, `SCHEMA_MISMATCH`, `PERMISSION_DENIED`, `DISK_FULL`.
 */
export async function openKnowledgeBase(
  configuration: KnowledgeBaseConfiguration = {},
  options: OpenOptions = {},
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
    const first = configuration.catalog ?? sqliteCatalog({ path: join(path, "catalog.sqlite") });
    await first.open(options);
    closers.unshift(() => first.close());
    await checkFormat(first, options);
    const embedder = configuration.embedder ?? localEmbedder();
    closers.unshift(async () => embedder.close?.());
    const register = new IndexRegister(first);
    const index = await chosenIndex(register, embedder, options);
    checkEmbedder(index, embedder);
    const { store, catalog } =
      index.id === FIRST_INDEX
        ? { store: configuration.store ?? lancedbStore({ path: join(path, "store") }), catalog: first }
        : otherIndex(configuration, path, index.id);
    if (catalog !== first) {
      if (configuration.index === undefined) await mkdir(indexFolder(path, index.id), { recursive: true });
      await catalog.open(options);
      closers.unshift(() => catalog.close());
      await checkFormat(catalog, options);
    }
    await store.open({ dimensions: embedder.dimensions }, options);
    closers.unshift(() => store.close());
    const artifacts = configuration.artifacts ?? embeddedArtifacts(path);
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
    const pii = await configuredPii(configuration.pii, path);
    closers.unshift(async () => pii.vault?.close());
    const parts: PipelineParts = {
      extractors,
      detectMediaType: configuration.detectMediaType ?? detectMediaType,
      enrichers: configuration.enrichers ?? [titleEnricher(), languageEnricher(), effectiveDatesEnricher()],
      pii: pii.stage,
      ...(pii.vault === undefined ? {} : { vault: pii.vault }),
      chunker:
        configuration.chunker ??
        structureChunker({ tokenCounter: embedder.tokenCounter, maxTokens: Math.min(256, embedder.maxInputTokens) }),
      embedder,
      embeddingCache,
      store,
      catalog,
      artifacts,
      lineage,
      ...(configuration.quality === undefined ? {} : { quality: configuration.quality }),
      ...(configuration.settings === undefined ? {} : { settings: configuration.settings }),
    };
    const retriever = createRetriever({
      store,
      catalog,
      artifacts,
      embedder,
      pii: parts.pii,
      ...(configuration.reranker === undefined ? {} : { reranker: configuration.reranker }),
    });
    return new KnowledgeBase(parts, retriever, closers, {
      index,
      register,
      path,
      ...(pii.scope === undefined ? {} : { piiScope: pii.scope }),
    });
  } catch (error) {
    for (const close of closers) await Promise.resolve(close()).catch(() => {});
    throw error;
  }
}

/** The register of a knowledge base's indexes, opened without any of them. */
export interface OpenedRegister extends Pick<IndexRegister, "list" | "switchTo" | "rollBack"> {
  /** Removes an index that does not answer, with its files. */
  drop(id: string, options?: CallOptions): Promise<void>;
  close(): Promise<void>;
}

/** Opens the register of indexes alone: needs no embedder, so that a switch and a rollback are instant. */
export async function openRegister(
  configuration: Pick<KnowledgeBaseConfiguration, "path" | "catalog"> = {},
  options: CallOptions = {},
): Promise<OpenedRegister> {
  const path = resolve(configuration.path ?? ".groundwork");
  const catalog = configuration.catalog ?? sqliteCatalog({ path: join(path, "catalog.sqlite") });
  await catalog.open(options);
  const register = new IndexRegister(catalog);
  return {
    list: (given) => register.list(given),
    switchTo: (id, given) => register.switchTo(id, given),
    rollBack: (given) => register.rollBack(given),
    drop: (id, given) => dropIndex(register, path, id, given),
    close: () => catalog.close(),
  };
}

async function chosenIndex(register: IndexRegister, embedder: Embedder, options: OpenOptions): Promise<IndexVersion> {
  const wanted = options.index ?? "active";
  // A knowledge base that is new has its first index before it can have another.
  const active = await register.active(embedder, options);
  if (wanted === "active") return active;
  if (wanted === "building") return register.build(embedder, options);
  const index = (await register.list(options)).find(({ id }) => id === wanted);
  if (index === undefined) throw new GroundworkError("NOT_FOUND", `There is no index ${wanted}.`);
  return index;
}
