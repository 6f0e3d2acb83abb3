import { type CatalogDocument, DOCUMENTS_SCHEMA } from "@groundwork/contracts";
import { expect, test } from "vitest";
import { encodeDocuments, evaluateRuleset, parseRuleset } from "../src/index.ts";

const DOCUMENTS: readonly CatalogDocument[] = [
  {
    documentId: "doc_1",
    sourceId: "policies",
    key: "a.pdf",
    uri: "file:///a.pdf",
    state: "live",
    version: "v1",
    mediaType: "application/pdf",
    size: 5_000_000_000,
    metadata: {
      title: "Travel",
      language: "en",
      pages: 3,
      modifiedAt: Date.UTC(2026, 0, 1),
      effectiveFrom: "2026-01-01",
      tags: ["hr", "travel"],
      attributes: { department: "finance", year: 2026, draft: false, owners: ["ana", "bo"] },
    },
    permissions: { allow: ["group:staff"], deny: [] },
    chunks: 4,
    updatedAt: 1,
  },
  {
    documentId: "doc_2",
    sourceId: "policies",
    key: "b",
    uri: "file:///b",
    state: "live",
    permissions: { allow: [] },
    chunks: 0,
    updatedAt: 1,
  },
];

test("what the catalog knows becomes rows that rules are evaluated over", async () => {
  const batch = encodeDocuments(DOCUMENTS);
  expect(batch.schema.fields.map(({ name }) => name)).toEqual(DOCUMENTS_SCHEMA.fields.map(({ name }) => name));
  const outcome = await evaluateRuleset(
    parseRuleset(`Rules = [
      IsPrimaryKey "document_id",
      Completeness "title" = 0.5,
      ColumnValues "bytes" = 5000000000 where "bytes is not null",
      ColumnValues "pages" = 3 where "pages is not null",
      ColumnValues "modified_at" = "2026-01-01" where "modified_at is not null",
      ColumnValues "tags" in ["hr", "travel", EMPTY],
      ColumnValues "attributes.year" = 2026 where "attributes.year is not null",
      ColumnValues "attributes.owners" in ["ana", "bo"] where "attributes.owners is not null",
      ColumnValues "attributes.draft" = "false" where "document_id = 'doc_1'",
      ColumnLength "allow" = 1 where "document_id = 'doc_1'",
      IsComplete "attributes.department"
    ]`),
    [batch],
  );
  expect(outcome.RuleResults.filter(({ Result }) => Result !== "PASS").map(({ Name }) => Name)).toEqual(["Rule_11"]);
  expect(outcome.RuleResults[10]!.failingRows).toEqual([{ rowId: "doc_2", documentId: "doc_2" }]);
});

test("no document is a table without rows", async () => {
  const { RuleResults } = await evaluateRuleset(
    parseRuleset('Rules = [ RowCount = 0, ColumnCount = 18, IsComplete "title", IsComplete "attributes.x" ]'),
    [encodeDocuments([])],
  );
  expect(RuleResults.map(({ Result }) => Result)).toEqual(["PASS", "PASS", "PASS", "PASS"]);
});
