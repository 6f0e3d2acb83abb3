import { revisionArtifactKey, revisionArtifactPrefix } from "@groundwork/contracts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ingest, reconcile } from "../src/index.ts";
import { type TestKnowledge, testKnowledge, textSource } from "./fixtures/knowledge.ts";

let knowledge: TestKnowledge;
beforeEach(async () => {
  knowledge = await testKnowledge();
});
afterEach(() => knowledge.close());

const TEXTS = { "a.txt": "# A\n\nOne.\n\n# B\n\nTwo.\n\n# C\n\nThree.", "b.txt": "Four.", "c.txt": "Five." };
const ignoreSequence = (rows: Awaited<ReturnType<TestKnowledge["all"]>>): unknown[] =>
  rows.map(({ publishedFrom: _from, runId: _run, ...row }) => row);

test("nothing differs after an ingestion", async () => {
  await ingest([textSource(TEXTS)], knowledge.parts);
  expect(await reconcile(knowledge.parts)).toMatchObject({ drift: [], total: 0, documents: 3, rows: 5 });
});

test("FIELD-COMPLAINTS 7: rows that the store lost come back, from the text that is kept", async () => {
  const source = textSource(TEXTS);
  await ingest([source], knowledge.parts);
  const before = await knowledge.all();
  const { opened } = source;
  const embedded = knowledge.embedded();
  await knowledge.parts.store.deleteBy({ op: "eq", field: "chunkId", value: before[1]!.chunkId });
  await knowledge.parts.store.deleteBy({ op: "eq", field: "key", value: "b.txt" });
  const drift = [
    { kind: "rows-missing", key: "a.txt", count: 1 },
    { kind: "rows-missing", key: "b.txt", count: 1 },
  ];
  expect((await reconcile(knowledge.parts, { check: true })).drift).toMatchObject(
    drift.map((entry) => ({ ...entry, repair: "none" })),
  );
  expect(await knowledge.all()).toHaveLength(3);
  expect((await reconcile(knowledge.parts)).drift).toMatchObject(
    drift.map((entry) => ({ ...entry, repair: "repaired" })),
  );
  expect(ignoreSequence(await knowledge.visible())).toEqual(ignoreSequence(before));
  expect(source.opened).toBe(opened);
  expect(knowledge.embedded()).toBe(embedded);
  expect((await reconcile(knowledge.parts)).total).toBe(0);
  expect((await ingest([source], knowledge.parts)).counts).toMatchObject({ unchanged: 3 });
});

test("FIELD-COMPLAINTS 7: rows that the catalog does not stand for go", async () => {
  const source = textSource(TEXTS);
  await ingest([source], knowledge.parts);
  const [document] = await Array.fromAsync(knowledge.parts.catalog.listDocuments());
  const { liveRevision: _live, ...rest } = document!;
  await knowledge.parts.catalog.updateDocuments([{ ...rest, state: "deleted", chunks: 0 }]);
  const report = await reconcile(knowledge.parts);
  expect(report.drift).toMatchObject([
    { kind: "rows-orphaned", key: "a.txt", count: 3, repair: "repaired" },
    { kind: "artifact-orphaned", key: "a.txt", count: 1, repair: "repaired" },
  ]);
  expect((await knowledge.all()).map(({ key }) => key)).toEqual(["b.txt", "c.txt"]);
  expect(await Array.fromAsync(knowledge.parts.artifacts.list(revisionArtifactPrefix(document!.documentId)))).toEqual(
    [],
  );
});

test("a document whose text is lost is read again", async () => {
  const source = textSource(TEXTS);
  await ingest([source], knowledge.parts);
  const document = (await Array.fromAsync(knowledge.parts.catalog.listDocuments())).find(({ key }) => key === "b.txt")!;
  await knowledge.parts.artifacts.deletePrefix(revisionArtifactPrefix(document.documentId));
  const report = await reconcile(knowledge.parts);
  expect(report.drift).toMatchObject([{ kind: "artifact-missing", key: "b.txt", repair: "reread" }]);
  const { counts } = await ingest([source], knowledge.parts);
  expect(counts).toMatchObject({ changed: 1, unchanged: 2 });
  const artifact = revisionArtifactKey(document.documentId, document.liveRevision!);
  expect(await knowledge.parts.artifacts.has(artifact)).toBe(true);
  expect((await reconcile(knowledge.parts)).total).toBe(0);
});
