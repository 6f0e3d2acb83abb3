import type { SQLInputValue } from "node:sqlite";
import type { Catalog, DocumentFinding } from "@groundwork/contracts";
import type { Row } from "@groundwork/sqlite-file";
import { Where } from "./where.ts";

const SELECT = `SELECT d.document_id, r.revision_id, json_extract(f.value, '$.type') AS type,
  json_extract(f.value, '$.action') AS action, json_extract(f.value, '$.count') AS count
  FROM documents d JOIN revisions r ON r.revision_id = d.live_revision, json_each(r.findings) f`;
const ORDER = "ORDER BY d.source_id, coalesce(d.key_order, d.key), d.document_id, 3, 4";

/** Personal data in the documents that answer now, as a statement. */
export function findingQuery({ documentId, sourceId, types }: NonNullable<Parameters<Catalog["listFindings"]>[0]>): {
  readonly sql: string;
  readonly parameters: SQLInputValue[];
} {
  const where = new Where();
  where.equal("d.document_id", documentId);
  where.equal("d.source_id", sourceId);
  where.add("d.state IN ('live', 'stale')");
  if (types !== undefined)
    where.add("json_extract(f.value, '$.type') IN (SELECT value FROM json_each(?))", JSON.stringify(types));
  return { sql: `${SELECT} ${where.sql} ${ORDER}`, parameters: where.parameters };
}

export function toFinding(row: Row): DocumentFinding {
  return {
    documentId: row.document_id as string,
    revisionId: row.revision_id as string,
    type: row.type as string,
    action: row.action as DocumentFinding["action"],
    count: row.count as number,
  };
}
