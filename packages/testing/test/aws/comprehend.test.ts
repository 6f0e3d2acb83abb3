import { Readable } from "node:stream";
import {
  BatchDetectDominantLanguageCommand,
  BatchDetectEntitiesCommand,
  BatchDetectKeyPhrasesCommand,
  ContainsPiiEntitiesCommand,
  DescribePiiEntitiesDetectionJobCommand,
  DetectDominantLanguageCommand,
  DetectEntitiesCommand,
  DetectKeyPhrasesCommand,
  DetectPiiEntitiesCommand,
  type LanguageCode,
  ListPiiEntitiesDetectionJobsCommand,
  StartPiiEntitiesDetectionJobCommand,
  type StartPiiEntitiesDetectionJobCommandInput,
  StopPiiEntitiesDetectionJobCommand,
} from "@aws-sdk/client-comprehend";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { type FakeAws, fakeAws, manualClock } from "@groundwork/testing/aws";
import { describe, expect, test } from "vitest";
import { comprehendClient, s3Client } from "./clients.ts";

const JOB: StartPiiEntitiesDetectionJobCommandInput = {
  InputDataConfig: { S3Uri: "s3://in-bucket/docs/", InputFormat: "ONE_DOC_PER_LINE" },
  OutputDataConfig: { S3Uri: "s3://out-bucket/results" },
  Mode: "ONLY_OFFSETS",
  DataAccessRoleArn: "arn:aws:iam::123456789012:role/reader",
  LanguageCode: "en",
};

const nameOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "none",
    (thrown: Error) => thrown.name,
  );

describe("limits are those of the service", () => {
  test.each<[string, string, LanguageCode, string]>([
    ["100,000 bytes", "a".repeat(100_000), "en", "none"],
    ["a byte more", "a".repeat(100_001), "en", "TextSizeLimitExceededException"],
    ["bytes, not characters", "é".repeat(50_001), "en", "TextSizeLimitExceededException"],
    ["a language of the service, not of this operation", "text", "fr", "UnsupportedLanguageException"],
    ["no language of the service", "text", "xx" as LanguageCode, "ValidationException"],
    ["Spanish", "text", "es", "none"],
    ["no text", "", "en", "InvalidRequestException"],
    ["half a surrogate pair", "a \ud83d b", "en", "SerializationException"],
  ])("%s", async (_, Text, LanguageCode, code) => {
    await using aws = await fakeAws();
    const client = comprehendClient(aws);
    expect(await nameOf(client.send(new DetectPiiEntitiesCommand({ Text, LanguageCode })))).toBe(code);
    expect(await nameOf(client.send(new ContainsPiiEntitiesCommand({ Text, LanguageCode })))).toBe(code);
  });

  test("batches: 25 texts, each of 5,000 bytes", async () => {
    await using aws = await fakeAws();
    const client = comprehendClient(aws);
    const batch = (TextList: string[]) => client.send(new BatchDetectEntitiesCommand({ TextList, LanguageCode: "en" }));
    expect(await nameOf(batch(Array.from({ length: 26 }, () => "text")))).toBe("BatchSizeLimitExceededException");
    expect(await nameOf(batch([]))).toBe("ValidationException");
    const { ResultList, ErrorList } = await batch(["to ana@example.com", "a".repeat(5_001), "x"]);
    expect(ResultList!.map(({ Index }) => Index)).toEqual([0, 2]);
    expect(ErrorList).toMatchObject([{ Index: 1, ErrorCode: "TEXT_SIZE_LIMIT_EXCEEDED" }]);
  });

  test("some items of a batch fail when that was planted", async () => {
    await using aws = await fakeAws();
    aws.faults.plant({ fault: { kind: "partial", indexes: [1] } });
    const answer = await comprehendClient(aws).send(
      new BatchDetectKeyPhrasesCommand({ TextList: ["the annual report", "b", "c"], LanguageCode: "en" }),
    );
    expect(answer.ResultList!.map(({ Index }) => Index)).toEqual([0, 2]);
    expect(answer.ErrorList).toMatchObject([{ Index: 1, ErrorCode: "INTERNAL_SERVER_ERROR" }]);
    expect(answer.ResultList![0]!.KeyPhrases).toMatchObject([{ Text: "annual report", BeginOffset: 4, EndOffset: 17 }]);
  });
});

test("what is found is what the caller's finder finds, in code points", async () => {
  await using aws = await fakeAws({
    comprehend: {
      detect: (text, language) => [
        {
          type: "NAME",
          start: text.indexOf("Ana"),
          end: text.indexOf("Ana") + 3,
          score: language === "es" ? 0.7 : 0.9,
        },
        { type: "OUR_OWN_TYPE", start: 0, end: 1, score: 1 },
      ],
    },
  });
  const client = comprehendClient(aws);
  const Text = "😀😀 Ana";
  expect((await client.send(new DetectPiiEntitiesCommand({ Text, LanguageCode: "es" }))).Entities).toEqual([
    { Type: "NAME", BeginOffset: 3, EndOffset: 6, Score: Math.fround(0.7) },
  ]);
  expect((await client.send(new ContainsPiiEntitiesCommand({ Text, LanguageCode: "en" }))).Labels).toEqual([
    { Name: "NAME", Score: Math.fround(0.9) },
  ]);
  expect((await client.send(new DetectEntitiesCommand({ Text, LanguageCode: "en" }))).Entities).toMatchObject([
    { Type: "PERSON", Text: "Ana", BeginOffset: 3 },
  ]);
});

test("languages and key phrases", async () => {
  await using aws = await fakeAws();
  const client = comprehendClient(aws);
  const Text = "El informe de la empresa y los datos del año";
  const { Languages } = await client.send(new DetectDominantLanguageCommand({ Text }));
  expect(Languages![0]!.LanguageCode).toBe("es");
  expect(await nameOf(client.send(new DetectDominantLanguageCommand({ Text: "short" })))).toBe(
    "InvalidRequestException",
  );
  const batch = await client.send(
    new BatchDetectDominantLanguageCommand({ TextList: [Text, "the report of the year is in it"] }),
  );
  expect(batch.ResultList!.map((item) => item.Languages![0]!.LanguageCode)).toEqual(["es", "en"]);
  const { KeyPhrases } = await client.send(
    new DetectKeyPhrasesCommand({ Text: "The travel policy of the office", LanguageCode: "en" }),
  );
  expect(KeyPhrases!.map((phrase) => phrase.Text)).toEqual(["travel policy", "office"]);
});

describe("jobs", () => {
  test("move by the clock, read S3 and write S3", async () => {
    const clock = manualClock();
    await using aws = await fakeAws({ clock });
    const client = comprehendClient(aws);
    const s3 = s3Client(aws);
    await s3.send(new CreateBucketCommand({ Bucket: "in-bucket" }));
    await s3.send(new CreateBucketCommand({ Bucket: "out-bucket" }));
    const lines = "😀 ana@example.com\nnothing\n\nbob@example.org\n";
    await s3.send(new PutObjectCommand({ Bucket: "in-bucket", Key: "docs/a.txt", Body: lines }));

    const { JobId, JobStatus } = await client.send(new StartPiiEntitiesDetectionJobCommand(JOB));
    expect(JobStatus).toBe("SUBMITTED");
    const describeJob = async () =>
      (await client.send(new DescribePiiEntitiesDetectionJobCommand({ JobId }))).PiiEntitiesDetectionJobProperties!;
    expect((await describeJob()).JobStatus).toBe("SUBMITTED");
    clock.advance(1000);
    expect((await describeJob()).JobStatus).toBe("IN_PROGRESS");
    clock.advance(5000);
    const done = await describeJob();
    expect(done.JobStatus).toBe("COMPLETED");
    expect(done.SubmitTime).toEqual(new Date(Date.UTC(2026, 0, 1)));
    expect(done.EndTime).toEqual(new Date(Date.UTC(2026, 0, 1, 0, 0, 6)));

    const uri = new URL(done.OutputDataConfig!.S3Uri!);
    const output = await s3.send(new GetObjectCommand({ Bucket: uri.host, Key: `${uri.pathname.slice(1)}a.txt.out` }));
    const results = (await output.Body!.transformToString())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(results).toMatchObject([
      { File: "a.txt", Line: 0, Entities: [{ Type: "EMAIL", BeginOffset: 2, EndOffset: 17 }] },
      { Line: 1, Entities: [] },
      { Line: 2, ErrorCode: "INVALID_DOCUMENT" },
      { Line: 3, Entities: [{ Type: "EMAIL", BeginOffset: 0 }] },
    ]);
  });

  test("one document a file, and redaction", async () => {
    const clock = manualClock();
    await using aws = await fakeAws({ clock });
    aws.objects.put("in-bucket", "docs/a", "first\nana@example.com");
    aws.objects.makeBucket("out-bucket");
    const client = comprehendClient(aws);
    const { JobId } = await client.send(
      new StartPiiEntitiesDetectionJobCommand({
        ...JOB,
        InputDataConfig: { S3Uri: "s3://in-bucket/docs/a", InputFormat: "ONE_DOC_PER_FILE" },
        Mode: "ONLY_REDACTION",
        RedactionConfig: { PiiEntityTypes: ["EMAIL"], MaskMode: "REPLACE_WITH_PII_ENTITY_TYPE" },
      }),
    );
    clock.advance(10_000);
    const { PiiEntitiesDetectionJobProperties: job } = await client.send(
      new DescribePiiEntitiesDetectionJobCommand({ JobId }),
    );
    expect(job!.JobStatus).toBe("COMPLETED");
    expect(Buffer.from(aws.objects.list("out-bucket")[0]!.body).toString()).toBe("first\n[EMAIL]\n");
  });

  test("a token starts one job however often it is sent, and no other", async () => {
    await using aws = await fakeAws({ clock: manualClock() });
    const client = comprehendClient(aws);
    const start = (change = {}) =>
      client.send(new StartPiiEntitiesDetectionJobCommand({ ...JOB, ClientRequestToken: "token-1", ...change }));
    expect((await start()).JobId).toBe((await start()).JobId);
    expect(await nameOf(start({ LanguageCode: "es" }))).toBe("InvalidRequestException");
  });

  test("refusals: role, redaction without types, unknown job, too many at once", async () => {
    const clock = manualClock();
    await using aws = await fakeAws({ clock });
    const client = comprehendClient(aws);
    const start = (change: Partial<StartPiiEntitiesDetectionJobCommandInput> = {}) =>
      client.send(new StartPiiEntitiesDetectionJobCommand({ ...JOB, ...change }));
    expect(await nameOf(start({ DataAccessRoleArn: "arn:aws:iam::1:user/somebody" }))).toBe("ValidationException");
    expect(await nameOf(start({ Mode: "ONLY_REDACTION" }))).toBe("InvalidRequestException");
    expect(await nameOf(start({ LanguageCode: "de" }))).toBe("InvalidRequestException");
    expect(await nameOf(client.send(new DescribePiiEntitiesDetectionJobCommand({ JobId: "0" })))).toBe(
      "JobNotFoundException",
    );
    for (let count = 0; count < 10; count++) await start();
    expect(await nameOf(start())).toBe("TooManyRequestsException");
    clock.advance(10_000);
    expect(await nameOf(start())).toBe("none");
  });

  test("no input fails the job", async () => {
    const clock = manualClock();
    await using aws = await fakeAws({ clock });
    const client = comprehendClient(aws);
    const { JobId } = await client.send(new StartPiiEntitiesDetectionJobCommand(JOB));
    clock.advance(10_000);
    const { PiiEntitiesDetectionJobProperties: job } = await client.send(
      new DescribePiiEntitiesDetectionJobCommand({ JobId }),
    );
    expect(job).toMatchObject({ JobStatus: "FAILED", Message: expect.stringContaining("NO_INPUT_OBJECTS") });
  });

  test("a stop", async () => {
    const clock = manualClock();
    await using aws = await fakeAws({ clock });
    const client = comprehendClient(aws);
    const { JobId } = await client.send(new StartPiiEntitiesDetectionJobCommand(JOB));
    clock.advance(2000);
    const stop = () => client.send(new StopPiiEntitiesDetectionJobCommand({ JobId }));
    expect((await stop()).JobStatus).toBe("STOP_REQUESTED");
    clock.advance(1000);
    const { PiiEntitiesDetectionJobProperties: job } = await client.send(
      new DescribePiiEntitiesDetectionJobCommand({ JobId }),
    );
    expect(job!.JobStatus).toBe("STOPPED");
  });

  test("lists come in pages, newest first; tokens of others are refused", async () => {
    const clock = manualClock();
    await using aws = await fakeAws({ clock });
    const client = comprehendClient(aws);
    for (const JobName of ["a", "b", "a", "c", "a"]) {
      await client.send(new StartPiiEntitiesDetectionJobCommand({ ...JOB, JobName }));
      clock.advance(10);
    }
    const list = (input = {}) => client.send(new ListPiiEntitiesDetectionJobsCommand(input));
    const names: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await list({ MaxResults: 2, ...(NextToken === undefined ? {} : { NextToken }) });
      names.push(...page.PiiEntitiesDetectionJobPropertiesList!.map(({ JobName }) => JobName!));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(names.join("")).toBe("acaba");
    expect((await list({ Filter: { JobName: "a" } })).PiiEntitiesDetectionJobPropertiesList).toHaveLength(3);
    expect(
      (await list({ Filter: { SubmitTimeAfter: new Date(Date.UTC(2026, 0, 1) + 25) } }))
        .PiiEntitiesDetectionJobPropertiesList,
    ).toHaveLength(2);
    expect(await nameOf(list({ Filter: { JobName: "a", JobStatus: "COMPLETED" } }))).toBe("InvalidFilterException");
    const token = (await list({ MaxResults: 1 })).NextToken;
    expect(await nameOf(list({ Filter: { JobName: "a" }, NextToken: token }))).toBe("InvalidRequestException");
    expect(await nameOf(list({ NextToken: "made-up" }))).toBe("InvalidRequestException");
    expect(await nameOf(list({ MaxResults: 501 }))).toBe("ValidationException");
  });
});

describe("the small S3", () => {
  test("objects with odd keys, ranges, heads, deletes", async () => {
    await using aws = await fakeAws();
    const s3 = s3Client(aws);
    await s3.send(new CreateBucketCommand({ Bucket: "some-bucket" }));
    const Key = "a folder/ü+&%=(1)'*!~.txt";
    const at = { Bucket: "some-bucket", Key };
    await s3.send(
      new PutObjectCommand({ ...at, Body: "0123456789", ContentType: "text/plain", Metadata: { origin: "here" } }),
    );
    const whole = await s3.send(new GetObjectCommand(at));
    expect([await whole.Body!.transformToString(), whole.ContentType, whole.Metadata]).toEqual([
      "0123456789",
      "text/plain",
      { origin: "here" },
    ]);
    const part = await s3.send(new GetObjectCommand({ ...at, Range: "bytes=2-4" }));
    expect([await part.Body!.transformToString(), part.ContentRange]).toEqual(["234", "bytes 2-4/10"]);
    expect((await s3.send(new HeadObjectCommand(at))).ContentLength).toBe(10);
    expect(await nameOf(s3.send(new PutObjectCommand({ ...at, Body: "x", IfNoneMatch: "*" })))).toBe(
      "PreconditionFailed",
    );
    expect((await s3.send(new ListObjectsV2Command({ Bucket: "some-bucket" }))).Contents![0]!.Key).toBe(Key);
    await s3.send(new DeleteObjectCommand(at));
    expect(await nameOf(s3.send(new GetObjectCommand(at)))).toBe("NoSuchKey");
    expect(await nameOf(s3.send(new HeadObjectCommand(at)))).toBe("NotFound");
    expect(await nameOf(s3.send(new GetObjectCommand({ Bucket: "no-bucket", Key: "k" })))).toBe("NoSuchBucket");
  });

  test("a body that is sent in chunks arrives whole", async () => {
    await using aws = await fakeAws();
    aws.objects.makeBucket("some-bucket");
    const body = Buffer.from("0123456789\r\n".repeat(250_000));
    await s3Client(aws).send(
      new PutObjectCommand({
        Bucket: "some-bucket",
        Key: "k",
        Body: Readable.from([body.subarray(0, 1_000_001), body.subarray(1_000_001)]),
        ContentLength: body.length,
      }),
    );
    expect(Buffer.compare(aws.objects.get("some-bucket", "k")!.body, body)).toBe(0);
  });

  test("refuses and is busy under names of its own", async () => {
    await using aws = await fakeAws();
    aws.objects.put("some-bucket", "k", "x");
    const get = (change: Partial<FakeAws> = {}) =>
      nameOf(s3Client({ ...aws, ...change }).send(new GetObjectCommand({ Bucket: "some-bucket", Key: "k" })));
    const { credentials } = aws;
    expect(await get()).toBe("none");
    expect(await get({ credentials: { ...credentials, secretAccessKey: "x" } })).toBe("SignatureDoesNotMatch");
    expect(await get({ credentials: { ...credentials, accessKeyId: "x" } })).toBe("InvalidAccessKeyId");
    aws.faults.plant({ service: "s3", fault: { kind: "throttle" } });
    expect(await get()).toBe("SlowDown");
    aws.faults.plant({ operation: "GetObject", fault: { kind: "expired-credentials" } });
    expect(await get()).toBe("ExpiredToken");
    const unsigned = await fetch(`${aws.endpoint}/some-bucket/k`);
    expect([unsigned.status, await unsigned.text()]).toEqual([
      403,
      expect.stringContaining("<Code>AccessDenied</Code>"),
    ]);
  });

  test("lists come in pages", async () => {
    await using aws = await fakeAws();
    for (let index = 0; index < 7; index++) aws.objects.put("some-bucket", `docs/${index}`, "x");
    aws.objects.put("some-bucket", "other", "x");
    const s3 = s3Client(aws);
    const keys: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket: "some-bucket", Prefix: "docs/", MaxKeys: 3, ContinuationToken }),
      );
      keys.push(...page.Contents!.map(({ Key }) => Key!));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(keys).toEqual(Array.from({ length: 7 }, (_, index) => `docs/${index}`));
  });
});
