import { mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Connection } from "@groundwork/sqlite-file";
import { commitOf, documentOf, revisionOf, runOf } from "@groundwork/testing/catalog-fixtures";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sqliteCatalog } from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "groundwork-schema-"));
const path = join(folder, "catalog.sqlite");
let connection: Connection;

beforeAll(async () => {
  const catalog = sqliteCatalog({ path });
  await catalog.open();
  await catalog.startRun(runOf("run_1", Date.UTC(2026, 0, 1)));
  const live = {
    documentId: "doc_1",
    liveRevision: "rev_2",
    metadata: { title: "Travel", effectiveFrom: "2026-01-01" },
  };
  const first = await catalog.beginPublication("run_1");
  await catalog.commitPublication(first, commitOf({ revisions: [revisionOf("rev_1", first)] }));
  const second = await catalog.beginPublication("run_1");
  await catalog.commitPublication(
    second,
    commitOf({
      documents: [
        documentOf("a.md", live),
        documentOf("gone.md", { state: "deleted" }),
        documentOf("b.md", { state: "failed" }),
      ],
      revisions: [revisionOf("rev_2", second)],
      retired: ["rev_1"],
      outcomes: [
        { documentId: "doc_1", key: "a.md", status: "changed", chunks: 3, embedded: 1 },
        {
          documentId: "doc_2",
          key: "b.md",
          status: "failed",
          error: { code: "TIMED_OUT", message: "m", retryable: true, ids: {} },
        },
      ],
    }),
  );
  await catalog.recordAnswer({
    answerId: "ans_1",
    at: Date.UTC(2026, 1, 1),
    query: "q",
    principals: [],
    chunkIds: [],
    revisionIds: ["rev_2"],
  });
  await catalog.close();
  connection = new Connection(path);
});
afterAll(async () => {
  connection.close();
  await rm(folder, { recursive: true, force: true });
});

test("the views answer what people ask", () => {
  const live = connection.all("SELECT key, title, effective_from, revision_id, published_from FROM live_documents");
  expect(live).toEqual([
    { key: "a.md", title: "Travel", effective_from: "2026-01-01", revision_id: "rev_2", published_from: 2 },
  ]);
  const history = connection.all(
    "SELECT revision_id, published_from, published_to, key, retired IS NULL AS current FROM document_history ORDER BY published_from",
  );
  expect(history).toEqual([
    { revision_id: "rev_1", published_from: 1, published_to: 2, key: "a.md", current: 0 },
    { revision_id: "rev_2", published_from: 2, published_to: null, key: "a.md", current: 1 },
  ]);
  expect(
    connection.all("SELECT run_id, started, status, documents, embedded FROM run_outcomes ORDER BY status"),
  ).toEqual([
    { run_id: "run_1", started: "2026-01-01T00:00:00Z", status: "changed", documents: 1, embedded: 1 },
    { run_id: "run_1", started: "2026-01-01T00:00:00Z", status: "failed", documents: 1, embedded: null },
  ]);
  expect(connection.all("SELECT document_id, answer_id, answered FROM document_answers")).toEqual([
    { document_id: "doc_1", answer_id: "ans_1", answered: "2026-02-01T00:00:00Z" },
  ]);
  expect(connection.all("SELECT key, error_code FROM outcomes WHERE error_code IS NOT NULL")).toEqual([
    { key: "b.md", error_code: "TIMED_OUT" },
  ]);
});

test("the queries of the README run", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const queries = /```sql\n([\s\S]*?)```/
    .exec(readme)![1]!
    .split(/;\s*(?:\n|$)/)
    .filter((query) => query.trim() !== "");
  expect(queries.length).toBeGreaterThan(4);
  for (const query of queries) expect(() => connection.all(query), query).not.toThrow();
});

const ORDER = "ORDER BY source_id, coalesce(key_order, key), document_id";

/** The statements whose result grows with the corpus. */
test.each([
  `SELECT * FROM documents ${ORDER}`,
  `SELECT * FROM documents WHERE source_id = ? ${ORDER}`,
  `SELECT * FROM documents WHERE source_id = ? AND coalesce(key_order, key) >= ? AND coalesce(key_order, key) < ? ${ORDER}`,
  `SELECT * FROM documents WHERE source_id = ? AND state IN (SELECT value FROM json_each(?)) ${ORDER}`,
  `SELECT * FROM dead_letters WHERE source_id = ? ${ORDER}`,
  "SELECT * FROM outcomes WHERE run_id = ? ORDER BY rowid",
  "SELECT * FROM lineage_edges WHERE from_id = ? ORDER BY from_id, from_kind, to_id, to_kind, run_id",
  "SELECT * FROM lineage_edges WHERE to_id = ? ORDER BY from_id, from_kind, to_id, to_kind, run_id",
  "SELECT * FROM lineage_edges WHERE run_id = ? ORDER BY from_id, from_kind, to_id, to_kind, run_id",
])("%s streams: nothing is sorted in memory", (sql) => {
  const plan = connection.all(`EXPLAIN QUERY PLAN ${sql}`).map(({ detail }) => detail);
  expect(plan.join("\n")).not.toMatch(/TEMP B-TREE FOR ORDER BY/);
});

test.each([
  ["SELECT * FROM documents WHERE version = ?", "documents_by_version"],
  ["SELECT * FROM documents WHERE parent_id = ?", "documents_by_parent"],
  ["SELECT * FROM revisions WHERE document_id = ?", "revisions_of_document"],
  ["SELECT min(sequence) - 1 FROM publications WHERE state = 'open'", "publications_open"],
])("%s uses its index", (sql, index) => {
  const plan = connection.all(`EXPLAIN QUERY PLAN ${sql}`).map(({ detail }) => detail);
  expect(plan.join("\n")).toContain(index);
});
