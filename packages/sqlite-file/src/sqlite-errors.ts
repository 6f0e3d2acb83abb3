import { type ErrorCode, GroundworkError } from "@groundwork/contracts";
import type { DatabaseKind } from "./database-kind.ts";

interface Translation {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable?: boolean;
}

type Translate = (kind: DatabaseKind) => Translation;

const busy: Translate = ({ name, codes }) => ({
  code: codes.busy,
  message: `The ${name} is locked by another process for longer than this call may wait. Try again.`,
  retryable: true,
});

const corrupt: Translate = ({ name, codes, remedy }) => ({
  code: codes.corrupt,
  message: `The ${name} file is damaged or is not an SQLite database. ${remedy}`,
});

const denied: Translate = ({ name }) => ({
  code: "PERMISSION_DENIED",
  message: `The ${name} cannot be opened or written. Check the permissions of its file and of its folder.`,
});

const noMemory: Translate = () => ({
  code: "OUT_OF_MEMORY",
  message: "SQLite ran out of memory. Give the process more.",
  retryable: true,
});

const diskFailed: Translate = ({ name }) => ({
  code: "UNAVAILABLE",
  message: `The disk failed to read or write the ${name}. Check the disk, then try again.`,
  retryable: true,
});

/** Extended result codes that mean something else than their family (https://sqlite.org/rescode.html). */
const EXTENDED: Readonly<Record<number, Translate>> = {
  /** SQLITE_IOERR_SHORT_READ */
  522: corrupt,
  /** SQLITE_IOERR_DATA */
  8202: corrupt,
  /** SQLITE_IOERR_CORRUPTFS */
  8458: corrupt,
  /** SQLITE_IOERR_NOMEM */
  3082: noMemory,
  /** SQLITE_READONLY_DBMOVED */
  1032: ({ name }) => ({
    code: "UNAVAILABLE",
    message: `The ${name} file was moved or replaced while it was open. Close the ${name} and open it again.`,
  }),
};

/** Families of result codes: the low byte. */
const FAMILIES: Readonly<Record<number, Translate>> = {
  /** SQLITE_PERM */
  3: denied,
  /** SQLITE_BUSY */
  5: busy,
  /** SQLITE_LOCKED */
  6: busy,
  /** SQLITE_NOMEM */
  7: noMemory,
  /** SQLITE_READONLY */
  8: denied,
  /** SQLITE_INTERRUPT */
  9: () => ({ code: "ABORTED", message: "The call was aborted." }),
  /** SQLITE_IOERR */
  10: diskFailed,
  /** SQLITE_CORRUPT */
  11: corrupt,
  /** SQLITE_FULL */
  13: ({ name }) => ({
    code: "DISK_FULL",
    message: `The disk of the ${name} is full. Free space and run again: finished work is kept.`,
    retryable: true,
  }),
  /** SQLITE_CANTOPEN */
  14: denied,
  /** SQLITE_PROTOCOL */
  15: busy,
  /** SQLITE_SCHEMA */
  17: busy,
  /** SQLITE_TOOBIG */
  18: ({ name }) => ({
    code: "INVALID_ARGUMENT",
    message: `A value is larger than the ${name} can keep (1 GB).`,
  }),
  /** SQLITE_CONSTRAINT */
  19: ({ name }) => ({
    code: "INVALID_ARGUMENT",
    message: `A record breaks a rule of the ${name}: a required field is missing or has the wrong type.`,
  }),
  /** SQLITE_NOTADB */
  26: corrupt,
};

/** Codes of `node:fs`. */
const FILE_ERRORS: Readonly<Record<string, Translate>> = {
  EACCES: denied,
  EPERM: denied,
  EROFS: denied,
  EIO: diskFailed,
};

/** Whether a failure is worth waiting for: another connection holds a lock or is recovering the log. */
export function isBusy(error: unknown): boolean {
  const errcode = (error as { errcode?: unknown } | null)?.errcode;
  return typeof errcode === "number" && FAMILIES[errcode & 0xff] === busy;
}

/** Turns what `node:sqlite` or `node:fs` threw into an error of the library. SQLite's own message stays in `cause`. */
export function fromSqliteError(error: unknown, kind: DatabaseKind): GroundworkError {
  if (GroundworkError.isInstance(error)) return error;
  const { errcode, code } = (error ?? {}) as { errcode?: unknown; code?: unknown };
  const ids = { driver: kind.driver };
  const translate =
    typeof errcode === "number" ? (EXTENDED[errcode] ?? FAMILIES[errcode & 0xff]) : FILE_ERRORS[String(code)];
  if (translate !== undefined) {
    const { code: own, message, retryable = false } = translate(kind);
    return new GroundworkError(own, message, { ...ids, retryable, cause: error });
  }
  if (code === "ENOTDIR" || code === "EEXIST") {
    return new GroundworkError(
      "INVALID_CONFIGURATION",
      `Expected the folders of the ${kind.name}'s path to be folders, found a file among them. Choose another path.`,
      { ...ids, cause: error },
    );
  }
  if (code === "ERR_INVALID_ARG_TYPE" || code === "ERR_INVALID_ARG_VALUE") {
    return new GroundworkError(
      "INVALID_ARGUMENT",
      `A record has a field of a type that the ${kind.name} cannot keep.`,
      { ...ids, cause: error },
    );
  }
  return GroundworkError.from(error, "INTERNAL", `The ${kind.name} failed in a way it does not know.`, ids);
}
