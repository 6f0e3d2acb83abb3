import type { Attributes, Chunker, ChunkRow, DocumentMetadata, TextRevision } from "@groundwork/contracts";
import type { WorkItem } from "./work-item.ts";

/** Source attributes that are fields of the metadata when a sidecar states them. */
export function splitAttributes(attributes: Attributes | undefined): {
  metadata: DocumentMetadata;
  attributes: Attributes;
} {
  const metadata: Record<string, unknown> = {};
  const rest: Record<string, Attributes[string]> = {};
  for (const [name, value] of Object.entries(attributes ?? {})) {
    const isText =
      typeof value === "string" && ["title", "language", "author", "effectiveFrom", "effectiveTo"].includes(name);
    if (isText || (name === "tags" && Array.isArray(value))) metadata[name] = value;
    else rest[name] = value;
  }
  return { metadata: metadata as DocumentMetadata, attributes: rest };
}

/** The rows of a text revision under a chunker, without the publication's sequence and run. */
export function chunkRows(
  chunker: Chunker,
  revision: TextRevision,
  attributes: Attributes,
  item: WorkItem,
): ChunkRow[] {
  const { metadata, version, mediaType } = revision;
  const { documentId, sourceId, key, uri, permissions } = item;
  const { title, language, effectiveFrom, effectiveTo } = metadata;
  const rows: ChunkRow[] = [];
  for (const chunk of chunker.chunk(revision)) {
    rows.push({
      ...chunk,
      documentId,
      version,
      revision: revision.revisionId,
      publishedFrom: 0,
      piiTypes: [],
      allow: permissions.allow,
      deny: permissions.deny ?? [],
      sourceId,
      key,
      uri,
      mediaType,
      tags: metadata.tags ?? [],
      attributes,
      runId: "",
      ...(title === undefined ? {} : { title }),
      ...(language === undefined ? {} : { language }),
      ...(effectiveFrom === undefined ? {} : { effectiveFrom }),
      ...(effectiveTo === undefined ? {} : { effectiveTo }),
    });
  }
  return rows;
}
