import type { ErrorCode } from "@groundwork/contracts";
import { fromSqliteError, isBusy } from "@groundwork/sqlite-file";
import { expect, test } from "vitest";
import { CATALOG_DATABASE } from "../src/catalog-database.ts";

const TABLE: readonly (readonly [name: string, errcode: number, expected: ErrorCode, retryable: boolean])[] = [
  ["SQLITE_ERROR", 1, "INTERNAL", false],
  ["SQLITE_PERM", 3, "PERMISSION_DENIED", false],
  ["SQLITE_BUSY", 5, "CATALOG_BUSY", true],
  ["SQLITE_BUSY_RECOVERY", 261, "CATALOG_BUSY", true],
  ["SQLITE_BUSY_SNAPSHOT", 517, "CATALOG_BUSY", true],
  ["SQLITE_LOCKED", 6, "CATALOG_BUSY", true],
  ["SQLITE_LOCKED_SHAREDCACHE", 262, "CATALOG_BUSY", true],
  ["SQLITE_NOMEM", 7, "OUT_OF_MEMORY", true],
  ["SQLITE_READONLY", 8, "PERMISSION_DENIED", false],
  ["SQLITE_READONLY_DIRECTORY", 1544, "PERMISSION_DENIED", false],
  ["SQLITE_READONLY_DBMOVED", 1032, "UNAVAILABLE", false],
  ["SQLITE_INTERRUPT", 9, "ABORTED", false],
  ["SQLITE_IOERR", 10, "UNAVAILABLE", true],
  ["SQLITE_IOERR_FSYNC", 1034, "UNAVAILABLE", true],
  ["SQLITE_IOERR_SHORT_READ", 522, "CATALOG_CORRUPT", false],
  ["SQLITE_IOERR_DATA", 8202, "CATALOG_CORRUPT", false],
  ["SQLITE_IOERR_CORRUPTFS", 8458, "CATALOG_CORRUPT", false],
  ["SQLITE_IOERR_NOMEM", 3082, "OUT_OF_MEMORY", true],
  ["SQLITE_CORRUPT", 11, "CATALOG_CORRUPT", false],
  ["SQLITE_CORRUPT_INDEX", 779, "CATALOG_CORRUPT", false],
  ["SQLITE_FULL", 13, "DISK_FULL", true],
  ["SQLITE_CANTOPEN", 14, "PERMISSION_DENIED", false],
  ["SQLITE_CANTOPEN_ISDIR", 526, "PERMISSION_DENIED", false],
  ["SQLITE_PROTOCOL", 15, "CATALOG_BUSY", true],
  ["SQLITE_SCHEMA", 17, "CATALOG_BUSY", true],
  ["SQLITE_TOOBIG", 18, "INVALID_ARGUMENT", false],
  ["SQLITE_CONSTRAINT_CHECK", 275, "INVALID_ARGUMENT", false],
  ["SQLITE_CONSTRAINT_DATATYPE", 3091, "INVALID_ARGUMENT", false],
  ["SQLITE_NOTADB", 26, "CATALOG_CORRUPT", false],
];

test.each(TABLE)("%s (%i) becomes %s", (_name, errcode, expected, retryable) => {
  const cause = Object.assign(new Error("near a value of a person"), { code: "ERR_SQLITE_ERROR", errcode });
  const error = fromSqliteError(cause, CATALOG_DATABASE);
  expect(error.code).toBe(expected);
  expect(error.retryable).toBe(retryable);
  expect(error.cause).toBe(cause);
  expect(error.message).not.toContain("person");
  expect(fromSqliteError(error, CATALOG_DATABASE)).toBe(error);
  expect(isBusy(cause)).toBe(expected === "CATALOG_BUSY");
});

test.each([
  ["EACCES", "PERMISSION_DENIED"],
  ["EROFS", "PERMISSION_DENIED"],
  ["ENOTDIR", "INVALID_CONFIGURATION"],
  ["ENOSPC", "DISK_FULL"],
  ["ERR_INVALID_ARG_TYPE", "INVALID_ARGUMENT"],
  ["ABORT_ERR", "ABORTED"],
  ["EWHATEVER", "INTERNAL"],
] as const)("%s of Node becomes %s", (code, expected) => {
  expect(fromSqliteError(Object.assign(new Error("x"), { code }), CATALOG_DATABASE).code).toBe(expected);
  expect(isBusy({ code })).toBe(false);
});
