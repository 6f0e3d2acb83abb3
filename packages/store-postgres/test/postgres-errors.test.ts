import { type ErrorCode, GroundworkError } from "@groundwork/contracts";
import { expect, test } from "vitest";
import { isConflict, postgresError } from "../src/postgres-errors.ts";

/** SQLSTATE or code of Node, what it stands for, the code it becomes, whether to try again. */
const BY_CODE: readonly (readonly [string, string, ErrorCode, boolean])[] = [
  ["08000", "connection exception", "UNAVAILABLE", true],
  ["08006", "connection failure", "UNAVAILABLE", true],
  ["08P01", "protocol violation", "UNAVAILABLE", true],
  ["22021", "character not in repertoire", "INVALID_ARGUMENT", false],
  ["22P02", "invalid text representation", "INVALID_ARGUMENT", false],
  ["23505", "unique violation", "STORE_CONFLICT", true],
  ["25006", "read-only transaction", "UNAVAILABLE", true],
  ["28000", "invalid authorization", "UNAUTHENTICATED", false],
  ["28P01", "invalid password", "UNAUTHENTICATED", false],
  ["3D000", "no such database", "NOT_FOUND", false],
  ["40001", "serialization failure", "STORE_CONFLICT", true],
  ["40P01", "deadlock", "STORE_CONFLICT", true],
  ["42501", "insufficient privilege", "PERMISSION_DENIED", false],
  ["42703", "undefined column", "STORE_CORRUPT", false],
  ["42P01", "undefined table", "STORE_CORRUPT", false],
  ["42704", "undefined object", "INVALID_CONFIGURATION", false],
  ["53100", "disk full", "DISK_FULL", true],
  ["53200", "out of memory", "OUT_OF_MEMORY", false],
  ["53300", "too many connections", "UNAVAILABLE", true],
  ["54000", "program limit exceeded", "OUT_OF_MEMORY", false],
  ["55P03", "lock not available", "STORE_CONFLICT", true],
  ["57014", "query cancelled", "TIMED_OUT", true],
  ["57P01", "admin shutdown", "UNAVAILABLE", true],
  ["57P02", "crash shutdown", "UNAVAILABLE", true],
  ["57P03", "cannot connect now", "UNAVAILABLE", true],
  ["58030", "input or output error", "UNAVAILABLE", true],
  ["XX001", "data corrupted", "STORE_CORRUPT", false],
  ["XX002", "index corrupted", "STORE_CORRUPT", false],
  ["42601", "syntax error, which is a bug", "INTERNAL", false],
  ["ECONNREFUSED", "refused", "UNAVAILABLE", true],
  ["ECONNRESET", "reset", "UNAVAILABLE", true],
  ["ETIMEDOUT", "timed out", "UNAVAILABLE", true],
  ["ENOTFOUND", "no such host", "UNAVAILABLE", true],
  ["EPIPE", "broken pipe", "UNAVAILABLE", true],
];

test.each(BY_CODE)("%s (%s) is %s", (code, _name, expected, retryable) => {
  const cause = Object.assign(new Error("row with secret words"), { code });
  const error = postgresError(cause, "write rows");
  expect([error.code, error.retryable]).toEqual([expected, retryable]);
  expect(error.cause).toBe(cause);
  expect(error.message).not.toContain("secret");
  expect(error.ids).toEqual({ store: "postgres" });
});

/** What the client library throws without a code. */
const BY_MESSAGE: readonly (readonly [string, ErrorCode, boolean])[] = [
  ["Connection terminated unexpectedly", "UNAVAILABLE", true],
  ["Connection terminated due to connection timeout", "UNAVAILABLE", true],
  ["Client has encountered a connection error and is not queryable", "UNAVAILABLE", true],
  ["timeout exceeded when trying to connect", "UNAVAILABLE", true],
  ["SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string", "UNAUTHENTICATED", false],
  ["something that nobody has seen", "INTERNAL", false],
];

test.each(BY_MESSAGE)("%s is %s", (message, expected, retryable) => {
  const error = postgresError(new Error(message), "search");
  expect([error.code, error.retryable]).toEqual([expected, retryable]);
});

test("typed errors stay, aborts are ABORTED", () => {
  const typed = new GroundworkError("ROW_COUNT_MISMATCH", "three rows");
  expect(postgresError(typed, "write rows")).toBe(typed);
  expect(postgresError(new DOMException("stop", "AbortError"), "search").code).toBe("ABORTED");
});

test("conflicts with other writers are run again, and nothing else", () => {
  for (const code of ["23505", "40001", "40P01"]) expect(isConflict({ code })).toBe(true);
  for (const code of ["57014", "53100", "08006", undefined]) expect(isConflict({ code })).toBe(false);
  expect(isConflict(undefined)).toBe(false);
});
