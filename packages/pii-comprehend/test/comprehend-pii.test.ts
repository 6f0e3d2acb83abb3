import { PiiEntityType } from "@aws-sdk/client-comprehend";
import { buildReference, type GroundworkError, type PiiDetector } from "@groundwork/contracts";
import {
  billedUnits,
  COMPREHEND_PII_TYPES,
  type ComprehendPiiOptions,
  comprehendPii,
} from "@groundwork/pii-comprehend";
import { PII_TYPES } from "@groundwork/pii-local";
import { GLUE_ENTITY_TYPES, piiStage, piiTypesOfGlue, redact } from "@groundwork/pii-policy";
import { createGovernor } from "@groundwork/provider-governor";
import { type FakeAwsOptions, type FoundSpan, fakeAws, manualClock } from "@groundwork/testing/aws";
import { describe, expect, test, vi } from "vitest";

const EMAIL = "ana@example.com";

async function withFake(
  fake: FakeAwsOptions,
  options: ComprehendPiiOptions,
  run: (detector: ReturnType<typeof comprehendPii>, aws: Awaited<ReturnType<typeof fakeAws>>) => Promise<void>,
): Promise<void> {
  await using aws = await fakeAws(fake);
  const { endpoint, region, credentials } = aws;
  await using detector = comprehendPii({ endpoint, region, credentials, ...options });
  await run(detector, aws);
}

const failure = (call: Promise<unknown>): Promise<GroundworkError> =>
  call.then(
    () => expect.unreachable("expected a failure"),
    (thrown: GroundworkError) => thrown,
  );

describe("languages", () => {
  test.each<[string | undefined, ComprehendPiiOptions, string]>([
    ["en-GB", {}, "en"],
    ["ES_mx", {}, "es"],
    ["de", {}, "en"],
    [undefined, {}, "en"],
    ["de", { otherLanguages: "es" }, "es"],
    ["es", { languages: ["en"] }, "en"],
    ["de", { otherLanguages: "skip" }, "none"],
    ["de", { otherLanguages: "fail" }, "INVALID_ARGUMENT"],
    [undefined, { otherLanguages: "fail" }, "INVALID_ARGUMENT"],
  ])("%s with %o is asked as %s", async (language, options, expected) => {
    await withFake({}, options, async (detector, aws) => {
      const call = detector.detect([EMAIL], language === undefined ? {} : { language });
      if (expected === "INVALID_ARGUMENT") {
        expect((await failure(call)).code).toBe(expected);
        return;
      }
      expect(await call).toHaveLength(1);
      expect(aws.requests.of()[0]?.ids.language ?? "none").toBe(expected);
    });
  });
});

describe("what is reported", () => {
  test("types and scores", async () => {
    const found: FoundSpan[] = [
      { type: "NAME", start: 0, end: 3, score: 0.9 },
      { type: "EMAIL", start: 4, end: 7, score: 0.4 },
      { type: "URL", start: 8, end: 9, score: 0.9 },
    ];
    await withFake({ comprehend: { detect: () => found } }, { types: ["NAME", "EMAIL"] }, async (detector) => {
      expect(await detector.detect(["abc def g"])).toMatchObject([[{ type: "NAME", detector: "pii-comprehend" }]]);
    });
    await withFake({ comprehend: { detect: () => found } }, { minimumScore: 0.3 }, async (detector) => {
      expect((await detector.detect(["abc def g"]))[0]!.map(({ type }) => type)).toEqual(["NAME", "EMAIL", "URL"]);
    });
  });

  test("overlapping entities become findings that do not overlap", async () => {
    const found: FoundSpan[] = [
      { type: "NAME", start: 0, end: 8, score: 0.7 },
      { type: "USERNAME", start: 4, end: 9, score: 0.9 },
    ];
    await withFake({ comprehend: { detect: () => found } }, {}, async (detector) => {
      const [list] = await detector.detect(["abc def ghi"]);
      expect(list!.map(({ type, start, end }) => [type, start, end])).toEqual([
        ["NAME", 0, 4],
        ["USERNAME", 4, 9],
      ]);
    });
  });

  test.each<[string, unknown]>([
    ["a type", { types: ["PERSON"] }],
    ["a language", { languages: ["fr"] }],
    ["no language", { languages: [] }],
    ["what to do with others", { otherLanguages: "fr" }],
    ["a score", { minimumScore: 2 }],
    ["the gate's score", { gate: { minimumScore: -1 } }],
    ["the number of requests", { concurrency: 0 }],
    ["bytes beyond the limit", { maxBytes: 100_001 }],
    ["bytes that leave no room", { maxBytes: 1_000 }],
  ])("%s that makes no sense is refused", (_, options) => {
    expect(() => comprehendPii({ region: "eu-west-1", ...(options as ComprehendPiiOptions) })).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });
});

test("a value across a cut is found whole: a text of nothing but values, without a place to cut", async () => {
  await withFake({}, { maxBytes: 20_000 }, async (detector, aws) => {
    const values = Array.from({ length: 4000 }, (_, index) => `person-${index}@example.com`);
    const text = values.join(";");
    const [found] = await detector.detect([text]);
    expect(aws.requests.length).toBeGreaterThan(4);
    expect(found!.map(({ start, end }) => text.slice(start, end))).toEqual(values);
  });
});

describe("what it costs", () => {
  test.each([
    ["", 3],
    ["a".repeat(300), 3],
    ["a".repeat(301), 4],
    ["😀".repeat(301), 4],
    ["é".repeat(1000), 10],
  ])("units", (text, units) => {
    expect(billedUnits(text)).toBe(units);
  });

  test("equal texts are asked once, texts without letters or digits never, and the usage says so", async () => {
    await withFake({}, {}, async (detector, aws) => {
      const found = await detector.detect([EMAIL, "…  —", EMAIL, "", `${EMAIL} ${"x".repeat(400)}`]);
      expect(found.map((list) => list.length)).toEqual([1, 0, 1, 0, 1]);
      expect(aws.requests.length).toBe(2);
      expect(detector.usage()).toEqual({
        detectRequests: 2,
        detectUnits: 3 + 5,
        containsRequests: 0,
        containsUnits: 0,
      });
    });
  });

  test("the gate saves the requests of texts that hold nothing", async () => {
    await withFake({}, { gate: true }, async (detector, aws) => {
      const found = await detector.detect(["nothing here", EMAIL, "nothing there"]);
      expect(found.map((list) => list.length)).toEqual([0, 1, 0]);
      expect(aws.requests.of("ContainsPiiEntities")).toHaveLength(3);
      expect(aws.requests.of("DetectPiiEntities")).toHaveLength(1);
    });
  });

  test("a gate that does not speak the language is left out for it", async () => {
    await withFake({}, { gate: true, concurrency: 1 }, async (detector, aws) => {
      aws.faults.plant({
        operation: "ContainsPiiEntities",
        times: Number.POSITIVE_INFINITY,
        fault: { kind: "error", code: "UnsupportedLanguageException", status: 400 },
      });
      expect((await detector.detect([EMAIL, "nada"], { language: "es" })).map((list) => list.length)).toEqual([1, 0]);
      expect(aws.requests.of("ContainsPiiEntities")).toHaveLength(1);
      expect(aws.requests.of("DetectPiiEntities")).toHaveLength(2);
    });
  });

  test("the gate looks at wanted types alone", async () => {
    await withFake({}, { gate: true, types: ["NAME"] }, async (detector, aws) => {
      await detector.detect([EMAIL]);
      expect(aws.requests.of("DetectPiiEntities")).toHaveLength(0);
    });
  });

  test("packed texts get their own findings; one across a separator is cut", async () => {
    await withFake(
      { comprehend: { detect: (text) => [{ type: "NAME", start: 2, end: text.length - 1, score: 0.9 }] } },
      { packing: true },
      async (detector, aws) => {
        const found = await detector.detect(["abcd", "xyz", "w".repeat(300), "12"]);
        expect(found.map((list) => list.map(({ start, end }) => [start, end]))).toEqual([
          [[2, 4]],
          [[0, 3]],
          [[2, 299]],
          [[0, 1]],
        ]);
        expect(aws.requests.length).toBe(2);
      },
    );
  });
});

describe("requests", () => {
  test("at most so many run at once", async () => {
    await withFake({}, { concurrency: 3 }, async (detector, aws) => {
      aws.faults.plant({ times: Number.POSITIVE_INFINITY, fault: { kind: "slow", ms: 5 } });
      await detector.detect(Array.from({ length: 20 }, (_, index) => `text ${index}`));
      expect(aws.requests.mostParallel).toBe(3);
    });
  });

  test("one is made once and never repeated; a repeated call pays only for what was not answered", async () => {
    await withFake({}, { concurrency: 1 }, async (detector, aws) => {
      aws.faults.plant({ skip: 4, fault: { kind: "throttle", retryAfterSeconds: 7 } });
      const texts = Array.from({ length: 10 }, (_, index) => `user${index}@example.com`);
      const error = await failure(detector.detect(texts));
      expect([error.code, error.retryable]).toEqual(["THROTTLED", true]);
      expect(aws.requests.length).toBe(5);
      expect((await detector.detect(texts)).every((list) => list.length === 1)).toBe(true);
      expect(detector.usage().detectRequests).toBe(10);
      await detector.detect(texts);
      expect(detector.usage().detectRequests).toBe(20);
    });
  });

  test("a governor paces and repeats them", async () => {
    await using governor = createGovernor({ name: "comprehend", retry: { baseMs: 1, maxMs: 5 } });
    await withFake({}, { governor }, async (detector, aws) => {
      aws.faults.plant({ skip: 2, times: 3, fault: { kind: "error", code: "InternalServerException" } });
      aws.faults.plant({ skip: 2, fault: { kind: "reset", when: "before" } });
      const texts = Array.from({ length: 6 }, (_, index) => `user${index}@example.com`);
      expect((await detector.detect(texts)).every((list) => list.length === 1)).toBe(true);
      expect(detector.usage().detectRequests).toBe(6);
      expect(aws.requests.length).toBeGreaterThan(6);
    });
  });

  test("a governor gives up on an answer that does not come and asks again", async () => {
    await using governor = createGovernor({ attemptTimeoutMs: 50, retry: { baseMs: 1, maxMs: 5 } });
    await withFake({}, { governor }, async (detector, aws) => {
      aws.faults.plant({ fault: { kind: "slow", ms: 5_000 } });
      expect((await detector.detect([EMAIL]))[0]).toHaveLength(1);
      expect(detector.usage().detectRequests).toBe(1);
    });
  });

  test("an abort reaches the request that runs", async () => {
    await withFake({ clock: manualClock() }, {}, async (detector, aws) => {
      aws.faults.plant({ fault: { kind: "slow", ms: 60_000 } });
      const controller = new AbortController();
      const call = failure(detector.detect([EMAIL], { signal: controller.signal }));
      await vi.waitFor(() => expect(aws.requests.mostParallel).toBe(1));
      controller.abort();
      expect((await call).code).toBe("ABORTED");
    });
  });

  test("closing ends calls that run; a closed detector says so; closing twice is allowed", async () => {
    await withFake({ clock: manualClock() }, {}, async (detector, aws) => {
      aws.faults.plant({ fault: { kind: "slow", ms: 60_000 } });
      const call = failure(detector.detect([EMAIL]));
      await vi.waitFor(() => expect(aws.requests.mostParallel).toBe(1));
      await detector.close();
      expect((await call).code).toBe("ABORTED");
      expect((await failure(detector.detect([EMAIL]))).code).toBe("INVALID_ARGUMENT");
      await detector.close();
    });
  });

  test("nothing of a text is in an error", async () => {
    await withFake({}, {}, async (detector, aws) => {
      aws.faults.plant({
        fault: { kind: "error", code: "InvalidRequestException", status: 400, message: `bad ${EMAIL}` },
      });
      const error = await failure(detector.detect([EMAIL]));
      expect(JSON.stringify(error)).not.toContain("ana@");
      expect(error.message).toContain("400 InvalidRequestException");
    });
  });
});

test("a detector of plain options is built again from its reference", async () => {
  await withFake({}, {}, async (withCredentials, aws) => {
    // Secrets do not belong into a reference.
    expect(withCredentials.reference).toBeUndefined();
    vi.stubEnv("AWS_ACCESS_KEY_ID", aws.credentials.accessKeyId);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", aws.credentials.secretAccessKey);
    const { endpoint, region } = aws;
    const first = comprehendPii({ endpoint, region, types: ["EMAIL"] });
    const reference = JSON.parse(JSON.stringify(first.reference));
    const second = await buildReference<PiiDetector & { close(): Promise<void> }>(reference);
    expect(second.identity).toEqual(first.identity);
    expect((await second.detect([EMAIL]))[0]).toHaveLength(1);
    await Promise.all([first.close(), second.close()]);
    vi.unstubAllEnvs();
  });
});

test("types are those of the SDK's model and of the local detectors, and Glue's lead to types that these know", () => {
  const { ALL: _, ...sdkTypes } = PiiEntityType;
  expect([...COMPREHEND_PII_TYPES].sort()).toEqual(Object.keys(sdkTypes).sort());
  const known = new Set(PII_TYPES);
  expect(COMPREHEND_PII_TYPES.filter((type) => !known.has(type))).toEqual([]);
  const glue = GLUE_ENTITY_TYPES.flatMap((entity) => piiTypesOfGlue(entity));
  expect(glue.filter((type) => !known.has(type))).toEqual([]);
});

test("a stage protects an element by what the service finds", async () => {
  await withFake({}, {}, async (detector) => {
    const stage = piiStage({ detectors: [detector], policy: redact(), key: new Uint8Array(32).fill(3) });
    const { elements } = await stage.protect({
      documentId: "d",
      version: "1",
      metadata: {},
      elements: [{ kind: "paragraph", text: `😀 Write to ${EMAIL} now` }],
    });
    expect(elements[0]!.text).toBe("😀 Write to [EMAIL] now");
  });
});
