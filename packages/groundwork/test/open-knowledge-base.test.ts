import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folder } from "@groundwork/source-files";
import { expectError } from "@groundwork/testing";
import { hashEmbedder } from "@groundwork/testing/hash-embedder";
import { memoryVectorStore } from "@groundwork/testing/memory-vector-store";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openKnowledgeBase } from "../src/index.ts";

let work: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "groundwork-open-"));
});
afterEach(() => rm(work, { recursive: true, force: true }));

const parts = () => ({ path: join(work, "kb"), embedder: hashEmbedder(), store: memoryVectorStore() });

test("parts can be swapped, and the knowledge base works with them", async () => {
  const base = await openKnowledgeBase(parts());
  const { mkdir } = await import("node:fs/promises");
  await mkdir(join(work, "docs"));
  await writeFile(join(work, "docs", "a.md"), "# Lodging\n\nAsk before you exceed the rate.");
  const report = await base.ingest(folder(join(work, "docs")));
  expect(report.counts.added).toBe(1);
  const view = await base.show("a.md");
  expect(view.revision!.elements.map(({ kind }) => kind)).toEqual(["heading", "paragraph"]);
  expect(view.chunks.every((chunk) => view.revision!.text.slice(chunk.charStart, chunk.charEnd) === chunk.text)).toBe(
    true,
  );
  const status = await base.status();
  expect(status).toMatchObject({ documents: { live: 1 }, mediaTypes: { "text/markdown": 1 }, store: "memory" });
  await expectError(() => base.show("b.md"), "NOT_FOUND");
  await base.close();
});

test("after close every call says so, and closing twice is allowed", async () => {
  const base = await openKnowledgeBase(parts());
  await base.close();
  await base.close();
  await expectError(async () => base.status(), "INVALID_ARGUMENT");
});

test("a newer format is refused, and everything that was opened is closed again", async () => {
  const base = await openKnowledgeBase(parts());
  await base.parts.catalog.setSetting("format", "99");
  await base.close();
  await expectError(() => openKnowledgeBase(parts()), "FORMAT_TOO_NEW");
});

test("a path that cannot be a folder is a typed error", async () => {
  await writeFile(join(work, "file"), "x");
  await expectError(() => openKnowledgeBase({ ...parts(), path: join(work, "file", "kb") }), "PERMISSION_DENIED");
});
