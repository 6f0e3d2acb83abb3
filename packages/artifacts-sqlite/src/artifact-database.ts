import type { DatabaseKind } from "@groundwork/sqlite-file";

/** The file of the artifacts: its format, and how errors speak of it. */
export const ARTIFACT_DATABASE: DatabaseKind = {
  driver: "artifacts-sqlite",
  name: "artifact store",
  nameWithArticle: "an artifact store",
  codes: { busy: "UNAVAILABLE", corrupt: "STORE_CORRUPT" },
  remedy:
    "Restore it from a backup, or move it away together with its -wal and -shm files and reconcile the knowledge base: that reads the documents again.",
  /** "GWAR" */
  applicationId: 0x47574152,
  migrations: [
    `
CREATE TABLE artifacts (
  key   TEXT NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX artifacts_in_order ON artifacts (key);
`,
  ],
  // Pages of deleted artifacts can be given back to the disk. Larger pages would cost no less time, and a third more room for
  // artifacts of some kilobytes.
  layout: "PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL",
  // Deleted content is overwritten. NORMAL syncs the log before it is folded into the file, and the file before the log is used
  // again; that a commit is on the disk is for `LogSync`, which does what FULL would do in the calling thread. The log is folded
  // every 16 MiB. A file system that takes a sync lightly (macOS) is told to mean it.
  settings: `
    PRAGMA secure_delete = ON;
    PRAGMA synchronous = NORMAL;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -16384;
    PRAGMA wal_autocheckpoint = 4096;
    PRAGMA journal_size_limit = 33554432;
  `,
};
