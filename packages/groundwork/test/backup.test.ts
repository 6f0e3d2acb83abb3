import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ChunkRow, decodeChunks } from "@groundwork/contracts";
import { folder } from "@groundwork/source-files";
import { expectError } from "@groundwork/testing";
import { hashEmbedder } from "@groundwork/testing/hash-embedder";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exportKnowledgeBase, importKnowledgeBase, type KnowledgeBase, openKnowledgeBase } from "../src/index.ts";

let work: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "groundwork-backup-"));
  await mkdir(join(work, "docs"));
  for (const name of ["lodging", "meals", "cards"])
    await writeFile(join(work, "docs", `${name}.md`), `# About ${name}\n\nThe ${name} rule says what is paid.`);
});
afterEach(() => rm(work, { recursive: true, force: true }));

const open = (name: string, dimensions = 64): Promise<KnowledgeBase> =>
  openKnowledgeBase({ path: join(work, name), embedder: hashEmbedder({ dimensions }) });

async function rowsOf({ parts }: KnowledgeBase): Promise<unknown[]> {
  const rows: (ChunkRow & { vector: number[] })[] = [];
  for await (const batch of parts.store.scan(undefined, { watermark: await parts.catalog.watermark() })) {
    const ids = decodeChunks(batch);
    rows.push(...ids.map((row) => ({ ...row, vector: [] })));
  }
  return rows.map(({ publishedFrom: _from, ...row }) => row).sort((a, b) => (a.chunkId < b.chunkId ? -1 : 1));
}

test("what was exported answers after the import as before, and nothing need be ingested", async () => {
  await using base = await open("one");
  await base.ingest(folder(join(work, "docs")));
  await rm(join(work, "docs", "cards.md"));
  await base.ingest(folder(join(work, "docs")), { allowMassDelete: true });
  const written = await exportKnowledgeBase(base, join(work, "backup"));
  expect(written).toMatchObject({ documents: 3, chunks: 2, texts: 2 });
  await using restored = await open("two");
  expect(await importKnowledgeBase(restored, join(work, "backup"))).toEqual(written);
  expect(await rowsOf(restored)).toEqual(await rowsOf(base));
  expect((await restored.reconcile()).total).toBe(0);
  const query = { query: "what is paid for meals", limit: 2 };
  const [before, after] = [await base.retrieve(query), await restored.retrieve(query)];
  expect(after.passages.map(({ text, score }) => ({ text, score }))).toEqual(
    before.passages.map(({ text, score }) => ({ text, score })),
  );
  expect(after.passages[0]?.citation.quote).toContain("meals");
  const report = await restored.ingest(folder(join(work, "docs")));
  expect(report.counts).toMatchObject({ unchanged: 2, added: 0, deleted: 0 });
  await expectError(() => importKnowledgeBase(restored, join(work, "backup")), "INVALID_ARGUMENT");
});

test("a damaged, an unfinished and a foreign backup are refused, and leave nothing behind", async () => {
  await using base = await open("one");
  await base.ingest(folder(join(work, "docs")));
  const backup = join(work, "backup");
  await exportKnowledgeBase(base, backup);
  await using foreign = await open("foreign", 32);
  await foreign.ingest([]);
  await using empty = await open("empty");
  await expectError(() => importKnowledgeBase(empty, join(work, "nothing")), "INVALID_ARGUMENT");
  const [name] = await readdir(join(backup, "chunks"));
  await rm(join(backup, "chunks", name!));
  await expectError(() => importKnowledgeBase(empty, backup), "STORE_CORRUPT");
  await writeFile(join(backup, "chunks", name!), "not a table");
  await expectError(() => importKnowledgeBase(empty, backup), "STORE_CORRUPT");
  expect(await empty.parts.store.count()).toBe(0);
  expect(await empty.parts.catalog.openPublications()).toEqual([]);
  expect((await empty.status()).documents.live).toBe(0);
});
