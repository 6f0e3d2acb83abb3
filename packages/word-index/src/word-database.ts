import type { DatabaseKind } from "@groundwork/sqlite-file";

/** The file of a word index: its format, and how errors speak of it. */
export const WORD_DATABASE: DatabaseKind = {
  driver: "word-index",
  name: "word index",
  nameWithArticle: "a word index",
  codes: { busy: "STORE_CONFLICT", corrupt: "STORE_CORRUPT" },
  remedy: "Remove it together with its -wal and -shm files: the store makes it again from its rows when it is opened.",
  /** "GWWI" */
  applicationId: 0x47575749,
  migrations: [
    /*
     * `entries`: a number for each text, by which `words` knows it; `batch` names the write that it came with.
     * `lengths`: terms of the texts, 32 bits each, in blocks by number. `batches`: writes that were not confirmed yet.
     * `words` keeps no texts. A term that a text has n times is there as n different tokens, see `word-tokens.ts`. Segments are
     * merged by `maintain`, not while rows arrive, which would take twice as long.
     */
    `
CREATE TABLE entries (
  number INTEGER PRIMARY KEY,
  key    TEXT NOT NULL UNIQUE,
  length INTEGER NOT NULL,
  batch  INTEGER NOT NULL
) STRICT;
CREATE INDEX entries_by_batch ON entries (batch);
CREATE TABLE lengths (
  block  INTEGER PRIMARY KEY,
  counts BLOB NOT NULL
) STRICT;
CREATE TABLE batches (
  batch    INTEGER PRIMARY KEY AUTOINCREMENT,
  host     TEXT NOT NULL,
  process  INTEGER NOT NULL,
  instance TEXT NOT NULL,
  since    INTEGER NOT NULL
) STRICT;
CREATE TABLE totals (
  only     INTEGER PRIMARY KEY CHECK (only = 1),
  entries  INTEGER NOT NULL,
  terms    INTEGER NOT NULL,
  unmerged INTEGER NOT NULL,
  deleted  INTEGER NOT NULL
) STRICT;
INSERT INTO totals VALUES (1, 0, 0, 0, 0);
CREATE VIRTUAL TABLE words USING fts5 (tokens, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
INSERT INTO words (words, rank) VALUES ('automerge', 0);
INSERT INTO words (words, rank) VALUES ('crisismerge', 500);
CREATE VIRTUAL TABLE instances USING fts5vocab (words, 'instance');
`,
  ],
  layout: "PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL",
  // Deleted words are overwritten. The index can be made again from the rows of its store, so that a commit need not be on the
  // disk when it returns; a store finds by the numbers what a power failure took. The log is folded every 64 MiB, because
  // who folds it waits for the disk.
  settings: `
    PRAGMA secure_delete = ON;
    PRAGMA synchronous = NORMAL;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8192;
    PRAGMA wal_autocheckpoint = 16384;
    PRAGMA journal_size_limit = 67108864;
  `,
};
