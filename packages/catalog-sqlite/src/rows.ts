import type { SQLInputValue } from "node:sqlite";
import type {
  AnswerRecord,
  CatalogDocument,
  CatalogRevision,
  DeadLetter,
  DocumentOutcome,
  FindingCount,
  LineageEdge,
  OpenPublication,
  RunRecord,
} from "@groundwork/contracts";
import type { Row } from "@groundwork/sqlite-file";
import { keyOrder } from "./key-order.ts";

/**
 * Columns of a `SELECT` that reads whole records. Not `*`: the columns that SQLite computes from JSON cost more than all
 * the others, and are there for people.
 */
function selectList(key: readonly string[], values: readonly string[]): string {
  return [...key, ...values].join(", ");
}

/** An upsert that keeps the place of the row: rows lie in the order of their first writing, which is near that of keys. */
function upsert(table: string, key: readonly string[], values: readonly string[]): string {
  const columns = [...key, ...values];
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})
    ON CONFLICT (${key.join(", ")}) DO UPDATE SET ${values.map((column) => `${column} = excluded.${column}`).join(", ")}`;
}

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
const parse = <T>(text: SQLInputValue | undefined): T => JSON.parse(text as string) as T;

/** Copies the columns that are not null to the fields of the contract; absent stays absent. */
function present<T extends object>(row: Row, columns: Readonly<Record<string, keyof T & string>>): Partial<T> {
  const result: Record<string, unknown> = {};
  for (const column in columns) {
    const value = row[column];
    if (value !== null && value !== undefined) result[columns[column]!] = value;
  }
  return result as Partial<T>;
}

const DOCUMENT_KEY = ["document_id"];
const DOCUMENT_VALUES = [
  "source_id",
  "key",
  "key_order",
  "uri",
  "state",
  "version",
  "hint",
  "media_type",
  "size",
  "metadata",
  "allow",
  "deny",
  "fingerprint",
  "live_revision",
  "chunks",
  "parent_id",
  "moved_from",
  "updated_at",
];
export const SELECT_DOCUMENT: string = `SELECT ${selectList(DOCUMENT_KEY, DOCUMENT_VALUES)} FROM documents`;
export const UPSERT_DOCUMENT: string = upsert("documents", DOCUMENT_KEY, DOCUMENT_VALUES);

export function documentValues(document: CatalogDocument): SQLInputValue[] {
  return [
    document.documentId,
    document.sourceId,
    document.key,
    keyOrder(document.key),
    document.uri,
    document.state,
    document.version ?? null,
    document.hint ?? null,
    document.mediaType ?? null,
    document.size ?? null,
    json(document.metadata),
    json(document.permissions.allow),
    json(document.permissions.deny),
    document.fingerprint ?? null,
    document.liveRevision ?? null,
    document.chunks,
    document.parentId ?? null,
    document.movedFrom ?? null,
    document.updatedAt,
  ];
}

const DOCUMENT_COLUMNS = {
  version: "version",
  hint: "hint",
  media_type: "mediaType",
  size: "size",
  fingerprint: "fingerprint",
  live_revision: "liveRevision",
  parent_id: "parentId",
  moved_from: "movedFrom",
} as const;

export function toDocument(row: Row): CatalogDocument {
  return {
    documentId: row.document_id as string,
    sourceId: row.source_id as string,
    key: row.key as string,
    uri: row.uri as string,
    state: row.state as CatalogDocument["state"],
    permissions: {
      allow: parse(row.allow),
      ...(row.deny === null ? {} : { deny: parse<readonly string[]>(row.deny) }),
    },
    chunks: row.chunks as number,
    updatedAt: row.updated_at as number,
    ...(row.metadata === null ? {} : { metadata: parse<NonNullable<CatalogDocument["metadata"]>>(row.metadata) }),
    ...present<CatalogDocument>(row, DOCUMENT_COLUMNS),
  };
}

export const UPSERT_REVISION: string = upsert(
  "revisions",
  ["revision_id"],
  [
    "document_id",
    "version",
    "artifact",
    "metadata",
    "media_type",
    "extraction",
    "chunker",
    "embedder",
    "chunks",
    "findings",
    "published_from",
    "published_to",
    "run_id",
  ],
);

export function revisionValues(revision: CatalogRevision): SQLInputValue[] {
  return [
    revision.revisionId,
    revision.documentId,
    revision.version,
    revision.artifact,
    json(revision.metadata),
    revision.mediaType,
    revision.extraction,
    revision.chunker,
    revision.embedder,
    revision.chunks,
    revision.findings === undefined ? null : json(revision.findings),
    revision.publishedFrom,
    revision.publishedTo ?? null,
    revision.runId,
  ];
}

export function toRevision(row: Row): CatalogRevision {
  return {
    revisionId: row.revision_id as string,
    documentId: row.document_id as string,
    version: row.version as string,
    artifact: row.artifact as string,
    metadata: parse(row.metadata),
    mediaType: row.media_type as string,
    extraction: row.extraction as string,
    chunker: row.chunker as string,
    embedder: row.embedder as string,
    chunks: row.chunks as number,
    publishedFrom: row.published_from as number,
    runId: row.run_id as string,
    ...(row.findings === null ? {} : { findings: parse<readonly FindingCount[]>(row.findings) }),
    ...present<CatalogRevision>(row, { published_to: "publishedTo" }),
  };
}

export const UPSERT_RUN: string = upsert(
  "runs",
  ["run_id"],
  ["kind", "status", "started_at", "finished_at", "configuration", "stages", "counts"],
);

export function runValues(run: RunRecord): SQLInputValue[] {
  return [
    run.runId,
    run.kind,
    run.status,
    run.startedAt,
    run.finishedAt ?? null,
    run.configuration,
    json(run.stages),
    json(run.counts),
  ];
}

export function toRun(row: Row): RunRecord {
  return {
    runId: row.run_id as string,
    kind: row.kind as RunRecord["kind"],
    status: row.status as RunRecord["status"],
    startedAt: row.started_at as number,
    configuration: row.configuration as string,
    stages: parse(row.stages),
    ...(row.counts === null ? {} : { counts: parse<Record<string, number>>(row.counts) }),
    ...present<RunRecord>(row, { finished_at: "finishedAt" }),
  };
}

const OUTCOME_KEY = ["run_id", "document_id"];
const OUTCOME_VALUES = ["key", "status", "error", "stage", "warnings", "pages", "chunks", "embedded", "milliseconds"];
export const SELECT_OUTCOME: string = `SELECT ${selectList(OUTCOME_KEY, OUTCOME_VALUES)} FROM outcomes`;
export const UPSERT_OUTCOME: string = upsert("outcomes", OUTCOME_KEY, OUTCOME_VALUES);

export function outcomeValues(runId: string, outcome: DocumentOutcome): SQLInputValue[] {
  return [
    runId,
    outcome.documentId,
    outcome.key,
    outcome.status,
    json(outcome.error),
    outcome.stage ?? null,
    json(outcome.warnings),
    outcome.pages ?? null,
    outcome.chunks ?? null,
    outcome.embedded ?? null,
    outcome.milliseconds ?? null,
  ];
}

const OUTCOME_COLUMNS = {
  stage: "stage",
  pages: "pages",
  chunks: "chunks",
  embedded: "embedded",
  milliseconds: "milliseconds",
} as const;

export function toOutcome(row: Row): DocumentOutcome {
  return {
    documentId: row.document_id as string,
    key: row.key as string,
    status: row.status as DocumentOutcome["status"],
    ...(row.error === null ? {} : { error: parse<NonNullable<DocumentOutcome["error"]>>(row.error) }),
    ...(row.warnings === null ? {} : { warnings: parse<NonNullable<DocumentOutcome["warnings"]>>(row.warnings) }),
    ...present<DocumentOutcome>(row, OUTCOME_COLUMNS),
  };
}

const DEAD_LETTER_KEY = ["document_id"];
const DEAD_LETTER_VALUES = [
  "source_id",
  "key",
  "key_order",
  "version",
  "error",
  "stage",
  "attempts",
  "first_at",
  "last_at",
  "run_id",
];
export const SELECT_DEAD_LETTER: string = `SELECT ${selectList(DEAD_LETTER_KEY, DEAD_LETTER_VALUES)} FROM dead_letters`;
export const UPSERT_DEAD_LETTER: string = upsert("dead_letters", DEAD_LETTER_KEY, DEAD_LETTER_VALUES);

export function deadLetterValues(letter: DeadLetter): SQLInputValue[] {
  return [
    letter.documentId,
    letter.sourceId,
    letter.key,
    keyOrder(letter.key),
    letter.version ?? null,
    json(letter.error),
    letter.stage,
    letter.attempts,
    letter.firstAt,
    letter.lastAt,
    letter.runId,
  ];
}

export function toDeadLetter(row: Row): DeadLetter {
  return {
    documentId: row.document_id as string,
    sourceId: row.source_id as string,
    key: row.key as string,
    error: parse(row.error),
    stage: row.stage as string,
    attempts: row.attempts as number,
    firstAt: row.first_at as number,
    lastAt: row.last_at as number,
    runId: row.run_id as string,
    ...present<DeadLetter>(row, { version: "version" }),
  };
}

export const UPSERT_EDGE: string = upsert(
  "lineage_edges",
  ["from_kind", "from_id", "to_kind", "to_id", "run_id"],
  ["fingerprint"],
);

export function edgeValues(edge: LineageEdge): SQLInputValue[] {
  return [edge.fromKind, edge.fromId, edge.toKind, edge.toId, edge.runId, edge.fingerprint ?? null];
}

export function toEdge(row: Row): LineageEdge {
  return {
    fromKind: row.from_kind as string,
    fromId: row.from_id as string,
    toKind: row.to_kind as string,
    toId: row.to_id as string,
    runId: row.run_id as string,
    ...present<LineageEdge>(row, { fingerprint: "fingerprint" }),
  };
}

export function toPublication(row: Row): OpenPublication {
  return {
    sequence: row.sequence as number,
    runId: row.run_id as string,
    startedAt: row.started_at as number,
    expiresAt: row.expires_at as number,
  };
}

export function toAnswer(row: Row): AnswerRecord {
  return {
    answerId: row.answer_id as string,
    at: row.answered_at as number,
    query: row.query as string,
    principals: parse(row.principals),
    chunkIds: parse(row.chunk_ids),
    revisionIds: parse(row.revision_ids),
  };
}
