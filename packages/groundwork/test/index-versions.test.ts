import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folder } from "@groundwork/source-files";
import { expectError } from "@groundwork/testing";
import { hashEmbedder } from "@groundwork/testing/hash-embedder";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openKnowledgeBase, openRegister } from "../src/index.ts";

let work: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "groundwork-indexes-"));
  await mkdir(join(work, "docs"));
  for (const name of ["lodging", "meals", "cards"])
    await writeFile(join(work, "docs", `${name}.md`), `# About ${name}\n\nThe ${name} rule says what is paid.`);
});
afterEach(() => rm(work, { recursive: true, force: true }));

const path = (): string => join(work, "kb");
const docs = (): ReturnType<typeof folder> => folder(join(work, "docs"));
const old = { modelId: "test-hash" } as const;
const embedder = (dimensions: number, revision = "1") => ({ ...hashEmbedder({ dimensions }), revision });

test("a new embedder is built beside the old one, switched to at once, and back", async () => {
  {
    await using base = await openKnowledgeBase({ path: path(), embedder: embedder(64) });
    expect(base.index).toMatchObject({ id: "1", state: "active", embedder: `${old.modelId}@1` });
    await base.ingest(docs());
  }
  const next = () => ({ path: path(), embedder: embedder(32, "2") });
  const error = await expectError(() => openKnowledgeBase(next()), "SCHEMA_MISMATCH");
  expect(error.message).toContain("groundwork index build");
  {
    await using building = await openKnowledgeBase(next(), { index: "building" });
    expect(building.index).toMatchObject({ id: "2", state: "building" });
    await expectError(() => building.switchIndex("2"), "INVALID_ARGUMENT");
    const report = await building.ingest(docs());
    // The texts are there: nothing is read again.
    expect(report.counts.added).toBe(3);
    expect(report.work).toMatchObject({ extractions: 0, embeddings: 3 });
    await building.completeIndex();
    // The old one answers meanwhile, with its own embedder.
    await using before = await openKnowledgeBase({ path: path(), embedder: embedder(64) });
    expect((await before.retrieve({ query: "meals rule" })).passages[0]?.citation.sourceUri).toContain("meals");
    await building.switchIndex("2");
    expect((await building.indexes()).map(({ state }) => state)).toEqual(["retired", "active"]);
  }
  {
    await using after = await openKnowledgeBase(next());
    expect(after.index).toMatchObject({ id: "2", state: "active", dimensions: 32 });
    expect((await after.retrieve({ query: "meals rule" })).passages[0]?.citation.sourceUri).toContain("meals");
    expect((await after.ingest(docs())).counts.unchanged).toBe(3);
    expect((await after.reconcile()).total).toBe(0);
  }
  const register = await openRegister({ path: path() });
  expect(await register.rollBack()).toMatchObject({ id: "1", state: "active" });
  await register.close();
  await using again = await openKnowledgeBase({ path: path(), embedder: embedder(64) });
  expect((await again.ingest(docs())).counts.unchanged).toBe(3);
  await expectError(() => again.dropIndex("1"), "INVALID_ARGUMENT");
  await again.dropIndex("2");
  expect((await again.indexes()).map(({ id }) => id)).toEqual(["1"]);
  expect(await readdir(join(path(), "indexes"))).toEqual([]);
  await expectError(() => again.rollBackIndex(), "NOT_FOUND");
});

test("a build that was interrupted goes on with the same index", async () => {
  await (await openKnowledgeBase({ path: path(), embedder: embedder(64) })).close();
  const next = () => ({ path: path(), embedder: embedder(64, "2") });
  const first = await openKnowledgeBase(next(), { index: "building" });
  await first.close();
  await using second = await openKnowledgeBase(next(), { index: "building" });
  expect(second.index.id).toBe(first.index.id);
});

test("own parts need a place for the second index", async () => {
  const { memoryVectorStore } = await import("@groundwork/testing/memory-vector-store");
  const own = { path: path(), embedder: embedder(64), store: memoryVectorStore() };
  await (await openKnowledgeBase(own)).close();
  const next = () => ({ ...own, embedder: embedder(64, "2"), store: memoryVectorStore() });
  await expectError(() => openKnowledgeBase(next(), { index: "building" }), "INVALID_CONFIGURATION");
});
