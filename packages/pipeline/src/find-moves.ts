import type { Catalog, CatalogDocument } from "@groundwork/contracts";
import type { PlannedItem } from "./work-item-of.ts";

/**
 * Where documents that leave have gone: a live document with the same bytes that was added since the run began and is not the
 * new place of another. Both in the order of their keys, so that equal runs find equal moves.
 */
export async function findMoves(
  items: readonly PlannedItem[],
  catalog: Catalog,
  startedAt: number,
  signal: AbortSignal,
): Promise<Map<string, CatalogDocument>> {
  const moves = new Map<string, CatalogDocument>();
  const leaving = items
    .filter(({ item }) => item.action === "delete" && item.previous?.version !== undefined)
    .map(({ item }) => item)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const places = await catalog.findVersions(
    leaving.map(({ previous }) => previous!.version!),
    { signal },
  );
  const candidates = await catalog.getDocuments([...places.values()].flat(), { signal });
  const free = new Map<string, CatalogDocument[]>();
  for (const [version, documentIds] of places) {
    const added = documentIds
      .map((documentId) => candidates.get(documentId)!)
      .filter(
        ({ state, movedFrom, updatedAt }) => state === "live" && movedFrom === undefined && updatedAt >= startedAt,
      )
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    free.set(version, added);
  }
  for (const { documentId, previous } of leaving) {
    const to = free.get(previous!.version!)?.shift();
    if (to !== undefined) moves.set(documentId, to);
  }
  return moves;
}
