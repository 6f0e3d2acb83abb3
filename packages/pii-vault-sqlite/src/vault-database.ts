import type { DatabaseKind } from "@groundwork/sqlite-file";

/** The file of a vault: its format, and how errors speak of it. */
export const VAULT_DATABASE: DatabaseKind = {
  driver: "pii-vault-sqlite",
  name: "vault",
  nameWithArticle: "a vault",
  codes: { busy: "UNAVAILABLE", corrupt: "STORE_CORRUPT" },
  remedy: "Restore it from a backup. What it held can be made again by ingesting the documents anew.",
  /** "GWPV" */
  applicationId: 0x47575056,
  migrations: [
    /*
     * The provider's key locks that of an epoch, which locks the key of each value, which locks the value. Rotation makes a new epoch,
     * erasure deletes the key of a value. `erased` holds names of values, never values.
     */
    `
CREATE TABLE epochs (
  epoch   INTEGER PRIMARY KEY AUTOINCREMENT,
  key_id  TEXT NOT NULL,
  wrapped BLOB NOT NULL
) STRICT;
CREATE TABLE subjects (
  scope   TEXT NOT NULL,
  subject TEXT NOT NULL,
  type    TEXT NOT NULL,
  wrapped BLOB NOT NULL,
  locked  BLOB NOT NULL,
  PRIMARY KEY (scope, subject)
) STRICT, WITHOUT ROWID;
CREATE TABLE holdings (
  scope       TEXT NOT NULL,
  token       TEXT NOT NULL,
  subject     TEXT NOT NULL,
  document_id TEXT NOT NULL,
  revision_id TEXT NOT NULL,
  PRIMARY KEY (scope, token, subject, document_id, revision_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX holdings_of_document ON holdings (document_id, revision_id);
CREATE INDEX holdings_of_subject ON holdings (scope, subject);
CREATE TABLE erased (
  scope   TEXT NOT NULL,
  subject TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (scope, subject)
) STRICT, WITHOUT ROWID;
CREATE TABLE audit (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  at         INTEGER NOT NULL,
  scope      TEXT NOT NULL,
  token      TEXT NOT NULL,
  principals TEXT NOT NULL,
  purpose    TEXT NOT NULL,
  granted    INTEGER NOT NULL,
  reason     TEXT
) STRICT;
CREATE INDEX audit_by_time ON audit (at, number);
`,
  ],
  settings: `
    PRAGMA secure_delete = ON;
    PRAGMA synchronous = FULL;
    PRAGMA temp_store = MEMORY;
    PRAGMA journal_size_limit = 4194304;
  `,
};
