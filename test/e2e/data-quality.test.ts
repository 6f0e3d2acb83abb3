import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataQuality } from "@groundwork/data-quality";
import { folder } from "@groundwork/source-files";
import { expectError } from "@groundwork/testing";
import { hashEmbedder } from "@groundwork/testing/hash-embedder";
import { type KnowledgeBase, openKnowledgeBase } from "groundwork";
import { afterEach, beforeEach, expect, test } from "vitest";

const LONG = `# Leave\n\n${"Leave is granted by the unit after a written request of the employee. ".repeat(10)}\n`;
const SHORT = "# Travel\n\nAsk before you exceed the rate.\n";

let work: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "groundwork-quality-"));
  await mkdir(join(work, "docs"));
  await writeFile(join(work, "docs", "leave.md"), LONG);
  await writeFile(join(work, "docs", "travel.md"), SHORT);
});
afterEach(() => rm(work, { recursive: true, force: true }));

const open = (options: Parameters<typeof dataQuality>[0]): Promise<KnowledgeBase> =>
  openKnowledgeBase({ path: join(work, "kb"), embedder: hashEmbedder(), quality: dataQuality(options) });
const source = () => folder(join(work, "docs"), { id: "docs" });

test("a document in quarantine is an outcome with its rule; nothing of it is kept, and it comes in when it is mended", async () => {
  await using base = await open({ chunks: 'Rules = [ ColumnLength "text" < 400 ]', onFailure: "quarantine" });
  const report = await base.ingest(source());
  expect(report.counts).toMatchObject({ added: 1, failed: 1 });
  const { error, documentId } = report.outcomes.find(({ key }) => key === "leave.md")!;
  expect(error).toMatchObject({
    code: "DATA_QUALITY_FAILED",
    message: expect.stringContaining('ColumnLength "text" < 400'),
  });
  expect(JSON.stringify(report)).not.toContain("written request");
  expect(await base.parts.store.count({ op: "eq", field: "documentId", value: documentId })).toBe(0);
  for await (const key of base.parts.artifacts.list("")) expect(key).not.toContain(documentId);
  const letters = [];
  for await (const letter of base.parts.catalog.listDeadLetters()) letters.push(letter.error.code);
  expect(letters).toEqual(["DATA_QUALITY_FAILED"]);
  await writeFile(join(work, "docs", "leave.md"), "# Leave\n\nLeave is granted by the unit.\n");
  expect((await base.ingest(source())).counts).toMatchObject({ added: 1, failed: 0, unchanged: 1 });
});

test("a version in quarantine leaves the one before answering", async () => {
  await writeFile(join(work, "docs", "leave.md"), "# Leave\n\nLeave is granted by the unit.\n");
  await using base = await open({ chunks: 'Rules = [ ColumnLength "text" < 400 ]', onFailure: "quarantine" });
  await base.ingest(source());
  await writeFile(join(work, "docs", "leave.md"), LONG);
  expect((await base.ingest(source())).counts).toMatchObject({ failed: 1, changed: 0 });
  const { passages, unverified } = await base.retrieve({ query: "Who grants leave?", limit: 3 });
  expect(passages.some(({ text }) => text.includes("Leave is granted by the unit."))).toBe(true);
  expect(unverified).toBe(0);
});

test("a warning stands in the outcome, and the document answers", async () => {
  await using base = await open({ documents: 'Rules = [ ColumnValues "title" in ["Travel"] ]' });
  const report = await base.ingest(source());
  expect(report.counts).toMatchObject({ added: 2, failed: 0 });
  const warned = report.outcomes.filter(({ warnings = [] }) => warnings.some(({ code }) => code === "data-quality"));
  expect(warned.map(({ key }) => key)).toEqual(["leave.md"]);
});

test("a rule on the whole of the documents fails the run when it has ended", async () => {
  await using base = await open({ documents: "Rules = [ RowCount > 2 ]", onFailure: "fail" });
  const error = await expectError(() => base.ingest(source()), "DATA_QUALITY_FAILED");
  expect(error.message).toContain("RowCount > 2");
  await writeFile(join(work, "docs", "third.md"), "# Third\n\nAnother text.\n");
  expect((await base.ingest(source())).counts).toMatchObject({ added: 1, unchanged: 2 });
});

test("other rules are a reason to look again at what was kept out; the same are none", async () => {
  const strict = { chunks: 'Rules = [ ColumnLength "text" < 400 ]', onFailure: "quarantine" } as const;
  const first = await open(strict);
  expect((await first.ingest(source())).counts).toMatchObject({ added: 1, failed: 1 });
  expect((await first.ingest(source())).counts).toMatchObject({ failed: 0, unchanged: 1, skipped: 1 });
  await first.close();
  await using second = await open({ ...strict, chunks: 'Rules = [ ColumnLength "text" < 4000 ]' });
  expect((await second.ingest(source())).counts).toMatchObject({ added: 1, failed: 0, unchanged: 1 });
  expect((await second.ingest(source())).counts).toMatchObject({ unchanged: 2 });
});

test("without any rules what was kept out comes in", async () => {
  const first = await open({ chunks: 'Rules = [ ColumnLength "text" < 400 ]', onFailure: "quarantine" });
  await first.ingest(source());
  await first.close();
  await using second = await openKnowledgeBase({ path: join(work, "kb"), embedder: hashEmbedder() });
  expect((await second.ingest(source())).counts).toMatchObject({ added: 1, unchanged: 1 });
});

test("a rule compares with earlier runs, also in another process", async () => {
  const rules = { documents: "Rules = [ RowCount > avg(last(3)) * 0.8 ]", onFailure: "fail" } as const;
  const first = await open(rules);
  await first.ingest(source());
  await first.ingest(source());
  await first.close();
  await using second = await open(rules);
  await rm(join(work, "docs", "leave.md"));
  const error = await expectError(() => second.ingest(source(), { allowMassDelete: true }), "DATA_QUALITY_FAILED");
  expect(error.message).toContain("RowCount > avg(last(3)) * 0.8");
  // The figure of the run that failed counts from then on: (1 + 2 + 2) / 3, then (1 + 1 + 2) / 3.
  await expectError(() => second.ingest(source()), "DATA_QUALITY_FAILED");
  await expectError(() => second.ingest(source()), "DATA_QUALITY_FAILED");
  expect((await second.ingest(source())).counts).toMatchObject({ unchanged: 1 });
});
