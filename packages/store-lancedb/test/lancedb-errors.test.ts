import type { ErrorCode } from "@groundwork/contracts";
import { expect, test } from "vitest";
import { lancedbError } from "../src/lancedb-errors.ts";

const TABLE: readonly (readonly [string, ErrorCode, boolean])[] = [
  [
    "lance error: LanceError(IO): Generic LocalFileSystem error: No space left on device (os error 28)",
    "DISK_FULL",
    true,
  ],
  ["lance error: IO error: Disk quota exceeded (os error 122)", "DISK_FULL", true],
  [
    "lance error: Retryable commit conflict for version 9: This Update transaction was preempted by concurrent transaction Rewrite at version 9. Please retry.",
    "STORE_CONFLICT",
    true,
  ],
  [
    "lance error: Commit conflict for version 12: There was a concurrent commit that conflicts with this one",
    "STORE_CONFLICT",
    true,
  ],
  ["lance error: Too many concurrent writers. Attempted 10 times.", "STORE_CONFLICT", true],
  [
    "lance error: Incompatible transaction: This Merge transaction is incompatible with concurrent transaction",
    "STORE_CONFLICT",
    true,
  ],
  ["lance error: LanceError(IO): Permission denied (os error 13)", "PERMISSION_DENIED", false],
  ["lance error: LanceError(IO): Read-only file system (os error 30)", "PERMISSION_DENIED", false],
  ["lance error: LanceError(IO): Too many open files (os error 24)", "UNAVAILABLE", true],
  ["Resources exhausted: Failed to allocate additional 1.2 GB", "OUT_OF_MEMORY", false],
  [
    "lance error: Not supported: This dataset cannot be read by this version of Lance. Please upgrade Lance to read this dataset. Flags: 64",
    "FORMAT_TOO_NEW",
    false,
  ],
  [
    "lance error: Not supported: This dataset cannot be written by this version of Lance. Please upgrade Lance to write to this dataset. Flags: 64",
    "FORMAT_TOO_NEW",
    false,
  ],
  [
    "query vector size 5 does not match the vector column dimension 8, vector dimension mismatch",
    "SCHEMA_MISMATCH",
    false,
  ],
  ["lance error: Append with different schema: fields did not match, missing=[vector]", "SCHEMA_MISMATCH", false],
  ["Table 'chunks' was not found", "STORE_CORRUPT", false],
  ["lance error: Not found: tmp/x/chunks.lance/data/1.lance", "STORE_CORRUPT", false],
  ["lance error: LanceError(IO): file size is too small to be a valid manifest", "STORE_CORRUPT", false],
  ["lance error: Encountered corrupt file data/1.lance: Invalid footer magic", "STORE_CORRUPT", false],
  ["something that nobody has seen", "INTERNAL", false],
];

for (const [text, code, retryable] of TABLE)
  test(`${code}: ${text.slice(0, 60)}`, () => {
    const cause = new Error(text);
    const error = lancedbError(cause, "write rows");
    expect([error.code, error.retryable]).toEqual([code, retryable]);
    expect(error.cause).toBe(cause);
    expect(error.ids.store).toBe("lancedb");
    expect(error.message).not.toContain(text);
  });

test("an error of ours passes as it is", () => {
  const error = lancedbError(new Error("No space left on device"), "write rows");
  expect(lancedbError(error, "other")).toBe(error);
});
