import assert from "node:assert/strict";
import type { Catalog, CatalogDocument } from "@groundwork/contracts";
import {
  type CatalogSuiteOptions,
  catalogCase,
  collect,
  documentOf,
  FULL_DOCUMENT,
  keysOf,
  twoCatalogsCase,
} from "./catalog-fixtures.ts";
import { expectError } from "./expect-error.ts";
import type { SuiteCase } from "./suite-case.ts";

/** Beyond any page in which a catalog may read. */
const MANY = 2_500;

/** Keys whose order in UTF-8 or in a language differs from that of code units. */
const KEYS_IN_ORDER: readonly string[] = [
  "A",
  "Z",
  "a",
  "a b",
  "a!/member",
  "a-b",
  "a.b/c",
  "a/b",
  "a/b/c",
  "aB",
  "ab",
  "a~",
  "b%1",
  "b_1",
  "bx1",
  "z",
  "\u00E4",
  "\u4E00",
  "\u{10000}",
  "\u{1F600}",
  "\uE000",
  "\uFB01",
  "\uFF21",
];

export function documentCases(options: CatalogSuiteOptions): SuiteCase[] {
  return [
    catalogCase(options, "an absent document is undefined", async (catalog) => {
      assert.equal(await catalog.getDocument("doc_absent"), undefined);
    }),
    catalogCase(options, "a document keeps every field, and has no more fields than it was given", async (catalog) => {
      const least = documentOf("least.md");
      await catalog.updateDocuments([FULL_DOCUMENT, least]);
      assert.deepEqual(await catalog.getDocument(FULL_DOCUMENT.documentId), FULL_DOCUMENT);
      assert.deepEqual(await catalog.getDocument(least.documentId), least);
      assert.deepEqual(await collect(catalog.listDocuments({ keyPrefix: "travel" })), [FULL_DOCUMENT]);
      const emptyDeny = documentOf("deny.md", { permissions: { allow: [], deny: [] } });
      await catalog.updateDocuments([emptyDeny]);
      assert.deepEqual(await catalog.getDocument(emptyDeny.documentId), emptyDeny);
    }),
    catalogCase(options, "many documents are given at once, by id and by version", async (catalog) => {
      const versionOf = (index: number): string => String(index % 3).repeat(64);
      const documents = Array.from({ length: 1200 }, (_, index) =>
        documentOf(`many-${index}.md`, { version: versionOf(index) }),
      );
      const plain = documentOf("no-version.md");
      await catalog.updateDocuments([...documents, plain]);
      const wanted = documents.slice(100, 1100).map(({ documentId }) => documentId);
      const found = await catalog.getDocuments([...wanted, "doc_absent", plain.documentId]);
      assert.equal(found.size, 1001);
      for (const document of [...documents.slice(100, 1100), plain])
        assert.deepEqual(found.get(document.documentId), document);
      const idsOf = (rest: number): string[] =>
        documents
          .filter((_, index) => index % 3 === rest)
          .map(({ documentId }) => documentId)
          .sort();
      const versions = await catalog.findVersions([versionOf(0), versionOf(2), "f".repeat(64)]);
      assert.deepEqual(
        new Map(versions),
        new Map([
          [versionOf(0), idsOf(0)],
          [versionOf(2), idsOf(2)],
        ]),
      );
      assert.equal((await catalog.getDocuments([])).size, 0);
      assert.equal((await catalog.findVersions([])).size, 0);
    }),
    catalogCase(options, "an update replaces the whole document", async (catalog) => {
      const { documentId, key } = FULL_DOCUMENT;
      await catalog.updateDocuments([FULL_DOCUMENT]);
      const stale = documentOf(key, { documentId, state: "stale" });
      await catalog.updateDocuments([stale]);
      assert.deepEqual(await catalog.getDocument(documentId), stale);
      assert.deepEqual(await collect(catalog.listDocuments()), [stale]);
      await catalog.updateDocuments([]);
    }),
    catalogCase(options, "what it gives is the caller's own", async (catalog) => {
      const given = structuredClone(FULL_DOCUMENT) as {
        -readonly [Field in keyof CatalogDocument]: CatalogDocument[Field];
      };
      await catalog.updateDocuments([given]);
      given.state = "deleted";
      (given.permissions.allow as string[]).push("group:everyone");
      const read = await catalog.getDocument(FULL_DOCUMENT.documentId);
      assert.deepEqual(read, FULL_DOCUMENT);
      (read.permissions.allow as string[]).push("group:everyone");
      assert.deepEqual(await catalog.getDocument(FULL_DOCUMENT.documentId), FULL_DOCUMENT);
    }),
    catalogCase(options, "documents come in code-unit order of source and key", async (catalog) => {
      const shuffled = KEYS_IN_ORDER.map((_, index) => KEYS_IN_ORDER[(index * 7) % KEYS_IN_ORDER.length]!);
      await catalog.updateDocuments(shuffled.map((key) => documentOf(key, { sourceId: "files:b" })));
      await catalog.updateDocuments(shuffled.map((key) => documentOf(key, { sourceId: "files:a" })));
      const listed = (await collect(catalog.listDocuments())).map(({ sourceId, key }) => `${sourceId} ${key}`);
      const expected = ["files:a", "files:b"].flatMap((source) => KEYS_IN_ORDER.map((key) => `${source} ${key}`));
      assert.deepEqual(listed, expected);
    }),
    catalogCase(options, "a key prefix is taken literally, to the case and to the last character", async (catalog) => {
      await catalog.updateDocuments(KEYS_IN_ORDER.map((key) => documentOf(key)));
      for (const prefix of ["a", "a/", "A", "b_", "b%", "\u{1F600}", "\uFF21", "\uE000", "nothing", "a!/"]) {
        const expected = KEYS_IN_ORDER.filter((key) => key.startsWith(prefix));
        assert.deepEqual(await keysOf(catalog.listDocuments({ keyPrefix: prefix })), expected, `prefix ${prefix}`);
      }
    }),
    catalogCase(options, "documents are found by source, state, version and parent, all together", async (catalog) => {
      const documents = [
        documentOf("a", { version: "v1", state: "live" }),
        documentOf("b", { version: "v1", state: "deleted" }),
        documentOf("c", { version: "v2", state: "hidden", parentId: "doc_p" }),
        documentOf("d", { state: "failed", parentId: "doc_p" }),
        documentOf("a", { sourceId: "s3:other", version: "v1", state: "stale" }),
      ];
      await catalog.updateDocuments(documents);
      const found = async (query: Parameters<Catalog["listDocuments"]>[0]): Promise<string[]> =>
        (await collect(catalog.listDocuments(query))).map(({ sourceId, key }) => `${sourceId} ${key}`);
      const here = (...keys: string[]): string[] => keys.map((key) => `files:policies ${key}`);
      assert.deepEqual(await found({ sourceId: "files:policies" }), here("a", "b", "c", "d"));
      assert.deepEqual(await found({ states: ["live", "stale"] }), [...here("a"), "s3:other a"]);
      assert.deepEqual(await found({ states: [] }), []);
      assert.deepEqual(await found({ version: "v1" }), [...here("a", "b"), "s3:other a"]);
      assert.deepEqual(await found({ version: "v1", sourceId: "files:policies", states: ["live"] }), here("a"));
      assert.deepEqual(await found({ parentId: "doc_p" }), here("c", "d"));
      assert.deepEqual(await found({ parentId: "doc_p", states: ["failed"] }), here("d"));
      assert.deepEqual(await found({ sourceId: "absent" }), []);
    }),
    catalogCase(options, "a long list gives every document once", async (catalog) => {
      const documents = manyDocuments();
      await catalog.updateDocuments(documents);
      assert.deepEqual(
        await keysOf(catalog.listDocuments()),
        documents.map(({ key }) => key),
      );
    }),
    twoCatalogsCase(options, "an iteration sees one state, whatever is written meanwhile", async (reader, writer) => {
      await writer.updateDocuments(manyDocuments());
      let seen = 0;
      for await (const document of reader.listDocuments()) {
        if (seen === 10) {
          await writer.updateDocuments(manyDocuments().map((item) => ({ ...item, state: "deleted" })));
          await writer.updateDocuments([documentOf("document-00010b"), documentOf("z-last")]);
        }
        assert.equal(document.state, "live", `document ${seen} shows a write that came after the start`);
        seen++;
      }
      assert.equal(seen, MANY);
      const after = await collect(reader.listDocuments());
      assert.equal(after.length, MANY + 2);
      assert.equal(after[0]?.state, "deleted");
    }),
    twoCatalogsCase(options, "iterations run side by side, and leaving one frees it", async (first, second) => {
      await first.updateDocuments(manyDocuments());
      for (let round = 0; round < 20; round++) {
        for await (const outer of first.listDocuments()) {
          for await (const inner of first.listDocuments({ keyPrefix: "document-01" })) {
            assert.ok(outer.key < inner.key);
            break;
          }
          break;
        }
        await second.updateDocuments([documentOf("document-00000", { chunks: round })]);
        assert.equal((await first.getDocument(documentOf("document-00000").documentId))?.chunks, round);
      }
    }),
    catalogCase(options, "an abort ends an iteration", async (catalog) => {
      await catalog.updateDocuments(manyDocuments());
      const controller = new AbortController();
      await expectError(async () => {
        let seen = 0;
        for await (const _ of catalog.listDocuments({}, { signal: controller.signal })) {
          if (++seen === 3) controller.abort();
          assert.ok(seen <= 3, "the iteration went on after the abort");
        }
      }, "ABORTED");
    }),
  ];
}

function manyDocuments(): CatalogDocument[] {
  return Array.from({ length: MANY }, (_, index) => documentOf(`document-${String(index).padStart(5, "0")}`));
}
