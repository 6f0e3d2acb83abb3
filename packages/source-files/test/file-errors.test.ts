import type { ErrorCode } from "@groundwork/contracts";
import { expect, test } from "vitest";
import { fromFileError } from "../src/file-errors.ts";

const TABLE: readonly (readonly [code: string, object: ErrorCode, root: ErrorCode, retryable: boolean])[] = [
  ["ENOENT", "NOT_FOUND", "SOURCE_NOT_FOUND", false],
  ["ENOTDIR", "NOT_FOUND", "SOURCE_NOT_FOUND", false],
  ["ELOOP", "NOT_FOUND", "SOURCE_NOT_FOUND", false],
  ["ENAMETOOLONG", "NOT_FOUND", "SOURCE_NOT_FOUND", false],
  ["EACCES", "PERMISSION_DENIED", "PERMISSION_DENIED", false],
  ["EPERM", "PERMISSION_DENIED", "PERMISSION_DENIED", false],
  ["EIO", "SOURCE_UNAVAILABLE", "SOURCE_UNAVAILABLE", true],
  ["ESTALE", "SOURCE_UNAVAILABLE", "SOURCE_UNAVAILABLE", true],
  ["ENOTCONN", "SOURCE_UNAVAILABLE", "SOURCE_UNAVAILABLE", true],
  ["ETIMEDOUT", "SOURCE_UNAVAILABLE", "SOURCE_UNAVAILABLE", true],
  ["EMFILE", "SOURCE_UNAVAILABLE", "SOURCE_UNAVAILABLE", true],
  ["ENODEV", "SOURCE_UNAVAILABLE", "SOURCE_UNAVAILABLE", true],
  ["ENOSPC", "DISK_FULL", "DISK_FULL", true],
  ["ABORT_ERR", "ABORTED", "ABORTED", false],
  ["EWHATEVER", "SOURCE_UNAVAILABLE", "SOURCE_UNAVAILABLE", false],
];

test.each(TABLE)("%s becomes %s for an object, %s for the source", (code, object, root, retryable) => {
  const cause = Object.assign(new Error("open 'people/ana.txt'"), { code });
  for (const [absent, expected] of [
    ["NOT_FOUND", object],
    ["SOURCE_NOT_FOUND", root],
  ] as const) {
    const error = fromFileError(cause, { sourceId: "files:x" }, absent);
    expect(error.code).toBe(expected);
    expect(error.retryable).toBe(retryable);
    expect(error.ids).toEqual({ sourceId: "files:x" });
    expect(error.message).not.toContain("ana");
  }
});
