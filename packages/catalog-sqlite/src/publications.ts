import { type DeadLetter, type DocumentOutcome, GroundworkError, type PublicationCommit } from "@groundwork/contracts";
import type { Connection } from "@groundwork/sqlite-file";
import {
  deadLetterValues,
  documentValues,
  edgeValues,
  outcomeValues,
  revisionValues,
  UPSERT_DEAD_LETTER,
  UPSERT_DOCUMENT,
  UPSERT_EDGE,
  UPSERT_OUTCOME,
  UPSERT_REVISION,
} from "./rows.ts";

/** The functions of this file run inside a write transaction. */

export function beginPublication(connection: Connection, runId: string, now: number, ttlMs: number): number {
  const { lastInsertRowid } = connection
    .prepare("INSERT INTO publications (run_id, state, started_at, expires_at) VALUES (?, 'open', ?, ?)")
    .run(runId, now, now + ttlMs);
  return Number(lastInsertRowid);
}

export function touchPublication(connection: Connection, sequence: number, expiresAt: number): void {
  const sql = "UPDATE publications SET expires_at = ? WHERE sequence = ? AND state = 'open'";
  if (connection.run(sql, expiresAt, sequence) === 0) throw notOpen(sequence);
}

export function commitPublication(
  connection: Connection,
  sequence: number,
  commit: PublicationCommit,
  now: number,
): void {
  const runId = closePublication(connection, sequence, "committed", now);
  for (const document of commit.documents) connection.run(UPSERT_DOCUMENT, ...documentValues(document));
  for (const revision of commit.revisions) connection.run(UPSERT_REVISION, ...revisionValues(revision));
  for (const revisionId of commit.retired) {
    connection.run("UPDATE revisions SET published_to = ? WHERE revision_id = ?", sequence, revisionId);
  }
  for (const revisionId of commit.purged ?? []) {
    connection.run("DELETE FROM revisions WHERE revision_id = ?", revisionId);
  }
  for (const edge of commit.edges) connection.run(UPSERT_EDGE, ...edgeValues(edge));
  writeOutcomes(connection, runId, commit);
}

export function abortPublication(connection: Connection, sequence: number, now: number): void {
  closePublication(connection, sequence, "aborted", now);
}

export function writeOutcomes(
  connection: Connection,
  runId: string,
  record: {
    readonly outcomes: readonly DocumentOutcome[];
    readonly deadLetters?: readonly DeadLetter[];
    readonly settled?: readonly string[];
  },
): void {
  for (const outcome of record.outcomes) connection.run(UPSERT_OUTCOME, ...outcomeValues(runId, outcome));
  for (const letter of record.deadLetters ?? []) connection.run(UPSERT_DEAD_LETTER, ...deadLetterValues(letter));
  for (const documentId of record.settled ?? []) {
    connection.run("DELETE FROM dead_letters WHERE document_id = ?", documentId);
  }
}

/** The highest closed sequence with none open below it. Sequences have no gaps, so it is the one before the first open. */
export function watermark(connection: Connection): number {
  return connection.number(`SELECT coalesce(
    (SELECT min(sequence) - 1 FROM publications WHERE state = 'open'),
    (SELECT max(sequence) FROM publications), 0)`);
}

/** Closes it and returns its run. */
function closePublication(
  connection: Connection,
  sequence: number,
  state: "committed" | "aborted",
  now: number,
): string {
  const row = connection.get(
    "UPDATE publications SET state = ?, closed_at = ? WHERE sequence = ? AND state = 'open' RETURNING run_id",
    state,
    now,
    sequence,
  );
  if (row === undefined) throw notOpen(sequence);
  return row.run_id as string;
}

function notOpen(sequence: number): GroundworkError {
  return new GroundworkError(
    "STORE_CONFLICT",
    `Expected publication ${sequence} to be open; it was committed or aborted, or never begun. Its writer may have been thought dead: plan and run again.`,
    { driver: "catalog-sqlite" },
  );
}
