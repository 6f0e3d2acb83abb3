import { type CatalogDocument, GroundworkError } from "@groundwork/contracts";
import { expectError } from "@groundwork/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ingest, type PipelineParts, planIngest, planShards, runShard } from "../src/index.ts";
import { type TestKnowledge, testKnowledge, textSource } from "./fixtures/knowledge.ts";

let knowledge: TestKnowledge;
beforeEach(async () => {
  knowledge = await testKnowledge();
});
afterEach(() => knowledge.close());

const texts = (rows: readonly { text: string }[]): string[] => rows.map((row) => row.text);
const documents = async (): Promise<CatalogDocument[]> => Array.fromAsync(knowledge.parts.catalog.listDocuments());

describe("what is deleted leaves the medium", () => {
  const watched = (): { purges: boolean[]; parts: PipelineParts } => {
    const purges: boolean[] = [];
    const { store } = knowledge.parts;
    const maintain: typeof store.maintain = (options) => {
      purges.push(options?.purge === true);
      return store.maintain(options);
    };
    const parts = {
      ...knowledge.parts,
      store: new Proxy(store, {
        get: (target, name) => {
          if (name === "maintain") return maintain;
          const value = Reflect.get(target, name) as unknown;
          return typeof value === "function" ? value.bind(target) : value;
        },
      }),
    };
    return { purges, parts };
  };

  test("after a deletion, not after an edit, and not twice", async () => {
    const { purges, parts } = watched();
    const source = textSource({ "a.txt": "One.", "b.txt": "Two." });
    await ingest([source], parts);
    source.texts.set("a.txt", "Another.");
    await ingest([source], parts);
    expect(purges).toEqual([false, false]);
    source.texts.delete("b.txt");
    await ingest([source], parts);
    await ingest([source], parts);
    expect(purges).toEqual([false, false, true]);
  });

  test("also when the run that deleted it died before", async () => {
    const { purges, parts } = watched();
    const source = textSource({ "a.txt": "One.", "b.txt": "Two." });
    await ingest([source], parts);
    source.texts.delete("b.txt");
    const die = (point: string): void => {
      if (point === "purged") throw new GroundworkError("INTERNAL", "died");
    };
    await expectError(() => ingest([source], parts, { onFaultPoint: die }), "INTERNAL");
    await ingest([source], parts);
    expect(purges).toEqual([false, true]);
  });
});

describe("two phases", () => {
  test("FIELD-COMPLAINTS 5: while the new version cannot be embedded, the old one goes on answering", async () => {
    const source = textSource({ "a.txt": "The old rule.", "b.txt": "Another rule." });
    await ingest([source], knowledge.parts);
    source.texts.set("a.txt", "The new rule.");
    const doEmbed = async (): Promise<never> => {
      throw new GroundworkError("UNAUTHENTICATED", "The key is not valid any more.");
    };
    const failing = { ...knowledge.parts, embedder: { ...knowledge.parts.embedder, doEmbed } };
    await expectError(() => ingest([source], failing), "UNAUTHENTICATED");
    expect(texts(await knowledge.visible())).toEqual(["The old rule.", "Another rule."]);
    expect(texts(await knowledge.all())).toEqual(["The old rule.", "Another rule."]);
    await ingest([source], knowledge.parts);
    expect(texts(await knowledge.all())).toEqual(["The new rule.", "Another rule."]);
  });

  test.each(["publication-begun", "embedded", "rows-written", "rows-verified", "rows-retired"] as const)(
    "trouble at %s leaves the old version, and the next run ends right",
    async (point) => {
      const source = textSource({ "a.txt": "Old words.", "b.txt": "Stays.", "c.txt": "To be deleted." });
      await ingest([source], knowledge.parts);
      source.texts.set("a.txt", "New words.");
      source.texts.delete("c.txt");
      const fault = (at: string): void => {
        if (at === point) throw new GroundworkError("UNAVAILABLE", "planted");
      };
      await expectError(() => ingest([source], knowledge.parts, { onFaultPoint: fault }), "UNAVAILABLE");
      expect(texts(await knowledge.visible())).toEqual(["Old words.", "Stays.", "To be deleted."]);
      expect(await knowledge.parts.catalog.openPublications()).toEqual([]);
      await ingest([source], knowledge.parts);
      expect(texts(await knowledge.all())).toEqual(["New words.", "Stays."]);
    },
  );

  test("trouble after the commit: the new version stands, and the next run removes what was left", async () => {
    const source = textSource({ "a.txt": "Old words.", "c.txt": "To be deleted.", "d.txt": "Stays." });
    await ingest([source], knowledge.parts);
    source.texts.set("a.txt", "New words.");
    source.texts.delete("c.txt");
    const fault = (at: string): void => {
      if (at === "committed") throw new GroundworkError("UNAVAILABLE", "planted");
    };
    await expectError(() => ingest([source], knowledge.parts, { onFaultPoint: fault }), "UNAVAILABLE");
    expect(texts(await knowledge.visible())).toEqual(["New words.", "Stays."]);
    const report = await ingest([source], knowledge.parts);
    expect(report.recovered.purged).toBe(1);
    expect(texts(await knowledge.all())).toEqual(["New words.", "Stays."]);
  });

  test("a store that loses a row is noticed, and nothing is published", async () => {
    const { store } = knowledge.parts;
    const losing = {
      ...knowledge.parts,
      store: { ...store, capabilities: store.capabilities, name: store.name, count: async () => 0 } as typeof store,
    };
    for (const name of [
      "open",
      "write",
      "stamp",
      "deleteBy",
      "search",
      "score",
      "get",
      "scan",
      "maintain",
      "close",
    ] as const)
      (losing.store as unknown as Record<string, unknown>)[name] = (
        store[name] as (...args: unknown[]) => unknown
      ).bind(store);
    await expectError(() => ingest([textSource({ "a.txt": "One." })], losing), "ROW_COUNT_MISMATCH");
    expect(await knowledge.visible()).toEqual([]);
  });

  test("an abort leaves a consistent store that the next run completes", async () => {
    const source = textSource(
      Object.fromEntries(
        Array.from({ length: 30 }, (_, index) => [`${String(index).padStart(2, "0")}.txt`, `Text ${index}.`]),
      ),
    );
    const abort = new AbortController();
    let processed = 0;
    const onFaultPoint = (point: string): void => {
      if (point === "document-processed" && ++processed === 10) abort.abort();
    };
    const parts = { ...knowledge.parts, settings: { publicationDocuments: 3 } };
    await expectError(() => ingest([source], parts, { signal: abort.signal, onFaultPoint }), "ABORTED");
    expect(await knowledge.parts.catalog.openPublications()).toEqual([]);
    expect((await knowledge.visible()).length).toBeLessThan(30);
    await ingest([source], parts);
    expect(await knowledge.all()).toHaveLength(30);
    expect(knowledge.embedded()).toBe(30);
  });
});

describe("attachments and archives", () => {
  test("children are documents of their own and follow their parent", async () => {
    const source = textSource({
      "mail.txt": "Body.\n\nchild:one.txt=First attachment.\n\nchild:two.txt=Second attachment.",
      "other.txt": "Other.",
    });
    const report = await ingest([source], knowledge.parts);
    expect(report.counts.added).toBe(4);
    const parent = (await documents()).find(({ key }) => key === "mail.txt")!;
    expect((await documents()).filter(({ parentId }) => parentId === parent.documentId).map(({ key }) => key)).toEqual([
      "mail.txt!/one.txt",
      "mail.txt!/two.txt",
    ]);
    expect((await ingest([source], knowledge.parts)).work.extractions).toBe(0);
    source.texts.set("mail.txt", "Body.\n\nchild:one.txt=First attachment.");
    const before = knowledge.embedded();
    const second = await ingest([source], knowledge.parts);
    expect(second.counts.deleted).toBe(1);
    expect(texts(await knowledge.all())).toEqual(["Body.", "First attachment.", "Other."]);
    expect(knowledge.embedded()).toBe(before);
    source.texts.delete("mail.txt");
    await ingest([source], knowledge.parts);
    expect(texts(await knowledge.all())).toEqual(["Other."]);
  });

  test("a container without text of its own is ok when its members have some", async () => {
    const report = await ingest([textSource({ "pack.txt": "child:a.txt=Inside." })], knowledge.parts);
    expect(report.counts).toMatchObject({ added: 2, empty: 0 });
    expect(texts(await knowledge.visible())).toEqual(["Inside."]);
  });
});

describe("permissions", () => {
  test("changed permissions rewrite rows without reading or embedding", async () => {
    const source = textSource({ "a.txt": "Secret.", "b.txt": "Plain." });
    source.overrides.set("a.txt", { permissions: { allow: ["group:finance"] } });
    await ingest([source], knowledge.parts);
    expect((await knowledge.visible()).map(({ allow }) => allow)).toEqual([["group:finance"], ["owner:local"]]);
    const embedded = knowledge.embedded();
    const read = knowledge.extractor.read;
    source.overrides.set("a.txt", { permissions: { allow: ["group:hr"], deny: ["user:ana"] } });
    const plan = await planIngest([source], knowledge.parts);
    expect(plan.items[0]!.item).toMatchObject({ action: "change", reason: "permissions-or-attributes" });
    await ingest(plan, knowledge.parts);
    expect((await knowledge.visible())[0]).toMatchObject({ allow: ["group:hr"], deny: ["user:ana"] });
    expect(knowledge.embedded()).toBe(embedded);
    expect(knowledge.extractor.read).toBe(read);
  });

  test("in a source that carries permissions, a document without any is readable by nobody", async () => {
    const source = { ...textSource({ "a.txt": "Nobody's." }), carriesPermissions: true };
    await ingest([source], knowledge.parts);
    expect((await knowledge.visible())[0]!.allow).toEqual([]);
  });
});

test("a document that another process published meanwhile is left to it, and has an outcome", async () => {
  const { parts } = knowledge;
  const source = textSource({ "a.txt": "One.", "b.txt": "Two." });
  const plan = await planIngest([source], parts);
  const [shard] = [...planShards(plan, "run")];
  // Two processes were given the same shard: both have read it before one of them publishes.
  let waiting = 2;
  const both = Promise.withResolvers<void>();
  const onFaultPoint = async (point: string): Promise<void> => {
    if (point !== "embedded") return;
    if (--waiting === 0) both.resolve();
    await both.promise;
  };
  const run = () => runShard(shard!, parts, [source], { startedAt: Date.now(), onFaultPoint });
  const reports = await Promise.all([run(), run()]);
  expect(reports.map(({ counts }) => counts.added).sort()).toEqual([0, 2]);
  expect(reports.map(({ counts }) => counts.unchanged).sort()).toEqual([0, 2]);
  const left = reports.find(({ counts }) => counts.unchanged === 2)!.outcomes;
  expect(left.map(({ status, warnings }) => [status, warnings?.[0]?.code])).toEqual([
    ["unchanged", "overtaken"],
    ["unchanged", "overtaken"],
  ]);
  expect(texts(await knowledge.all())).toEqual(["One.", "Two."]);
});

test("one ingestion at a time: the second waits, or gets a retryable error", async () => {
  const source = textSource({ "a.txt": "One." });
  let release: (() => void) | undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = ingest([source], knowledge.parts, {
    onFaultPoint: (point) => (point === "rows-written" ? held : undefined),
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const error = await expectError(() => ingest([source], knowledge.parts, { waitMs: 50 }), "LEASE_HELD");
  expect(error.retryable).toBe(true);
  const second = ingest([source], knowledge.parts, { waitMs: 10_000 });
  release!();
  expect((await first).counts.added).toBe(1);
  expect((await second).counts.unchanged).toBe(1);
});

test("FIELD-COMPLAINTS 6: the chunks that go in are the rows that come out, whatever the batches", async () => {
  const source = textSource(
    Object.fromEntries(
      Array.from({ length: 120 }, (_, index) => [
        `${index}.txt`,
        Array.from({ length: (index % 7) + 1 }, (_, part) => `# Section ${part}\n\nText ${index} part ${part}.`).join(
          "\n\n",
        ),
      ]),
    ),
  );
  const parts = { ...knowledge.parts, settings: { publicationChunks: 37, concurrency: 4 } };
  const report = await ingest([source], parts);
  const expected = Array.from({ length: 120 }, (_, index) => (index % 7) + 1).reduce((sum, count) => sum + count, 0);
  expect(report.work.rowsWritten).toBe(expected);
  expect(await knowledge.all()).toHaveLength(expected);
  const total = (await documents()).reduce((sum, { chunks }) => sum + chunks, 0);
  expect(total).toBe(expected);
});

test("a document that wanted a password is tried again as soon as there is one", async () => {
  const source = textSource({ "a.txt": "locked" });
  const { GroundworkError: TypedError } = await import("@groundwork/contracts");
  const locked = {
    ...knowledge.extractor,
    extract: async function* (document: { readonly password?: string }) {
      if (document.password === undefined) throw new TypedError("PASSWORD_REQUIRED", "Give its password.");
      yield { type: "elements" as const, elements: [{ kind: "paragraph" as const, text: "Opened." }] };
    },
  };
  const parts = { ...knowledge.parts, extractors: [locked] };
  expect((await ingest([source], parts)).counts.failed).toBe(1);
  expect((await ingest([source], parts)).counts.skipped).toBe(1);
  const report = await ingest([source], { ...parts, settings: { password: () => "secret" } });
  expect(report.counts.added).toBe(1);
  expect(texts(await knowledge.visible())).toEqual(["Opened."]);
});
