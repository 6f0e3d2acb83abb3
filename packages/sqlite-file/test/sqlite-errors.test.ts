import type { ErrorCode } from "@groundwork/contracts";
import { expect, test } from "vitest";
import { fromSqliteError, isBusy } from "../src/index.ts";
import { NOTE_DATABASE } from "./fixtures/note-database.ts";

const TABLE: readonly (readonly [name: string, errcode: number, expected: ErrorCode, message: RegExp])[] = [
  ["SQLITE_BUSY", 5, "UNAVAILABLE", /^The note store is locked by another process/],
  ["SQLITE_CORRUPT", 11, "STORE_CORRUPT", /^The note store file is damaged .* Write the notes again\.$/],
  ["SQLITE_FULL", 13, "DISK_FULL", /^The disk of the note store is full/],
  ["SQLITE_READONLY", 8, "PERMISSION_DENIED", /^The note store cannot be opened or written/],
  ["SQLITE_READONLY_DBMOVED", 1032, "UNAVAILABLE", /Close the note store and open it again/],
  ["SQLITE_TOOBIG", 18, "INVALID_ARGUMENT", /larger than the note store can keep/],
];

test.each(TABLE)("%s (%i) becomes %s, in the words of the kind", (_name, errcode, expected, message) => {
  const cause = Object.assign(new Error("near a value of a person"), { code: "ERR_SQLITE_ERROR", errcode });
  const error = fromSqliteError(cause, NOTE_DATABASE);
  expect(error.code).toBe(expected);
  expect(error.message).toMatch(message);
  expect(error.ids).toEqual({ driver: "notes-sqlite" });
  expect(error.cause).toBe(cause);
  expect(fromSqliteError(error, NOTE_DATABASE)).toBe(error);
});

test("only locks are busy, whatever the code of the kind is", () => {
  const busy = [1, 5, 6, 8, 10, 11, 13, 15, 17, 261, 517, 522].filter((errcode) => isBusy({ errcode }));
  expect(busy).toEqual([5, 6, 15, 17, 261, 517]);
  expect([isBusy(null), isBusy(new Error("x")), isBusy({ errcode: "5" })]).toEqual([false, false, false]);
});

test.each([
  ["EACCES", "PERMISSION_DENIED", false],
  ["EIO", "UNAVAILABLE", true],
  ["ENOSPC", "DISK_FULL", true],
  ["ENOTDIR", "INVALID_CONFIGURATION", false],
  ["EWHATEVER", "INTERNAL", false],
] as const)("%s of Node becomes %s", (code, expected, retryable) => {
  const error = fromSqliteError(Object.assign(new Error("open 'people/ana.sqlite'"), { code }), NOTE_DATABASE);
  expect([error.code, error.retryable]).toEqual([expected, retryable]);
  expect(error.message).not.toContain("ana");
});
