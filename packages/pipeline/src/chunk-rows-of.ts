import {
  type Attributes,
  type Chunk,
  type Chunker,
  chunkIdOf,
  type DocumentMetadata,
  fingerprintOf,
  isQuarantined,
  type PlacedElement,
  type RevisionFinding,
  type TextRevision,
} from "@groundwork/contracts";
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

/** The elements between those that are kept out of the index. */
function stretches(elements: TextRevision["elements"]): TextRevision["elements"][] {
  const found: PlacedElement[][] = [[]];
  for (const element of elements) {
    if (isQuarantined(element)) found.push([]);
    else found.at(-1)!.push(element);
  }
  return found.filter((stretch) => stretch.length > 0);
}

/**
 * Chunks of a revision without its quarantined elements. A chunk is a slice of the text, so each stretch between two such elements is
 * cut by itself; ids and ordinals go on from one to the next.
 */
function* chunksOf(chunker: Chunker, revision: TextRevision): Generator<Chunk> {
  if (!revision.elements.some(isQuarantined)) {
    yield* chunker.chunk(revision);
    return;
  }
  const fingerprint = fingerprintOf(chunker.identity);
  let first = 0;
  for (const elements of stretches(revision.elements)) {
    const ids = new Map<string, string>();
    const chunks = [...chunker.chunk({ ...revision, elements })];
    for (const { chunkId, ordinal } of chunks)
      ids.set(chunkId, chunkIdOf(revision.revisionId, fingerprint, first + ordinal));
    for (const { parentChunk, ...chunk } of chunks)
      yield {
        ...chunk,
        chunkId: ids.get(chunk.chunkId)!,
        ordinal: first + chunk.ordinal,
        ...(parentChunk === undefined ? {} : { parentChunk: ids.get(parentChunk) ?? parentChunk }),
      };
    first += chunks.length;
  }
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
    for (const chunk of chunksOf(chunker, revision)) {
      rows.add({ ...chunk, ...shared, piiTypes: typesIn(revision.findings ?? [], chunk.charStart, chunk.charEnd) });
      count++;
    }
    return count;
  });
}
