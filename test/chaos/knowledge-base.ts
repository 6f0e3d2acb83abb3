import { join } from "node:path";
import type { VectorStore } from "@groundwork/contracts";
import { lancedbStore } from "@groundwork/store-lancedb";
import { hashEmbedder } from "@groundwork/testing/hash-embedder";
import { type KnowledgeBase, openKnowledgeBase } from "groundwork";

/** The embedded default but for the model: small publications, so that a run has many moments at which it can die. */
export function openChaos(
  path: string,
  change: (store: VectorStore) => VectorStore = (store) => store,
): Promise<KnowledgeBase> {
  return openKnowledgeBase({
    path,
    embedder: hashEmbedder(),
    store: change(lancedbStore({ path: join(path, "store") })),
    settings: { publicationDocuments: 6, concurrency: 2 },
  });
}
