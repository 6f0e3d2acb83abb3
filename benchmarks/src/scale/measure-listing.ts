import { join } from "node:path";
import { sqliteCatalog } from "@groundwork/catalog-sqlite";
import { type CatalogDocument, documentIdOf, LOCAL_OWNER, type Source, stableHash } from "@groundwork/contracts";
import { type PipelineParts, planIngest, stageFingerprints } from "@groundwork/pipeline";
import { openKnowledgeBase } from "groundwork";
import { stubEmbedder } from "../ingest/groundwork-peer.ts";

/**
 * Plans over a synthetic listing of so many objects that the catalog knows, one in a thousand of them changed: prints the rate
 * and the memory. `fill` writes the catalog first, in a process of its own.
 */
const [action, state, many] = process.argv.slice(2) as ["fill" | "plan", string, string];
const count = Number(many);
const keyOf = (number: number): string => `object-${String(number).padStart(8, "0")}.txt`;
const permissions = { allow: [LOCAL_OWNER] };
await using base = await openKnowledgeBase({ path: state, embedder: stubEmbedder() });
const { parts }: { parts: PipelineParts } = base;
if (action === "fill") {
  const catalog = sqliteCatalog({ path: join(state, "catalog.sqlite") });
  await catalog.open();
  const fingerprint = stageFingerprints(parts).document("text/plain", permissions, undefined);
  for (let from = 0; from < count; from += 5_000) {
    const documents: CatalogDocument[] = [];
    for (let number = from; number < Math.min(count, from + 5_000); number++) {
      const key = keyOf(number);
      const documentId = documentIdOf("listing", key);
      documents.push({
        documentId,
        sourceId: "listing",
        key,
        uri: `listing:${key}`,
        state: "live",
        version: stableHash([key]),
        hint: `v1-${number}`,
        mediaType: "text/plain",
        size: 5_000,
        permissions,
        fingerprint,
        liveRevision: `rev_${number}`,
        chunks: 3,
        updatedAt: 0,
        metadata: { title: `Object ${number}`, language: "en" },
      });
    }
    await catalog.updateDocuments(documents);
  }
  await catalog.close();
} else {
  const source: Source = {
    sourceId: "listing",
    async *list() {
      for (let number = 0; number < count; number++) {
        const key = keyOf(number);
        const hint = number % 1000 === 0 ? `v2-${number}` : `v1-${number}`;
        yield { object: { key, uri: `listing:${key}`, size: 5_000, hint } };
      }
      yield { end: { complete: true } };
    },
    open: async () => {
      throw new Error("a plan opens nothing");
    },
  };
  const before = process.cpuUsage();
  const started = performance.now();
  const plan = await planIngest([source], parts);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  console.log(
    JSON.stringify({
      seconds,
      cpuSeconds: (user + system) / 1_000_000,
      peakMegabytes: process.resourceUsage().maxRSS / 1024,
      counts: plan.counts,
    }),
  );
}
