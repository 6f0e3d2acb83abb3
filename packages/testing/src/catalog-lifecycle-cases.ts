import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { CallOptions, Catalog } from "@groundwork/contracts";
import {
  type CatalogSuiteOptions,
  catalogCase,
  collect,
  commitOf,
  documentOf,
  FULL_DOCUMENT,
  runOf,
  twoCatalogsCase,
} from "./catalog-fixtures.ts";
import { expectError } from "./expect-error.ts";
import type { SuiteCase } from "./suite-case.ts";

/** Every call of the contract but open and close. */
function everyCall(catalog: Catalog, options?: CallOptions): (readonly [string, () => Promise<unknown>])[] {
  const answer = { answerId: "a", at: 1, query: "q", principals: [], chunkIds: [], revisionIds: [] };
  return [
    ["getDocument", () => catalog.getDocument("d", options)],
    ["listDocuments", () => collect(catalog.listDocuments({}, options))],
    ["getRevision", () => catalog.getRevision("r", options)],
    ["listRevisions", () => catalog.listRevisions("d", options)],
    ["updateDocuments", () => catalog.updateDocuments([documentOf("never.md")], options)],
    ["startRun", () => catalog.startRun(runOf("never", 1), options)],
    ["finishRun", () => catalog.finishRun(runOf("never", 1), options)],
    ["getRun", () => catalog.getRun("r", options)],
    ["listRuns", () => catalog.listRuns({}, options)],
    ["listOutcomes", () => collect(catalog.listOutcomes("r", options))],
    [
      "recordOutcomes",
      () => catalog.recordOutcomes("never", { outcomes: [], documents: [documentOf("never.md")] }, options),
    ],
    ["listDeadLetters", () => collect(catalog.listDeadLetters({}, options))],
    ["beginPublication", () => catalog.beginPublication("never", options)],
    ["touchPublication", () => catalog.touchPublication(1, 1_000, options)],
    ["commitPublication", () => catalog.commitPublication(1, commitOf(), options)],
    ["abortPublication", () => catalog.abortPublication(1, options)],
    ["openPublications", () => catalog.openPublications(options)],
    ["watermark", () => catalog.watermark(options)],
    ["listEdges", () => collect(catalog.listEdges({ runId: "r" }, options))],
    ["recordAnswer", () => catalog.recordAnswer(answer, options)],
    ["listAnswers", () => catalog.listAnswers({}, options)],
    ["acquireLease", () => catalog.acquireLease("never", options)],
    ["getSetting", () => catalog.getSetting("never", options)],
    ["setSetting", () => catalog.setSetting("never", "1", options)],
  ];
}

async function eachFails(catalog: Catalog, code: "INVALID_ARGUMENT" | "ABORTED", options?: CallOptions): Promise<void> {
  for (const [name, call] of everyCall(catalog, options)) {
    await expectError(call, code).catch((error: unknown) => {
      throw new Error(`${name}: ${String(error)}`, { cause: error });
    });
  }
}

export function lifecycleCases(options: CatalogSuiteOptions): SuiteCase[] {
  return [
    {
      name: "catalog: every call needs open, and close ends it",
      async run() {
        const place = `catalog-${randomUUID()}`;
        const catalog = await options.create(place);
        try {
          await eachFails(catalog, "INVALID_ARGUMENT");
          await catalog.open();
          await catalog.open();
          await catalog.updateDocuments([FULL_DOCUMENT]);
          await catalog.close();
          await eachFails(catalog, "INVALID_ARGUMENT");
          await expectError(() => catalog.open(), "INVALID_ARGUMENT");
        } finally {
          await catalog.close();
          await catalog.close();
          await options.remove?.(place);
        }
      },
    },
    catalogCase(options, "what was written is there after closing and opening", async (first, place) => {
      await first.updateDocuments([FULL_DOCUMENT]);
      const open = await first.beginPublication("run_1");
      await first.close();
      const second = await options.create(place);
      try {
        await second.open();
        assert.deepEqual(await second.getDocument(FULL_DOCUMENT.documentId), FULL_DOCUMENT);
        assert.deepEqual(
          (await second.openPublications()).map(({ sequence }) => sequence),
          [open],
        );
        assert.ok((await second.beginPublication("run_2")) > open);
      } finally {
        await second.close();
      }
    }),
    {
      name: "catalog: opened by many at once, a new place becomes one catalog",
      async run() {
        const place = `catalog-${randomUUID()}`;
        const catalogs = await Promise.all(Array.from({ length: 5 }, () => options.create(place)));
        try {
          await Promise.all(catalogs.map((catalog) => catalog.open()));
          const sequences = await Promise.all(catalogs.map((catalog) => catalog.beginPublication("r")));
          assert.equal(new Set(sequences).size, catalogs.length);
          for (const catalog of catalogs) assert.equal((await catalog.openPublications()).length, catalogs.length);
        } finally {
          for (const catalog of catalogs) await catalog.close();
          await options.remove?.(place);
        }
      },
    },
    catalogCase(options, "an aborted call does nothing", async (catalog) => {
      const sequence = await catalog.beginPublication("r");
      await eachFails(catalog, "ABORTED", { signal: AbortSignal.abort() });
      assert.deepEqual(await collect(catalog.listDocuments()), []);
      assert.deepEqual(await catalog.listRuns(), []);
      assert.equal(await catalog.getSetting("never"), undefined);
      assert.deepEqual(
        (await catalog.openPublications()).map((open) => open.sequence),
        [sequence],
      );
      await (await catalog.acquireLease("never")).release();
    }),
    twoCatalogsCase(options, "two handles that write at once lose nothing", async (first, second) => {
      const writes = Array.from({ length: 60 }, async (_, index) => {
        const catalog = index % 2 === 0 ? first : second;
        if (index % 3 === 0) {
          const sequence = await catalog.beginPublication("r");
          await catalog.commitPublication(sequence, commitOf({ documents: [documentOf(`d${index}`)] }));
        } else {
          await catalog.updateDocuments([documentOf(`d${index}`)]);
        }
      });
      await Promise.all(writes);
      assert.equal((await collect(first.listDocuments())).length, 60);
      assert.equal(await second.watermark(), await first.watermark());
      assert.deepEqual(await first.openPublications(), []);
    }),
  ];
}
