import type { ErrorCode } from "@groundwork/contracts";
import { expect, test } from "vitest";
import { fromFileError, isAbsent } from "../src/file-errors.ts";

const TABLE: readonly (readonly [code: string, expected: ErrorCode, retryable: boolean])[] = [
  ["ENOSPC", "DISK_FULL", true],
  ["EDQUOT", "DISK_FULL", true],
  ["EACCES", "PERMISSION_DENIED", false],
  ["EPERM", "PERMISSION_DENIED", false],
  ["EROFS", "PERMISSION_DENIED", false],
  ["EIO", "UNAVAILABLE", true],
  ["ESTALE", "UNAVAILABLE", true],
  ["ENOTCONN", "UNAVAILABLE", true],
  ["ETIMEDOUT", "UNAVAILABLE", true],
  ["EMFILE", "UNAVAILABLE", true],
  ["ENFILE", "UNAVAILABLE", true],
  ["EISDIR", "INVALID_ARGUMENT", false],
  ["ENOTDIR", "INVALID_ARGUMENT", false],
  ["EEXIST", "INVALID_ARGUMENT", false],
  ["ENOTEMPTY", "INVALID_ARGUMENT", false],
  ["ABORT_ERR", "ABORTED", false],
  ["EWHATEVER", "INTERNAL", false],
];

test.each(TABLE)("%s becomes %s", (code, expected, retryable) => {
  const cause = Object.assign(new Error("open 'people/ana.txt'"), { code });
  const error = fromFileError(cause);
  expect(error.code).toBe(expected);
  expect(error.retryable).toBe(retryable);
  expect(error.cause).toBe(cause);
  expect(error.message).not.toContain("ana");
  expect(fromFileError(error)).toBe(error);
});

test("only what is not there is absent", () => {
  expect(["ENOENT", "ENOTDIR", "EIO", "EACCES"].filter((code) => isAbsent({ code }))).toEqual(["ENOENT", "ENOTDIR"]);
});
