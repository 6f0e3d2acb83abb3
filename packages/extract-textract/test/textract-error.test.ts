import * as sdk from "@aws-sdk/client-textract";
import { type ErrorCode, providerHintsOf } from "@groundwork/contracts";
import { TEXTRACT_ERRORS, textract } from "@groundwork/extract-textract";
import { type AwsFault, fakeAws } from "@groundwork/testing/aws";
import { describe, expect, test } from "vitest";
import { failedJob } from "../src/textract-error.ts";

type Row = readonly [name: string, status: number, code: ErrorCode, retryable: boolean];

const TABLE: readonly Row[] = [
  ["AccessDeniedException", 400, "PERMISSION_DENIED", false],
  ["BadDocumentException", 400, "CORRUPT_DOCUMENT", false],
  ["ConflictException", 400, "STORE_CONFLICT", true],
  ["DocumentTooLargeException", 400, "DOCUMENT_TOO_LARGE", false],
  ["HumanLoopQuotaExceededException", 402, "QUOTA_EXCEEDED", false],
  ["IdempotentParameterMismatchException", 400, "STORE_CONFLICT", false],
  ["InternalServerError", 500, "UNAVAILABLE", true],
  ["InvalidJobIdException", 400, "NOT_FOUND", false],
  ["InvalidKMSKeyException", 400, "PERMISSION_DENIED", false],
  ["InvalidParameterException", 400, "INVALID_ARGUMENT", false],
  ["InvalidS3ObjectException", 400, "PERMISSION_DENIED", false],
  ["LimitExceededException", 400, "THROTTLED", true],
  ["ProvisionedThroughputExceededException", 400, "THROTTLED", true],
  ["ResourceNotFoundException", 400, "NOT_FOUND", false],
  ["ServiceQuotaExceededException", 400, "QUOTA_EXCEEDED", false],
  ["ThrottlingException", 400, "THROTTLED", true],
  ["UnsupportedDocumentException", 400, "UNSUPPORTED_MEDIA_TYPE", false],
  ["ValidationException", 400, "INVALID_ARGUMENT", false],
  ["ExpiredTokenException", 400, "UNAUTHENTICATED", false],
  ["ServiceUnavailable", 503, "UNAVAILABLE", true],
  ["UnrecognizedClientException", 400, "UNAUTHENTICATED", false],
  ["SomethingNew", 418, "INVALID_ARGUMENT", false],
];
const image = { page: 1, width: 1, height: 1, channels: 1, pixels: new Uint8Array(1) } as const;

async function errorOf(fault: AwsFault): Promise<unknown> {
  await using aws = await fakeAws();
  const { endpoint, region, credentials } = aws;
  await using extractor = textract({ endpoint, region, credentials });
  aws.faults.plant({ fault });
  const error = await extractor.recognizePage(image).catch((thrown: unknown) => thrown);
  expect(aws.requests.length).toBe(1);
  return error;
}

describe("every error of the service has one meaning", () => {
  test.each(TABLE)("%s (%i) is %s, retryable %s", async (name, status, code, retryable) => {
    const error = await errorOf({ kind: "error", code: name, status, message: "a quote of the document" });
    expect(error).toMatchObject({ code, retryable, ids: { driver: "extract-textract" } });
    expect((error as Error).message).not.toContain("quote");
    expect((error as { cause: Error }).cause).toBeInstanceOf(Error);
  });

  test("the table holds every exception of the SDK", () => {
    const tested = new Set(TABLE.map(([name]) => name));
    const names = Object.entries(sdk)
      .filter(([name, value]) => typeof value === "function" && /Exception$|^InternalServerError$/.test(name))
      .map(([name]) => name)
      .filter((name) => name !== "TextractServiceException");
    expect(names.length).toBeGreaterThan(15);
    for (const name of names) expect(tested, name).toContain(name);
    for (const name of Object.keys(TEXTRACT_ERRORS)) expect(names, name).toContain(name);
  });

  test.each<[AwsFault, ErrorCode, boolean]>([
    [{ kind: "reset", when: "before" }, "UNAVAILABLE", true],
    [{ kind: "reset", when: "after" }, "UNAVAILABLE", true],
    [{ kind: "truncate" }, "UNAVAILABLE", true],
    [{ kind: "expired-credentials" }, "UNAUTHENTICATED", false],
  ])("%o", async (fault, code, retryable) => {
    expect(await errorOf(fault)).toMatchObject({ code, retryable });
  });

  test("how long to wait comes along", async () => {
    const error = await errorOf({ kind: "throttle", retryAfterSeconds: 3 });
    expect(providerHintsOf(error)).toMatchObject({ retryAfterMs: 3_000 });
  });
});

test("a failed job says its code and nothing that it says beside", () => {
  const error = failedJob("FAILED", "INVALID_IMAGE_TYPE: letter of Ana Silva");
  expect(error).toMatchObject({ code: "UNSUPPORTED_MEDIA_TYPE", retryable: false });
  expect(error.message).toContain("INVALID_IMAGE_TYPE");
  expect(error.message).not.toContain("Ana");
  expect(failedJob("FAILED")).toMatchObject({ code: "UNAVAILABLE", retryable: true });
});
