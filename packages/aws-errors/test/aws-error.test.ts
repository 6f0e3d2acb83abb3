import { GroundworkError, providerHintsOf } from "@groundwork/contracts";
import { expect, test } from "vitest";
import { awsError, COMMON_AWS_ERRORS, refused } from "../src/index.ts";

const context = { service: "Amazon Test", operation: "DoIt", driver: "test" };
const failure = (name: string, more: object = {}): Error =>
  Object.assign(new Error("Zelda Quorn was refused"), { name }, more);

test.each(Object.entries(COMMON_AWS_ERRORS))("%s", (name, { code, retryable }) => {
  const error = awsError(failure(name, { $metadata: { httpStatusCode: 400 } }), context);
  expect([error.code, error.retryable, error.ids.driver]).toEqual([code, retryable, "test"]);
  expect(error.message).toContain(`Amazon Test to DoIt, found 400 ${name}.`);
  expect(error.message).not.toContain("Zelda");
});

test.each([
  [429, "THROTTLED", true],
  [401, "UNAUTHENTICATED", false],
  [403, "PERMISSION_DENIED", false],
  [408, "TIMED_OUT", true],
  [504, "TIMED_OUT", true],
  [501, "INVALID_ARGUMENT", false],
  [500, "UNAVAILABLE", true],
  [503, "UNAVAILABLE", true],
  [418, "INVALID_ARGUMENT", false],
])("an unknown name with status %i", (httpStatusCode, code, retryable) => {
  const error = awsError(failure("SomethingException", { $metadata: { httpStatusCode } }), context);
  expect([error.code, error.retryable]).toEqual([code, retryable]);
});

test("the service's own meaning goes before the common one; too large and waiting times are hints", () => {
  const meanings = { ValidationException: { ...refused("Send less."), tooLarge: true } };
  const headers = { "retry-after": "2" };
  const error = awsError(failure("ValidationException", { $response: { headers } }), { ...context, meanings });
  expect(error.message).toContain("Send less.");
  expect(providerHintsOf(error)).toMatchObject({ requestTooLarge: true, retryAfterMs: 2_000 });
});

test("a broken connection is told by its code, whatever the SDK calls it", () => {
  expect(awsError(failure("TimeoutError", { code: "ECONNRESET" }), context)).toMatchObject({ code: "UNAVAILABLE" });
  expect(awsError(failure("Error", { cause: { code: "ECONNREFUSED" } }), context).retryable).toBe(true);
});

test("an abort, a missing region, an error that is typed already, and what nobody knows", () => {
  const aborted = { ...context, signal: AbortSignal.abort() };
  expect(awsError(failure("Error"), aborted).code).toBe("ABORTED");
  expect(awsError(failure("AbortError"), context).code).toBe("ABORTED");
  expect(awsError(new Error("Region is missing"), context).code).toBe("INVALID_CONFIGURATION");
  const typed = new GroundworkError("NOT_FOUND", "x");
  expect(awsError(typed, context)).toBe(typed);
  for (const thrown of [undefined, "text", failure("x".repeat(99)), failure("constructor")])
    expect(awsError(thrown, context)).toMatchObject({ code: "UNAVAILABLE", retryable: false });
});
