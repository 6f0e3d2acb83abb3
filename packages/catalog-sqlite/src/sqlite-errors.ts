import { type ErrorCode, GroundworkError } from "@groundwork/contracts";

interface Translation {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable?: boolean;
}

const BUSY: Translation = {
  code: "CATALOG_BUSY",
  message: "The catalog is locked by another process for longer than this call may wait. Try again.",
  retryable: true,
};

/** What to do about a damaged catalog, for every message that reports one. */
export const REMEDY: string =
  "Restore it from a backup, or move it away together with its -wal and -shm files and ingest again to rebuild it.";

const CORRUPT: Translation = {
  code: "CATALOG_CORRUPT",
  message: `The catalog file is damaged or is not an SQLite database. ${REMEDY}`,
};

const DENIED: Translation = {
  code: "PERMISSION_DENIED",
  message: "The catalog cannot be opened or written. Check the permissions of its file and of its folder.",
};

/** Extended result codes that mean something else than their family (https://sqlite.org/rescode.html). */
const EXTENDED: Readonly<Record<number, Translation>> = {
  /** SQLITE_IOERR_SHORT_READ */
  522: CORRUPT,
  /** SQLITE_IOERR_DATA */
  8202: CORRUPT,
  /** SQLITE_IOERR_CORRUPTFS */
  8458: CORRUPT,
  /** SQLITE_IOERR_NOMEM */
  3082: { code: "OUT_OF_MEMORY", message: "SQLite ran out of memory. Give the process more.", retryable: true },
  /** SQLITE_READONLY_DBMOVED */
  1032: {
    code: "UNAVAILABLE",
    message: "The catalog file was moved or replaced while it was open. Close the catalog and open it again.",
  },
};

/** Families of result codes: the low byte. */
const FAMILIES: Readonly<Record<number, Translation>> = {
  /** SQLITE_PERM */
  3: DENIED,
  /** SQLITE_BUSY */
  5: BUSY,
  /** SQLITE_LOCKED */
  6: BUSY,
  /** SQLITE_NOMEM */
  7: { code: "OUT_OF_MEMORY", message: "SQLite ran out of memory. Give the process more.", retryable: true },
  /** SQLITE_READONLY */
  8: DENIED,
  /** SQLITE_INTERRUPT */
  9: { code: "ABORTED", message: "The call was aborted." },
  /** SQLITE_IOERR */
  10: {
    code: "UNAVAILABLE",
    message: "The disk failed to read or write the catalog. Check the disk, then try again.",
    retryable: true,
  },
  /** SQLITE_CORRUPT */
  11: CORRUPT,
  /** SQLITE_FULL */
  13: {
    code: "DISK_FULL",
    message: "The disk of the catalog is full. Free space and run again: finished work is kept.",
    retryable: true,
  },
  /** SQLITE_CANTOPEN */
  14: DENIED,
  /** SQLITE_PROTOCOL */
  15: BUSY,
  /** SQLITE_SCHEMA */
  17: BUSY,
  /** SQLITE_TOOBIG */
  18: { code: "INVALID_ARGUMENT", message: "A value is larger than the catalog can keep (1 GB)." },
  /** SQLITE_CONSTRAINT */
  19: {
    code: "INVALID_ARGUMENT",
    message: "A record breaks a rule of the catalog: a required field is missing or has the wrong type.",
  },
  /** SQLITE_NOTADB */
  26: CORRUPT,
};

/** Whether a failure is worth waiting for: another connection holds a lock or is recovering the log. */
export function isBusy(error: unknown): boolean {
  const errcode = (error as { errcode?: unknown } | null)?.errcode;
  return typeof errcode === "number" && FAMILIES[errcode & 0xff] === BUSY;
}

/** Turns what `node:sqlite` threw into an error of the library. SQLite's own message stays in `cause`. */
export function fromSqliteError(error: unknown): GroundworkError {
  if (GroundworkError.isInstance(error)) return error;
  const { errcode, code } = (error ?? {}) as { errcode?: unknown; code?: unknown };
  const ids = { driver: "catalog-sqlite" };
  if (typeof errcode === "number") {
    const translation = EXTENDED[errcode] ?? FAMILIES[errcode & 0xff];
    if (translation !== undefined) {
      const { message, retryable = false } = translation;
      return new GroundworkError(translation.code, message, { ...ids, retryable, cause: error });
    }
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return new GroundworkError(DENIED.code, DENIED.message, { ...ids, cause: error });
  }
  if (code === "ENOTDIR" || code === "EEXIST") {
    return new GroundworkError(
      "INVALID_CONFIGURATION",
      "Expected the folders of the catalog's path to be folders, found a file among them. Choose another path.",
      { ...ids, cause: error },
    );
  }
  if (code === "ERR_INVALID_ARG_TYPE" || code === "ERR_INVALID_ARG_VALUE") {
    return new GroundworkError("INVALID_ARGUMENT", "A record has a field of a type that the catalog cannot keep.", {
      ...ids,
      cause: error,
    });
  }
  return GroundworkError.from(error, "INTERNAL", "The catalog failed in a way it does not know.", ids);
}
