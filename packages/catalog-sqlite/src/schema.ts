/** "GWCT": tells a catalog from any other SQLite database. */
export const APPLICATION_ID = 0x47574354;

/**
 * The migrations, oldest first: entry n brings format n to n + 1, in one transaction. Published entries never change.
 *
 * Times are milliseconds since the epoch. Lists and nested values are JSON. `key_order` is null for nearly every key: see
 * `key-order.ts`.
 */
export const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE documents (
  document_id    TEXT NOT NULL PRIMARY KEY,
  source_id      TEXT NOT NULL,
  key            TEXT NOT NULL,
  key_order      TEXT,
  uri            TEXT NOT NULL,
  state          TEXT NOT NULL CHECK (state IN ('live', 'stale', 'hidden', 'failed', 'deleted')),
  version        TEXT,
  hint           TEXT,
  media_type     TEXT,
  size           INTEGER,
  metadata       TEXT,
  title          TEXT GENERATED ALWAYS AS (json_extract(metadata, '$.title')) VIRTUAL,
  language       TEXT GENERATED ALWAYS AS (json_extract(metadata, '$.language')) VIRTUAL,
  effective_from TEXT GENERATED ALWAYS AS (json_extract(metadata, '$.effectiveFrom')) VIRTUAL,
  effective_to   TEXT GENERATED ALWAYS AS (json_extract(metadata, '$.effectiveTo')) VIRTUAL,
  allow          TEXT NOT NULL,
  deny           TEXT,
  fingerprint    TEXT,
  live_revision  TEXT,
  chunks         INTEGER NOT NULL,
  parent_id      TEXT,
  moved_from     TEXT,
  updated_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX documents_in_order ON documents (source_id, coalesce(key_order, key), document_id);
CREATE INDEX documents_by_version ON documents (version) WHERE version IS NOT NULL;
CREATE INDEX documents_by_parent ON documents (parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE revisions (
  revision_id    TEXT NOT NULL PRIMARY KEY,
  document_id    TEXT NOT NULL,
  version        TEXT NOT NULL,
  artifact       TEXT NOT NULL,
  metadata       TEXT NOT NULL,
  media_type     TEXT NOT NULL,
  extraction     TEXT NOT NULL,
  chunker        TEXT NOT NULL,
  embedder       TEXT NOT NULL,
  chunks         INTEGER NOT NULL,
  published_from INTEGER NOT NULL,
  published_to   INTEGER,
  run_id         TEXT NOT NULL
) STRICT;
CREATE INDEX revisions_of_document ON revisions (document_id, published_from, revision_id);

CREATE TABLE runs (
  run_number    INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id        TEXT NOT NULL UNIQUE,
  kind          TEXT NOT NULL,
  status        TEXT NOT NULL,
  started_at    INTEGER NOT NULL,
  finished_at   INTEGER,
  configuration TEXT NOT NULL,
  stages        TEXT NOT NULL,
  counts        TEXT
) STRICT;
CREATE INDEX runs_by_time ON runs (started_at, run_number);

CREATE TABLE outcomes (
  run_id       TEXT NOT NULL,
  document_id  TEXT NOT NULL,
  key          TEXT NOT NULL,
  status       TEXT NOT NULL,
  error_code   TEXT GENERATED ALWAYS AS (json_extract(error, '$.code')) VIRTUAL,
  error        TEXT,
  stage        TEXT,
  warnings     TEXT,
  pages        INTEGER,
  chunks       INTEGER,
  embedded     INTEGER,
  milliseconds REAL,
  UNIQUE (run_id, document_id)
) STRICT;
CREATE INDEX outcomes_of_run ON outcomes (run_id);
CREATE INDEX outcomes_of_document ON outcomes (document_id);

CREATE TABLE dead_letters (
  document_id TEXT NOT NULL PRIMARY KEY,
  source_id   TEXT NOT NULL,
  key         TEXT NOT NULL,
  key_order   TEXT,
  version     TEXT,
  error_code  TEXT GENERATED ALWAYS AS (json_extract(error, '$.code')) VIRTUAL,
  error       TEXT NOT NULL,
  stage       TEXT NOT NULL,
  attempts    INTEGER NOT NULL,
  first_at    INTEGER NOT NULL,
  last_at     INTEGER NOT NULL,
  run_id      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX dead_letters_in_order ON dead_letters (source_id, coalesce(key_order, key), document_id);

CREATE TABLE publications (
  sequence   INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id     TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('open', 'committed', 'aborted')),
  started_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  closed_at  INTEGER
) STRICT;
CREATE INDEX publications_open ON publications (sequence) WHERE state = 'open';

CREATE TABLE lineage_edges (
  from_kind   TEXT NOT NULL,
  from_id     TEXT NOT NULL,
  to_kind     TEXT NOT NULL,
  to_id       TEXT NOT NULL,
  run_id      TEXT NOT NULL,
  fingerprint TEXT,
  PRIMARY KEY (from_id, from_kind, to_id, to_kind, run_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX lineage_edges_to ON lineage_edges (to_id);
CREATE INDEX lineage_edges_of_run ON lineage_edges (run_id);

CREATE TABLE answers (
  answer_number INTEGER PRIMARY KEY AUTOINCREMENT,
  answer_id     TEXT NOT NULL UNIQUE,
  answered_at   INTEGER NOT NULL,
  query         TEXT NOT NULL,
  principals    TEXT NOT NULL,
  chunk_ids     TEXT NOT NULL,
  revision_ids  TEXT NOT NULL
) STRICT;
CREATE INDEX answers_by_time ON answers (answered_at, answer_number);
CREATE TABLE answer_revisions (
  revision_id TEXT NOT NULL,
  answer_id   TEXT NOT NULL,
  PRIMARY KEY (revision_id, answer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX answer_revisions_of_answer ON answer_revisions (answer_id);

CREATE TABLE leases (
  name       TEXT NOT NULL PRIMARY KEY,
  token      INTEGER NOT NULL,
  holder     TEXT,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What answers now: documents whose last published revision may be read, with that revision.
CREATE VIEW live_documents AS
SELECT d.document_id, d.source_id, d.key, d.uri, d.state, d.title, d.language, d.effective_from, d.effective_to,
       d.media_type, d.size, d.version AS last_version, r.revision_id, r.version AS live_version, r.artifact,
       r.extraction, r.chunker, r.embedder, r.chunks, r.run_id, r.published_from, d.allow, d.deny,
       strftime('%Y-%m-%dT%H:%M:%SZ', d.updated_at / 1000, 'unixepoch') AS updated
FROM documents d JOIN revisions r ON r.revision_id = d.live_revision
WHERE d.state IN ('live', 'stale');

-- Every revision of every document: what was answered from, and from which publication to which.
CREATE VIEW document_history AS
SELECT r.document_id, d.source_id, d.key, d.state, r.revision_id, r.version, r.published_from, r.published_to, r.run_id,
       strftime('%Y-%m-%dT%H:%M:%SZ', f.closed_at / 1000, 'unixepoch') AS published,
       strftime('%Y-%m-%dT%H:%M:%SZ', t.closed_at / 1000, 'unixepoch') AS retired
FROM revisions r
LEFT JOIN documents d ON d.document_id = r.document_id
LEFT JOIN publications f ON f.sequence = r.published_from
LEFT JOIN publications t ON t.sequence = r.published_to;

-- One row a run and status.
CREATE VIEW run_outcomes AS
SELECT r.run_id, r.kind, r.status AS run_status, strftime('%Y-%m-%dT%H:%M:%SZ', r.started_at / 1000, 'unixepoch') AS started,
       o.status, count(*) AS documents, sum(o.chunks) AS chunks, sum(o.embedded) AS embedded
FROM runs r JOIN outcomes o ON o.run_id = r.run_id
GROUP BY r.run_id, o.status;

-- Which answers stood on which document.
CREATE VIEW document_answers AS
SELECT r.document_id, a.answer_id, ar.revision_id, a.query, a.principals,
       strftime('%Y-%m-%dT%H:%M:%SZ', a.answered_at / 1000, 'unixepoch') AS answered
FROM answer_revisions ar
JOIN answers a ON a.answer_id = ar.answer_id
LEFT JOIN revisions r ON r.revision_id = ar.revision_id;
`,
  `
ALTER TABLE revisions ADD COLUMN findings TEXT;

-- Personal data in what answers now: one row a document, type and action.
CREATE VIEW document_findings AS
SELECT d.document_id, d.source_id, d.key, d.state, r.revision_id, json_extract(f.value, '$.type') AS type,
       json_extract(f.value, '$.action') AS action, json_extract(f.value, '$.count') AS count
FROM documents d JOIN revisions r ON r.revision_id = d.live_revision, json_each(r.findings) f
WHERE d.state IN ('live', 'stale');
`,
];
