import type { Attributes, Chunker, DocumentMetadata, RevisionFinding, TextRevision } from "@groundwork/contracts";
import type { PreparationTarget } from "./preparation.ts";
import type { RowCollector } from "./row-collector.ts";

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

/** Types of the findings in a stretch of the text, each once, in alphabetical order, whatever was done with the values. */
function typesIn(findings: readonly RevisionFinding[], start: number, end: number): readonly string[] {
  // Findings come in order and apart: the first that ends after the start is found by halving.
  let [low, high] = [0, findings.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (findings[middle]!.charEnd <= start) low = middle + 1;
    else high = middle;
  }
  const types = new Set<string>();
  for (let index = low; index < findings.length && findings[index]!.charStart < end; index++)
    types.add(findings[index]!.type);
  return [...types].sort();
}

/** Adds the rows of a text revision under a chunker, without the publication's sequence and run. Returns their number. */
export function addChunkRows(
  chunker: Chunker,
  revision: TextRevision,
  attributes: Attributes,
  target: PreparationTarget,
  rows: RowCollector,
): number {
  const { metadata, version, mediaType } = revision;
  const { documentId, sourceId, key, uri, permissions } = target;
  const { title, language, effectiveFrom, effectiveTo } = metadata;
  const shared = {
    documentId,
    version,
    revision: revision.revisionId,
    publishedFrom: 0,
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
  };
  // All or none: a chunker that fails half-way leaves no rows behind.
  return rows.together(() => {
    let count = 0;
    for (const chunk of chunker.chunk(revision)) {
      rows.add({ ...chunk, ...shared, piiTypes: typesIn(revision.findings ?? [], chunk.charStart, chunk.charEnd) });
      count++;
    }
    return count;
  });
}
