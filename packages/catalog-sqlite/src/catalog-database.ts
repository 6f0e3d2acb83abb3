import type { DatabaseKind } from "@groundwork/sqlite-file";
import { APPLICATION_ID, MIGRATIONS } from "./schema.ts";

/** The catalog's file: its format, and how errors speak of it. */
export const CATALOG_DATABASE: DatabaseKind = {
  driver: "catalog-sqlite",
  name: "catalog",
  nameWithArticle: "a catalog",
  codes: { busy: "CATALOG_BUSY", corrupt: "CATALOG_CORRUPT" },
  remedy:
    "Restore it from a backup, or move it away together with its -wal and -shm files and ingest again to rebuild it.",
  applicationId: APPLICATION_ID,
  migrations: MIGRATIONS,
  // Deleted content is overwritten; a committed publication survives a power cut. The log is folded into the file every
  // 32 MiB: pages that several commits touch are written there once.
  settings: `
    PRAGMA secure_delete = ON;
    PRAGMA synchronous = FULL;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -65536;
    PRAGMA wal_autocheckpoint = 8192;
    PRAGMA journal_size_limit = 67108864;
  `,
};
