import assert from "node:assert/strict";
import type { AnswerRecord, DeadLetter, DocumentOutcome, LineageEdge, RunRecord } from "@groundwork/contracts";
import {
  type CatalogSuiteOptions,
  catalogCase,
  collect,
  commitOf,
  documentOf,
  runOf,
  twoCatalogsCase,
} from "./catalog-fixtures.ts";
import type { SuiteCase } from "./suite-case.ts";

const ERROR = {
  code: "CORRUPT_DOCUMENT",
  message: "Expected a PDF.",
  retryable: false,
  ids: { stage: "extract" },
} as const;

const OUTCOME: DocumentOutcome = {
  documentId: "doc_1",
  key: "a.pdf",
  status: "failed",
  error: ERROR,
  stage: "extract",
  warnings: [{ code: "page-skipped", message: "A page was left out.", page: 3 }],
  pages: 12,
  chunks: 0,
  embedded: 0,
  milliseconds: 12.5,
};

function letterOf(key: string, more: Partial<DeadLetter> = {}): DeadLetter {
  return {
    documentId: `doc_${key}`,
    sourceId: "files:policies",
    key,
    error: ERROR,
    stage: "extract",
    attempts: 1,
    firstAt: 1_700_000_000_000,
    lastAt: 1_700_000_000_000,
    runId: "run_1",
    ...more,
  };
}

const edge = (from: string, to: string, runId = "run_1", more: Partial<LineageEdge> = {}): LineageEdge => ({
  fromKind: "revision",
  fromId: from,
  toKind: "chunk",
  toId: to,
  runId,
  ...more,
});

const answer = (answerId: string, at: number, revisionIds: readonly string[]): AnswerRecord => ({
  answerId,
  at,
  query: "May a manager approve her own travel?",
  principals: ["user:ana", "group:finance"],
  chunkIds: ["chk_1", "chk_2"],
  revisionIds,
});

export function runCases(options: CatalogSuiteOptions): SuiteCase[] {
  return [
    catalogCase(options, "a run is started, finished and found", async (catalog) => {
      const started: RunRecord = runOf("run_1", 1_000, {
        stages: [{ name: "chunk", revision: "1", options: { maxTokens: 256 } }],
      });
      assert.equal(await catalog.getRun("run_1"), undefined);
      await catalog.startRun(started);
      assert.deepEqual(await catalog.getRun("run_1"), started);
      const finished: RunRecord = {
        ...started,
        status: "completed_with_errors",
        finishedAt: 2_000,
        counts: { added: 3 },
      };
      await catalog.finishRun(finished);
      assert.deepEqual(await catalog.getRun("run_1"), finished);
      assert.deepEqual(await catalog.listRuns(), [finished]);
    }),
    catalogCase(options, "runs come newest first, those of one moment by their start", async (catalog) => {
      for (const [id, at] of [
        ["b", 2_000],
        ["a", 1_000],
        ["c", 2_000],
        ["d", 3_000],
      ] as const)
        await catalog.startRun(runOf(id, at));
      await catalog.finishRun(runOf("b", 2_000, { status: "completed" }));
      assert.deepEqual(
        (await catalog.listRuns()).map(({ runId }) => runId),
        ["d", "c", "b", "a"],
      );
      assert.deepEqual(
        (await catalog.listRuns({ limit: 2 })).map(({ runId }) => runId),
        ["d", "c"],
      );
    }),
    catalogCase(options, "outcomes are kept by run and document, the last one stands", async (catalog) => {
      const least: DocumentOutcome = { documentId: "doc_2", key: "b.pdf", status: "unchanged" };
      await catalog.recordOutcomes("run_1", { outcomes: [{ ...OUTCOME, status: "skipped" }, least] });
      await catalog.recordOutcomes("run_1", { outcomes: [OUTCOME] });
      await catalog.recordOutcomes("run_2", { outcomes: [{ ...least, status: "deleted" }] });
      const found = new Map(
        (await collect(catalog.listOutcomes("run_1"))).map((outcome) => [outcome.documentId, outcome]),
      );
      assert.deepEqual(
        found,
        new Map([
          ["doc_1", OUTCOME],
          ["doc_2", least],
        ]),
      );
      assert.deepEqual(await collect(catalog.listOutcomes("run_2")), [{ ...least, status: "deleted" }]);
      assert.deepEqual(await collect(catalog.listOutcomes("run_3")), []);
    }),
    catalogCase(options, "documents and dead letters go with the outcomes", async (catalog) => {
      const document = documentOf("a.pdf", { state: "failed" });
      const letter = letterOf("a.pdf", { version: "v1" });
      await catalog.recordOutcomes("run_1", { outcomes: [OUTCOME], documents: [document], deadLetters: [letter] });
      assert.deepEqual(await catalog.getDocument(document.documentId), document);
      assert.deepEqual(await collect(catalog.listDeadLetters()), [letter]);
    }),
    catalogCase(options, "a dead letter stays until it is settled", async (catalog) => {
      const again = letterOf("b.pdf", { attempts: 2, lastAt: 1_800_000_000_000, runId: "run_2" });
      await catalog.recordOutcomes("run_1", {
        outcomes: [],
        deadLetters: [letterOf("c.pdf"), letterOf("b.pdf"), letterOf("a.pdf", { sourceId: "s3:x" })],
      });
      await catalog.recordOutcomes("run_2", { outcomes: [], deadLetters: [again] });
      assert.deepEqual(await collect(catalog.listDeadLetters({ sourceId: "files:policies" })), [
        again,
        letterOf("c.pdf"),
      ]);
      await catalog.recordOutcomes("run_3", { outcomes: [], settled: ["doc_c.pdf", "doc_unknown"] });
      assert.deepEqual(
        (await collect(catalog.listDeadLetters())).map(({ key }) => key),
        ["b.pdf", "a.pdf"],
      );
    }),
    catalogCase(options, "edges are found from either end and by run, each once", async (catalog) => {
      const edges = [
        edge("rev_1", "chk_1"),
        edge("rev_1", "chk_2"),
        edge("rev_2", "chk_1", "run_2"),
        edge("rev_1", "chk_1", "run_2", { fingerprint: "f" }),
        edge("rev_1", "chk_1", "run_1", { fromKind: "document" }),
      ];
      for (let round = 0; round < 2; round++) {
        const sequence = await catalog.beginPublication("run_1");
        await catalog.commitPublication(sequence, commitOf({ edges }));
      }
      const find = async (query: Parameters<typeof catalog.listEdges>[0]) =>
        new Set((await collect(catalog.listEdges(query))).map((found) => JSON.stringify(Object.entries(found).sort())));
      const expected = (...indexes: number[]) =>
        new Set(indexes.map((index) => JSON.stringify(Object.entries(edges[index]!).sort())));
      assert.deepEqual(await find({ fromId: "rev_1" }), expected(0, 1, 3, 4));
      assert.deepEqual(await find({ fromId: "rev_1", fromKind: "revision" }), expected(0, 1, 3));
      assert.deepEqual(await find({ toId: "chk_1", toKind: "chunk" }), expected(0, 2, 3, 4));
      assert.deepEqual(await find({ runId: "run_2" }), expected(2, 3));
      assert.deepEqual(await find({ runId: "run_2", fromId: "rev_1" }), expected(3));
      assert.deepEqual(await find({ toId: "absent" }), expected());
      assert.equal((await collect(catalog.listEdges({ toId: "chk_1" }))).length, 4);
    }),
    catalogCase(options, "answers are found by the revisions they used, newest first", async (catalog) => {
      await catalog.recordAnswer(answer("a", 1_000, ["rev_1", "rev_2"]));
      await catalog.recordAnswer(answer("b", 3_000, ["rev_1"]));
      await catalog.recordAnswer(answer("c", 2_000, ["rev_2", "rev_2"]));
      assert.deepEqual(await catalog.listAnswers({ revisionId: "rev_1" }), [
        answer("b", 3_000, ["rev_1"]),
        answer("a", 1_000, ["rev_1", "rev_2"]),
      ]);
      assert.deepEqual(
        (await catalog.listAnswers({ revisionId: "rev_2" })).map(({ answerId }) => answerId),
        ["c", "a"],
      );
      assert.deepEqual(
        (await catalog.listAnswers({ limit: 2 })).map(({ answerId }) => answerId),
        ["b", "c"],
      );
      assert.deepEqual(await catalog.listAnswers({ revisionId: "rev_3" }), []);
      await catalog.recordAnswer(answer("a", 4_000, ["rev_3"]));
      assert.deepEqual(
        (await catalog.listAnswers({ revisionId: "rev_1" })).map(({ answerId }) => answerId),
        ["b"],
      );
      assert.deepEqual(
        (await catalog.listAnswers({})).map(({ answerId }) => answerId),
        ["a", "b", "c"],
      );
    }),
    twoCatalogsCase(options, "a setting is seen by all, and replaced", async (first, second) => {
      assert.equal(await first.getSetting("embedder"), undefined);
      await first.setSetting("embedder", "minilm");
      assert.equal(await second.getSetting("embedder"), "minilm");
      await second.setSetting("embedder", "");
      assert.equal(await first.getSetting("embedder"), "");
    }),
  ];
}
