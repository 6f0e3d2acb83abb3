import { type CatalogDocument, type ChunkRow, decodeChunks, GroundworkError } from "@groundwork/contracts";
import type { ChaosBase } from "./knowledge-base.ts";

/** What must be equal however a state was reached: rows with their vectors, and what the catalog says of each document. */
export interface State {
  readonly rows: readonly unknown[];
  readonly documents: readonly unknown[];
}

export async function readState({ parts }: ChaosBase): Promise<State> {
  const rows: { key: string; row: unknown }[] = [];
  for await (const batch of parts.store.scan(undefined, { columns: [...batchColumns] })) {
    const vectors = batch.getChild("vector")!;
    for (const [index, row] of decodeChunks(batch).entries()) {
      const { publishedFrom: _from, publishedTo, runId: _run, ...plain } = row;
      const vector = Buffer.from((vectors.get(index) as { toArray(): Float32Array }).toArray().slice().buffer).toString(
        "base64",
      );
      rows.push({ key: row.chunkId, row: { ...plain, retired: publishedTo !== undefined, vector } });
    }
  }
  const documents: unknown[] = [];
  for await (const document of parts.catalog.listDocuments()) {
    // Tombstones are history: which of them there are follows from every state that was ever ingested, not from the last.
    if (document.state === "deleted") continue;
    const { updatedAt: _at, movedFrom: _moved, hint: _hint, ...plain }: CatalogDocument = document;
    documents.push(plain);
  }
  return { rows: rows.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ row }) => row), documents };
}

const batchColumns = [
  ..."chunk_id document_id version revision published_from published_to ordinal parent_chunk role text context tokens char_start".split(
    " ",
  ),
  ..."char_end section_path boxes start_ms end_ms location pii_types allow deny source_id key uri title media_type language".split(
    " ",
  ),
  ..."effective_from effective_to tags attributes content_hash run_id vector".split(" "),
];

/** What a reader sees at one moment: the rows of each document, at one watermark. `undefined` when the moment passed meanwhile. */
export async function readVisible({ parts }: ChaosBase): Promise<Map<string, ChunkRow[]> | undefined> {
  const watermark = await parts.catalog.watermark();
  try {
    return await visibleAt(watermark, parts);
  } catch (error) {
    // Rewritten while it was read: a reader asks again.
    if (GroundworkError.isInstance(error) && error.code === "STORE_CONFLICT") return undefined;
    throw error;
  }
}

async function visibleAt(watermark: number, parts: ChaosBase["parts"]): Promise<Map<string, ChunkRow[]> | undefined> {
  const visible = new Map<string, ChunkRow[]>();
  for await (const batch of parts.store.scan(undefined, {
    watermark,
    columns: batchColumns.filter((name) => name !== "vector"),
  })) {
    for (const row of decodeChunks(batch)) visible.set(row.key, [...(visible.get(row.key) ?? []), row]);
  }
  return (await parts.catalog.watermark()) === watermark ? visible : undefined;
}

/** Documents that a reader sees in two versions, in part, or not at all. */
export async function findViolations(knowledgeBase: ChaosBase, throughout: readonly string[]): Promise<string[]> {
  const visible = await readVisible(knowledgeBase);
  if (visible === undefined) return [];
  const violations: string[] = [];
  for (const key of throughout) if (!visible.has(key)) violations.push(`${key}: no version`);
  for (const [key, rows] of visible) {
    const revisions = new Set(rows.map(({ revision }) => revision));
    if (revisions.size !== 1) violations.push(`${key}: ${revisions.size} versions`);
    const ordinals = new Set(rows.map(({ ordinal }) => ordinal));
    if (ordinals.size !== rows.length) violations.push(`${key}: rows doubled`);
    const [revision] = revisions;
    const record = await knowledgeBase.parts.catalog.getRevision(revision!);
    if (record !== undefined && record.chunks !== rows.length)
      violations.push(`${key}: ${rows.length} of ${record.chunks} rows`);
  }
  return violations;
}
