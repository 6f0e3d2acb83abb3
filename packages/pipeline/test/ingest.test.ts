import { type CatalogDocument, revisionArtifactPrefix } from "@groundwork/contracts";
import { expectError } from "@groundwork/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ingest, planIngest } from "../src/index.ts";
import { type TestKnowledge, testKnowledge, textSource } from "./fixtures/knowledge.ts";
import { textExtractor } from "./fixtures/text-extractor.ts";

let knowledge: TestKnowledge;
beforeEach(async () => {
  knowledge = await testKnowledge();
});
afterEach(() => knowledge.close());

const texts = (rows: readonly { text: string }[]): string[] => rows.map((row) => row.text);
const documents = async (): Promise<CatalogDocument[]> => Array.fromAsync(knowledge.parts.catalog.listDocuments());

describe("the second run is free", () => {
  test("FIELD-COMPLAINTS 2: nothing changed: no reading, no embedding, no write", async () => {
    const source = textSource({ "a.txt": "# A\n\nOne.\n\nTwo.", "b.txt": "Three." });
    const first = await ingest([source], knowledge.parts);
    expect(first.counts.added).toBe(2);
    const opened = source.opened;
    const second = await ingest([source], knowledge.parts);
    expect(second.counts).toMatchObject({ added: 0, changed: 0, unchanged: 2 });
    expect(second.work).toEqual({
      extractions: 0,
      embeddings: 0,
      embeddingsReused: 0,
      rowsWritten: 0,
      rowsRetired: 0,
      publications: 0,
    });
    expect(source.opened).toBe(opened);
  });

  test("one sentence changed: one chunk embedded, and the old text is gone", async () => {
    const section = (name: string, text: string): string => `# ${name}\n\n${text}`;
    const source = textSource({
      "a.txt": [section("A", "Alpha stays."), section("B", "Beta is here."), section("C", "Gamma stays.")].join("\n\n"),
    });
    await ingest([source], knowledge.parts);
    const before = knowledge.embedded();
    source.texts.set("a.txt", source.texts.get("a.txt")!.replace("Beta is here", "Beta was edited"));
    const report = await ingest([source], knowledge.parts);
    expect(report.counts.changed).toBe(1);
    expect(knowledge.embedded() - before).toBe(1);
    const visible = texts(await knowledge.visible()).join("\n");
    expect(visible).toContain("Beta was edited");
    expect(visible).not.toContain("Beta is here");
  });

  test("verify reads again but changes nothing", async () => {
    const source = textSource({ "a.txt": "One." });
    await ingest([source], knowledge.parts);
    const report = await ingest(await planIngest([source], knowledge.parts, { verify: true }), knowledge.parts);
    expect(source.opened).toBe(2);
    expect(report.counts.unchanged).toBe(1);
    expect(report.work).toMatchObject({ extractions: 0, embeddings: 0, rowsWritten: 0 });
  });

  test("a new chunker parses nothing again", async () => {
    const source = textSource({ "a.txt": "One. Two. Three." });
    await ingest([source], knowledge.parts);
    const { structureChunker } = await import("@groundwork/chunk");
    const parts = {
      ...knowledge.parts,
      chunker: structureChunker({ tokenCounter: knowledge.parts.embedder.tokenCounter, maxTokens: 32 }),
    };
    const read = knowledge.extractor.read;
    const plan = await planIngest([source], parts);
    expect(plan.items[0]!.item).toMatchObject({ action: "change", reason: "configuration" });
    expect(plan).toMatchObject({ redo: { read: 0, cut: 1, embed: 0, rows: 0 }, bytes: 0 });
    const parser = { ...parts, extractors: [textExtractor("2")] };
    expect((await planIngest([source], parser)).redo).toEqual({ read: 1, cut: 0, embed: 0, rows: 0 });
    const model = { ...knowledge.parts, embedder: { ...knowledge.parts.embedder, revision: "2" } };
    expect((await planIngest([source], model)).redo).toEqual({ read: 0, cut: 0, embed: 1, rows: 0 });
    const report = await ingest(plan, parts);
    expect(report.counts.changed).toBe(1);
    expect(knowledge.extractor.read).toBe(read);
  });
});

describe("deletes arrive", () => {
  test("FIELD-COMPLAINTS 1: a deleted object is gone from store, artefacts and catalog's live documents, with a tombstone", async () => {
    const source = textSource({ "a.txt": "Keep me.", "b.txt": "Delete me." });
    await ingest([source], knowledge.parts);
    const gone = (await documents()).find(({ key }) => key === "b.txt")!;
    source.texts.delete("b.txt");
    const report = await ingest([source], knowledge.parts);
    expect(report.counts).toMatchObject({ deleted: 1, unchanged: 1 });
    expect(texts(await knowledge.all())).toEqual(["Keep me."]);
    expect((await documents()).find(({ key }) => key === "b.txt")).toMatchObject({ state: "deleted", chunks: 0 });
    expect(await Array.fromAsync(knowledge.parts.artifacts.list(revisionArtifactPrefix(gone.documentId)))).toEqual([]);
    const again = await ingest([source], knowledge.parts);
    expect(again.counts.deleted).toBe(0);
  });

  test("FIELD-COMPLAINTS 3: three chunks become two: the third is gone", async () => {
    const source = textSource({ "a.txt": "# A\n\nOne.\n\n# B\n\nTwo.\n\n# C\n\nThree." });
    await ingest([source], knowledge.parts);
    expect(await knowledge.all()).toHaveLength(3);
    source.texts.set("a.txt", "# A\n\nOne.\n\n# B\n\nTwo.");
    await ingest([source], knowledge.parts);
    expect(texts(await knowledge.all()).join()).not.toContain("Three");
    expect(await knowledge.all()).toHaveLength(2);
  });

  test("FIELD-COMPLAINTS 4: two equal files, one deleted: only its rows go", async () => {
    const source = textSource({ "a.txt": "The same words.", "b.txt": "The same words." });
    const first = await ingest([source], knowledge.parts);
    expect(first.work.embeddings).toBe(1);
    source.texts.delete("a.txt");
    await ingest([source], knowledge.parts);
    expect((await knowledge.all()).map(({ key }) => key)).toEqual(["b.txt"]);
  });

  test("a listing that does not complete deletes nothing", async () => {
    const source = textSource({ "a.txt": "One.", "b.txt": "Two." });
    await ingest([source], knowledge.parts);
    source.texts.delete("b.txt");
    source.end = { complete: false, reason: "the volume went away" };
    const report = await ingest([source], knowledge.parts);
    expect(report.status).toBe("completed_with_errors");
    expect(report.incomplete).toEqual([{ sourceId: "test", reason: "the volume went away" }]);
    expect(await knowledge.visible()).toHaveLength(2);
  });

  test("a source that is suddenly empty is asked about first", async () => {
    const source = textSource({ "a.txt": "One.", "b.txt": "Two." });
    await ingest([source], knowledge.parts);
    source.texts.clear();
    await expectError(() => ingest([source], knowledge.parts), "MASS_DELETE_REFUSED");
    expect(await knowledge.visible()).toHaveLength(2);
    await ingest([source], knowledge.parts, { allowMassDelete: true });
    expect(await knowledge.all()).toHaveLength(0);
  });

  test("deletes stay inside what a listing covered", async () => {
    const source = textSource({ "x/a.txt": "One.", "y/b.txt": "Two.", "y/c.txt": "Three." });
    await ingest([source], knowledge.parts);
    source.texts.delete("x/a.txt");
    source.texts.delete("y/c.txt");
    source.end = { complete: true, scope: ["y/"] };
    await ingest([source], knowledge.parts);
    expect((await knowledge.visible()).map(({ key }) => key)).toEqual(["x/a.txt", "y/b.txt"]);
  });

  test("403 hides, time-out keeps and marks, and both come back", async () => {
    const source = textSource({ "a.txt": "One.", "b.txt": "Two." });
    await ingest([source], knowledge.parts);
    source.overrides.set("a.txt", { state: "hidden" });
    source.overrides.set("b.txt", { state: "unavailable" });
    const report = await ingest([source], knowledge.parts);
    expect(report.counts).toMatchObject({ hidden: 1, stale: 1, deleted: 0 });
    expect(texts(await knowledge.visible())).toEqual(["Two."]);
    expect((await documents()).map(({ state }) => state)).toEqual(["hidden", "stale"]);
    source.overrides.clear();
    const read = knowledge.extractor.read;
    await ingest([source], knowledge.parts);
    expect(texts(await knowledge.visible())).toEqual(["One.", "Two."]);
    expect((await documents()).map(({ state }) => state)).toEqual(["live", "live"]);
    expect(knowledge.extractor.read).toBe(read);
  });
});

describe("moves and copies", () => {
  test("a moved file parses and embeds nothing, and says where it came from", async () => {
    const source = textSource({ "old.txt": "Moving words.", "z.txt": "Other." });
    await ingest([source], knowledge.parts);
    const { documentId } = (await documents()).find(({ key }) => key === "old.txt")!;
    const read = knowledge.extractor.read;
    source.texts.set("new.txt", source.texts.get("old.txt")!);
    source.texts.delete("old.txt");
    const report = await ingest([source], knowledge.parts);
    expect(report.counts).toMatchObject({ moved: 1, deleted: 1, added: 0 });
    expect(knowledge.extractor.read).toBe(read);
    expect(report.work.embeddings).toBe(0);
    expect((await documents()).find(({ key }) => key === "new.txt")).toMatchObject({
      movedFrom: documentId,
      state: "live",
    });
    expect((await knowledge.all()).map(({ key }) => key)).toEqual(["new.txt", "z.txt"]);
  });
});

describe("fail per document", () => {
  test("a bad file is a dead letter, the rest is ingested, and it is not tried again until it changes", async () => {
    const source = textSource({ "a.txt": "bad", "b.txt": "Fine." });
    const report = await ingest([source], knowledge.parts);
    expect(report.status).toBe("completed_with_errors");
    expect(report.counts).toMatchObject({ added: 1, failed: 1 });
    expect(report.outcomes.find(({ key }) => key === "a.txt")!.error).toMatchObject({ code: "CORRUPT_DOCUMENT" });
    const second = await ingest([source], knowledge.parts);
    expect(second.counts).toMatchObject({ skipped: 1, unchanged: 1 });
    expect(second.work.extractions).toBe(0);
    expect(await Array.fromAsync(knowledge.parts.catalog.listDeadLetters())).toHaveLength(1);
    source.texts.set("a.txt", "Mended.");
    await ingest([source], knowledge.parts);
    expect(await Array.fromAsync(knowledge.parts.catalog.listDeadLetters())).toEqual([]);
    expect(await knowledge.visible()).toHaveLength(2);
  });

  test("a time-out is tried again, and its attempts are counted", async () => {
    const source = textSource({ "a.txt": "slow" });
    await ingest([source], knowledge.parts);
    await ingest([source], knowledge.parts);
    expect((await Array.fromAsync(knowledge.parts.catalog.listDeadLetters()))[0]).toMatchObject({
      attempts: 2,
      error: { code: "TIMED_OUT", retryable: true },
    });
  });

  test("a changed document that fails leaves its last version answering", async () => {
    const source = textSource({ "a.txt": "Good version." });
    await ingest([source], knowledge.parts);
    source.texts.set("a.txt", "bad");
    const report = await ingest([source], knowledge.parts);
    expect(report.counts.failed).toBe(1);
    expect(texts(await knowledge.visible())).toEqual(["Good version."]);
    source.texts.set("a.txt", "Better version.");
    await ingest([source], knowledge.parts);
    expect(texts(await knowledge.all())).toEqual(["Better version."]);
  });

  test("no text and no bytes are typed outcomes, never ok", async () => {
    const source = textSource({ "a.txt": "", "b.txt": "  \n\n ...", "c.txt": "Text." });
    const report = await ingest([source], knowledge.parts);
    expect(report.counts).toMatchObject({ added: 1, empty: 2 });
    expect(report.outcomes.map(({ error }) => error?.code)).toEqual(
      expect.arrayContaining(["EMPTY_DOCUMENT", "NO_TEXT"]),
    );
  });
});
