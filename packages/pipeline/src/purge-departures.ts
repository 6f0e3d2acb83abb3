import { type CatalogDocument, type Filter, revisionArtifactPrefix } from "@groundwork/contracts";
import type { PipelineParts } from "./pipeline-parts.ts";

/** A document that leaves: deleted at its source (`deleted`), refused by it (`hidden`). */
export interface Departure {
  readonly document: CatalogDocument;
  readonly state: "deleted" | "hidden";
  /** The live document that it has become elsewhere, where that is known only now. */
  readonly movedTo?: CatalogDocument;
}

/** Deletions of artefacts that are asked for together: a store may share what it costs to make them last. */
const DELETIONS_AT_ONCE = 64;

/** A filter on one of many values, cut into pieces that every store can take. */
export function* inPieces(field: string, values: readonly string[]): Generator<Filter> {
  for (let start = 0; start < values.length; start += 500)
    yield { op: "in", field, value: values.slice(start, start + 500) };
}

async function contentHashes(parts: PipelineParts, field: string, values: readonly string[]): Promise<Set<string>> {
  const hashes = new Set<string>();
  for (const filter of inPieces(field, values)) {
    for await (const batch of parts.store.scan(filter, { columns: ["content_hash"] })) {
      for (const hash of batch.getChild("content_hash") ?? []) if (typeof hash === "string") hashes.add(hash);
    }
  }
  return hashes;
}

/**
 * Removes what departed documents leave: rows, artefacts, cached vectors, values in the vault. A hidden document keeps its artefacts and vectors,
 * so that it can return without being read again.
 */
export async function purgeDepartures(parts: PipelineParts, departures: readonly Departure[]): Promise<void> {
  if (departures.length === 0) return;
  const { store, artifacts, catalog, embeddingCache } = parts;
  const deleted = departures.filter(({ state }) => state === "deleted").map(({ document }) => document.documentId);
  const hashes = embeddingCache === undefined ? new Set<string>() : await contentHashes(parts, "documentId", deleted);
  for (const filter of inPieces(
    "documentId",
    departures.map(({ document }) => document.documentId),
  )) {
    await store.deleteBy(filter);
  }
  // A vector that another document shares stays.
  const shared = await contentHashes(parts, "contentHash", [...hashes]);
  embeddingCache?.remove([...hashes].filter((hash) => !shared.has(hash)));
  for (let start = 0; start < deleted.length; start += DELETIONS_AT_ONCE)
    await Promise.all(
      deleted
        .slice(start, start + DELETIONS_AT_ONCE)
        .map((documentId) => artifacts.deletePrefix(revisionArtifactPrefix(documentId))),
    );
  await parts.vault?.forget(deleted);
  const current = await catalog.getDocuments(departures.map(({ document }) => document.documentId));
  await catalog.updateDocuments([...current.values()].map((document) => ({ ...document, chunks: 0 })));
}
