import {
  type ArtifactStore,
  type Attributes,
  type Catalog,
  type ChunkRow,
  chunkIdOf,
  contentHashOf,
  type DocumentElement,
  documentIdOf,
  type Embedder,
  embedderInput,
  encodeChunksWithVectors,
  encodeTextRevision,
  isBody,
  LOCAL_OWNER,
  type Permissions,
  placeElements,
  revisionArtifactKey,
  stableHash,
  type TextRevision,
  type VectorStore,
} from "@groundwork/contracts";
import { hashEmbedder } from "./hash-embedder.ts";
import { memoryArtifactStore } from "./memory-artifact-store.ts";
import { memoryCatalog } from "./memory-catalog.ts";
import { memoryVectorStore } from "./memory-vector-store.ts";

export interface FixtureDocument {
  readonly key: string;
  readonly title?: string;
  /** Each body element that is no heading is a chunk. A string is a paragraph. */
  readonly elements: readonly (string | DocumentElement)[];
  /** @default the local owner */
  readonly permissions?: Permissions;
  readonly effectiveFrom?: string;
  readonly effectiveTo?: string;
  readonly attributes?: Attributes;
  readonly mediaType?: string;
  /** All elements in one chunk. @default false */
  readonly whole?: boolean;
}

export interface RetrieverParts {
  readonly store: VectorStore;
  readonly catalog: Catalog;
  readonly artifacts: ArtifactStore;
  readonly embedder: Embedder;
}

/** A small knowledge base in memory that can be published to. */
export interface RetrieverFixture extends RetrieverParts {
  /** Publishes documents in one publication; a key that is there gets a new version, whose old rows leave the store at once. */
  publish(...documents: readonly FixtureDocument[]): Promise<void>;
  /** Removes documents as a deletion at their source does. */
  remove(...keys: readonly string[]): Promise<void>;
  idOf(key: string): string;
}

const SOURCE_ID = "fixture";

function textRevisionOf(document: FixtureDocument): TextRevision {
  const documentId = documentIdOf(SOURCE_ID, document.key);
  const version = stableHash([JSON.stringify(document)]);
  const elements = document.elements.map(
    (element): DocumentElement => (typeof element === "string" ? { kind: "paragraph", text: element } : element),
  );
  const { title, effectiveFrom, effectiveTo, attributes, mediaType = "text/plain" } = document;
  return {
    revisionId: `rev_${stableHash(["revision", documentId, version], 24)}`,
    documentId,
    version,
    mediaType,
    metadata: {
      ...(title === undefined ? {} : { title }),
      ...(effectiveFrom === undefined ? {} : { effectiveFrom }),
      ...(effectiveTo === undefined ? {} : { effectiveTo }),
      ...(attributes === undefined ? {} : { attributes }),
    },
    ...placeElements(elements, "fixture-extractor"),
  };
}

function chunkRows(document: FixtureDocument, revision: TextRevision, sequence: number, runId: string): ChunkRow[] {
  const body = revision.elements.filter((element) => isBody(element) && element.kind !== "heading");
  const spans = document.whole === true ? [{ first: body[0]!, last: body.at(-1)! }] : undefined;
  return (spans ?? body.map((element) => ({ first: element, last: element }))).map(({ first, last }, ordinal) => {
    const { charStart } = first;
    const { charEnd } = last;
    const text = revision.text.slice(charStart, charEnd);
    const context = [revision.metadata.title ?? "", ...first.sectionPath].filter((part) => part !== "").join(" > ");
    const permissions = document.permissions ?? { allow: [LOCAL_OWNER] };
    return {
      ...revision.metadata,
      chunkId: chunkIdOf(revision.revisionId, "fixture", ordinal),
      ordinal,
      text,
      context,
      charStart,
      charEnd,
      tokens: 8,
      sectionPath: first.sectionPath,
      boxes: [],
      contentHash: contentHashOf(context, text),
      documentId: revision.documentId,
      version: revision.version,
      revision: revision.revisionId,
      publishedFrom: sequence,
      piiTypes: [],
      allow: permissions.allow,
      deny: permissions.deny ?? [],
      sourceId: SOURCE_ID,
      key: document.key,
      uri: `fixture:${document.key}`,
      mediaType: revision.mediaType,
      tags: [],
      attributes: document.attributes ?? {},
      runId,
      ...(first.location === undefined ? {} : { location: first.location }),
    };
  });
}

/** Makes an empty knowledge base in memory. */
export async function createRetrieverFixture(): Promise<RetrieverFixture> {
  const store = memoryVectorStore();
  const catalog = memoryCatalog();
  const artifacts = memoryArtifactStore();
  const embedder = hashEmbedder();
  await catalog.open();
  await store.open({ dimensions: embedder.dimensions });
  const runId = "run_fixture";
  const idOf = (key: string): string => documentIdOf(SOURCE_ID, key);

  async function retire(keys: readonly string[]): Promise<string[]> {
    const documents = await Promise.all(keys.map((key) => catalog.getDocument(idOf(key))));
    return documents.flatMap((document) => document?.liveRevision ?? []);
  }

  async function publish(...documents: readonly FixtureDocument[]): Promise<void> {
    const sequence = await catalog.beginPublication(runId);
    const retired = await retire(documents.map(({ key }) => key));
    const revisions = documents.map(textRevisionOf);
    const rows = documents.flatMap((document, index) => chunkRows(document, revisions[index]!, sequence, runId));
    const vectors: number[] = [];
    for (const row of rows) vectors.push(...(await embedder.doEmbed([embedderInput(row.context, row.text)])).vectors);
    for (const revision of revisions)
      await artifacts.put(
        revisionArtifactKey(revision.documentId, revision.revisionId),
        await encodeTextRevision(revision),
      );
    await store.write(encodeChunksWithVectors(rows, Float32Array.from(vectors), embedder.dimensions));
    await catalog.commitPublication(sequence, {
      documents: documents.map((document, index) => ({
        documentId: idOf(document.key),
        sourceId: SOURCE_ID,
        key: document.key,
        uri: `fixture:${document.key}`,
        state: "live",
        version: revisions[index]!.version,
        metadata: revisions[index]!.metadata,
        permissions: document.permissions ?? { allow: [LOCAL_OWNER] },
        liveRevision: revisions[index]!.revisionId,
        chunks: rows.filter((row) => row.revision === revisions[index]!.revisionId).length,
        updatedAt: sequence,
      })),
      revisions: revisions.map(({ revisionId, documentId, version, mediaType, metadata }) => ({
        revisionId,
        documentId,
        version,
        mediaType,
        metadata,
        artifact: revisionArtifactKey(documentId, revisionId),
        extraction: "fixture",
        chunker: "fixture",
        embedder: `${embedder.modelId}@${embedder.revision}`,
        chunks: rows.filter((row) => row.revision === revisionId).length,
        publishedFrom: sequence,
        runId,
      })),
      retired,
      outcomes: [],
      edges: [],
    });
    for (const revision of retired)
      await store.deleteBy({
        and: [
          { op: "eq", field: "revision", value: revision },
          { op: "lt", field: "publishedFrom", value: sequence },
        ],
      });
  }

  async function remove(...keys: readonly string[]): Promise<void> {
    const sequence = await catalog.beginPublication(runId);
    const retired = await retire(keys);
    const documents = (await Promise.all(keys.map((key) => catalog.getDocument(idOf(key))))).flatMap((document) => {
      if (document === undefined) return [];
      const { liveRevision: _revision, ...rest } = document;
      return [{ ...rest, state: "deleted" as const, chunks: 0, updatedAt: sequence }];
    });
    await catalog.commitPublication(sequence, { documents, revisions: [], retired, outcomes: [], edges: [] });
    for (const key of keys) await store.deleteBy({ op: "eq", field: "documentId", value: idOf(key) });
  }

  return { store, catalog, artifacts, embedder, publish, remove, idOf };
}
