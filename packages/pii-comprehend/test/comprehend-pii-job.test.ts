import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { GroundworkError, PiiDetector } from "@groundwork/contracts";
import {
  COMPREHEND_PII_TYPES,
  type ComprehendPiiJobOptions,
  comprehendPiiJob,
  type JobFormat,
  type JobObjects,
} from "@groundwork/pii-comprehend";
import { rulePii } from "@groundwork/pii-local";
import { type FakeAws, type FakeAwsOptions, fakeAws, manualClock, parseS3Uri } from "@groundwork/testing/aws";
import { describe, expect, test } from "vitest";

const EMAIL = "ana@example.com";
const rules: PiiDetector = rulePii({ types: COMPREHEND_PII_TYPES, minimumScore: 0.5 });

/** The two functions over a real client of S3. */
function objectsOf(aws: FakeAws): JobObjects {
  const { endpoint, region, credentials } = aws;
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  return {
    async put(uri, Body, { signal }) {
      const { bucket: Bucket, key: Key } = parseS3Uri(uri);
      await s3.send(new PutObjectCommand({ Bucket, Key, Body }), signal === undefined ? {} : { abortSignal: signal });
    },
    async get(uri, { signal }) {
      const { bucket: Bucket, key: Key } = parseS3Uri(uri);
      const { Body } = await s3.send(
        new GetObjectCommand({ Bucket, Key }),
        signal === undefined ? {} : { abortSignal: signal },
      );
      return Body!.transformToByteArray();
    },
  };
}

async function withJob(
  options: Partial<ComprehendPiiJobOptions>,
  run: (
    job: ReturnType<typeof comprehendPiiJob>,
    aws: FakeAws,
    advance: (ms: number) => void,
    states: string[],
  ) => Promise<void>,
  fake: FakeAwsOptions = {},
): Promise<void> {
  const clock = manualClock();
  await using aws = await fakeAws({
    clock,
    comprehend: { detect: async (text, language) => (await rules.detect([text], { language }))[0]! },
    ...fake,
  });
  aws.objects.makeBucket("in-bucket");
  aws.objects.makeBucket("out-bucket");
  const { endpoint, region, credentials } = aws;
  const states: string[] = [];
  await using job = comprehendPiiJob({
    endpoint,
    region,
    credentials,
    objects: objectsOf(aws),
    input: "s3://in-bucket/texts",
    output: "s3://out-bucket/results",
    role: "arn:aws:iam::123456789012:role/reader",
    poll: { firstMs: 1, mostMs: 5 },
    // A second of the service's time passes between two looks.
    onState: ({ status }) => {
      states.push(status);
      clock.advance(1000);
    },
    ...options,
  });
  await run(job, aws, clock.advance, states);
}

const failure = (call: Promise<unknown>): Promise<GroundworkError> =>
  call.then(
    () => expect.unreachable("expected a failure"),
    (thrown: GroundworkError) => thrown,
  );

const TEXTS = [
  `😀 Maria Gonzalez\nwrote to ${EMAIL}\r\non 4 March 2021.`,
  "",
  "…",
  "漢字 Tom Becker \u2028 called from +44 20 7946 0958.",
  EMAIL,
  `half \ud83d ${EMAIL} \u0000 end`,
  EMAIL,
];

describe.each<JobFormat>(["ONE_DOC_PER_LINE", "ONE_DOC_PER_FILE"])("%s", (format) => {
  test("findings by text, equal to those of the detector behind the service", async () => {
    await withJob({ format }, async (job, aws, _, states) => {
      const { findings, failures, jobId, units, resumed } = await job.run(TEXTS);
      expect(failures).toEqual([]);
      expect(resumed).toBe(false);
      expect(units).toBe(4 * 3);
      expect(states.at(-1)).toBe("COMPLETED");
      expect(states).toContain("IN_PROGRESS");
      const sent = TEXTS.map((text) => (format === "ONE_DOC_PER_LINE" ? text.replace(/[\r\n\u2028]/g, " ") : text));
      const expected = await rules.detect(
        sent.map((text) => text.toWellFormed().replace("\0", " ")),
        { language: "en" },
      );
      expect(findings.map((list) => list!.map(({ type, start, end }) => [type, start, end]))).toEqual(
        expected.map((list) => list.map(({ type, start, end }) => [type, start, end])),
      );
      expect(expected.flat().length).toBeGreaterThan(5);
      expect(aws.requests.of("StartPiiEntitiesDetectionJob")[0]!.ids.jobName).toMatch(/^groundwork-pii-[0-9a-f]{64}$/);
      expect(jobId).toMatch(/^[0-9a-f]{32}$/);
    });
  });

  test("long texts go in pieces", async () => {
    await withJob({ format, maxBytes: 20_000 }, async (job) => {
      const text = Array.from(
        { length: 2000 },
        (_, index) => `Line ${index}: write to user${index}@example.com. 😀`,
      ).join(" ");
      const { findings } = await job.run([text]);
      expect(findings[0]!.filter(({ type }) => type === "EMAIL")).toHaveLength(2000);
    });
  });
});

test("a repeated run finds its job and pays nothing twice; other texts are another job", async () => {
  await withJob({}, async (job, aws) => {
    const first = await job.run(TEXTS);
    const again = await job.run(TEXTS);
    expect(again).toEqual({ ...first, resumed: true });
    expect(aws.requests.of("StartPiiEntitiesDetectionJob")).toHaveLength(1);
    expect(aws.requests.of("PutObject")).toHaveLength(1);
    expect((await job.run([EMAIL])).jobId).not.toBe(first.jobId);
  });
});

test("an abort leaves the job running, and the next run goes on with it", async () => {
  const controller = new AbortController();
  await withJob({ onState: () => controller.abort() }, async (job, aws, advance) => {
    expect((await failure(job.run(TEXTS, { signal: controller.signal }))).code).toBe("ABORTED");
    advance(60_000);
    const { findings, resumed } = await job.run(TEXTS);
    expect(resumed).toBe(true);
    expect(findings[4]).toHaveLength(1);
    expect(aws.requests.of("StartPiiEntitiesDetectionJob")).toHaveLength(1);
  });
});

test("two runs at the same time, neither of which sees the other's job yet, are one job", async () => {
  await withJob({}, async (job, aws) => {
    const [one, other] = await Promise.all([job.run(TEXTS), job.run(TEXTS)]);
    expect(aws.requests.of("StartPiiEntitiesDetectionJob")).toHaveLength(2);
    expect(one.jobId).toBe(other.jobId);
    expect(one.findings).toEqual(other.findings);
  });
});

test("an answer to the start that is lost costs nothing: the token starts no second job", async () => {
  await withJob({}, async (job, aws) => {
    aws.faults.plant({ operation: "StartPiiEntitiesDetectionJob", fault: { kind: "reset", when: "after" } });
    expect(await failure(job.run([EMAIL]))).toMatchObject({ code: "UNAVAILABLE", retryable: true });
    const { resumed, findings } = await job.run([EMAIL]);
    expect([resumed, findings[0]!.length]).toEqual([true, 1]);
    expect(aws.requests.of("StartPiiEntitiesDetectionJob")).toHaveLength(1);
  });
});

test("looks that fail for a while do not end the run", async () => {
  await withJob({}, async (job, aws) => {
    aws.faults.plant({ operation: "DescribePiiEntitiesDetectionJob", times: 4, fault: { kind: "throttle" } });
    expect((await job.run([EMAIL])).findings[0]).toHaveLength(1);
    aws.faults.plant({ operation: "DescribePiiEntitiesDetectionJob", fault: { kind: "expired-credentials" } });
    expect(await failure(job.run(["other"]))).toMatchObject({ code: "UNAUTHENTICATED", retryable: false });
  });
});

test("a text that the service could not read is no text without findings", async () => {
  let spoiled: JobObjects | undefined;
  await withJob(
    {
      objects: {
        put: (...given) => spoiled!.put(...given),
        async get(uri, options) {
          const lines = Buffer.from(await spoiled!.get(uri, options))
            .toString()
            .trim()
            .split("\n");
          lines[0] = JSON.stringify({ File: "documents.txt", Line: 0, ErrorCode: "INTERNAL_ERROR", ErrorMessage: "x" });
          lines[1] = JSON.stringify({ File: "documents.txt", Line: 1, ErrorCode: "DOCUMENT_SIZE_EXCEEDED" });
          return Buffer.from(lines.slice(0, 3).join("\n"));
        },
      },
    },
    async (job, aws) => {
      spoiled = objectsOf(aws);
      const { findings, failures } = await job.run([
        `1 ${EMAIL}`,
        `2 ${EMAIL}`,
        `3 ${EMAIL}`,
        `4 ${EMAIL}`,
        `1 ${EMAIL}`,
      ]);
      expect(findings.map((list) => list?.length)).toEqual([undefined, undefined, 1, undefined, undefined]);
      expect(failures.map(({ index, error }) => [index, error.code, error.retryable])).toEqual([
        [0, "UNAVAILABLE", true],
        [1, "INVALID_ARGUMENT", false],
        [3, "UNAVAILABLE", true],
        [4, "UNAVAILABLE", true],
      ]);
    },
  );
});

test("a job that fails says why; the next run starts another", async () => {
  await withJob({ output: "s3://no-such-bucket/x" }, async (job, aws) => {
    const error = await failure(job.run([EMAIL]));
    expect(error).toMatchObject({ code: "PERMISSION_DENIED", retryable: false });
    expect(error.message).toContain("NO_WRITE_ACCESS_TO_OUTPUT");
    aws.objects.makeBucket("no-such-bucket");
    expect((await job.run([EMAIL])).findings[0]).toHaveLength(1);
    const tokens = aws.requests.of("StartPiiEntitiesDetectionJob").map(({ ids }) => ids.clientRequestToken);
    expect(new Set(tokens).size).toBe(2);
  });
});

test("a job that is stopped", async () => {
  let look: (jobId: string) => void = () => {};
  await withJob({ onState: ({ jobId }) => look(jobId) }, async (job, _, advance) => {
    look = (jobId) => {
      look = () => advance(1000);
      void job.stop(jobId);
    };
    const error = await failure(job.run([EMAIL]));
    expect(error).toMatchObject({ code: "UNAVAILABLE", retryable: false });
    expect(error.message).toContain("STOPPED");
  });
});

test("uploads that fail end the run before a job is paid for", async () => {
  await withJob(
    {
      format: "ONE_DOC_PER_FILE",
      objects: {
        put: async (uri) => {
          if (uri.endsWith("3.txt")) throw Object.assign(new Error(EMAIL), { name: "AccessDenied" });
        },
        get: async () => new Uint8Array(),
      },
    },
    async (job, aws) => {
      const error = await failure(job.run(Array.from({ length: 50 }, (_, index) => `text ${index}`)));
      expect(error.code).toBe("PERMISSION_DENIED");
      expect(JSON.stringify(error)).not.toContain("ana@");
      expect(aws.requests.of("StartPiiEntitiesDetectionJob")).toHaveLength(0);
    },
  );
});

test("nothing to ask starts no job; addresses are checked", async () => {
  await withJob({ otherLanguages: "skip" }, async (job, aws) => {
    expect(await job.run(["", "…"], { language: "en" })).toEqual({
      jobId: undefined,
      findings: [[], []],
      failures: [],
      units: 0,
      resumed: false,
    });
    expect((await job.run([EMAIL], { language: "de" })).jobId).toBeUndefined();
    expect(aws.requests.length).toBe(0);
  });
  await expect(withJob({ input: "in-bucket" }, async () => {})).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});

test("a job beyond its limits is refused before anything is sent", async () => {
  for (const limits of [{ documents: 3 }, { bytes: 40 }])
    await withJob({ limits }, async (job, aws) => {
      expect((await failure(job.run(TEXTS))).code).toBe("INVALID_ARGUMENT");
      expect(aws.requests.length).toBe(0);
    });
});

test("many lines go in several files", async () => {
  await withJob({ limits: { fileBytes: 1_000 } }, async (job, aws) => {
    const texts = Array.from({ length: 300 }, (_, index) => `${"x ".repeat(index % 9)}user${index}@example.com`);
    const { findings } = await job.run(texts);
    const files = aws.objects.list("in-bucket", "texts/");
    expect(files.length).toBeGreaterThan(5);
    expect(files.every(({ body }) => body.length <= 1_000)).toBe(true);
    for (const [index, list] of findings.entries())
      expect(list!.map(({ start, end }) => texts[index]!.slice(start, end))).toEqual([`user${index}@example.com`]);
  });
});
