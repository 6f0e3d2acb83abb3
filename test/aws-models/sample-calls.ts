import type { ManualClock } from "@groundwork/testing/aws";

/** A call of one operation. A step of time lets jobs move before it. */
export interface SampleCall {
  readonly service: string;
  readonly operation: string;
  /** Made when it is its turn: ids come from earlier answers. */
  readonly input: (last: ReadonlyMap<string, Record<string, unknown>>) => Record<string, unknown>;
  readonly advanceMs?: number;
}

const TEXT = "😀 Write to ana@example.com or call +44 20 7946 0958; card 4111 1111 1111 1111.";
const LONG = "a".repeat(100_001);
const JOB = {
  JobName: "sample",
  InputDataConfig: { S3Uri: "s3://in-bucket/docs/", InputFormat: "ONE_DOC_PER_LINE" },
  OutputDataConfig: { S3Uri: "s3://out-bucket/results" },
  Mode: "ONLY_OFFSETS",
  DataAccessRoleArn: "arn:aws:iam::123456789012:role/reader",
  LanguageCode: "en",
  Tags: [{ Key: "purpose", Value: "sample" }],
};

const BYTES = new Uint8Array([1, 2, 3]);
const kms = (operation: string, input: SampleCall["input"]): SampleCall => ({ service: "kms", operation, input });
const s3 = (operation: string, input: Record<string, unknown>): SampleCall => ({
  service: "s3",
  operation,
  input: () => input,
});
const comprehend = (operation: string, input: Record<string, unknown>, advanceMs?: number): SampleCall => ({
  service: "comprehend",
  operation,
  input: () => input,
  ...(advanceMs === undefined ? {} : { advanceMs }),
});
/** On the job that was started last. */
const onJob = (operation: string, advanceMs = 0): SampleCall => ({
  service: "comprehend",
  operation,
  input: (last) => ({ JobId: last.get("StartPiiEntitiesDetectionJob")?.JobId }),
  advanceMs,
});

/** Every operation of the fake, answered and refused. A service that is added gets its calls here. */
export const SAMPLE_CALLS: readonly SampleCall[] = [
  s3("CreateBucket", { Bucket: "in-bucket" }),
  s3("CreateBucket", { Bucket: "out-bucket" }),
  s3("HeadBucket", { Bucket: "in-bucket" }),
  s3("PutObject", {
    Bucket: "in-bucket",
    Key: "docs/a.txt",
    Body: `${TEXT}\nnothing\n`,
    Metadata: { origin: "sample" },
  }),
  s3("PutObject", { Bucket: "in-bucket", Key: "docs/b c.txt", Body: "second" }),
  s3("PutObject", { Bucket: "in-bucket", Key: "docs/b c.txt", Body: "second", IfNoneMatch: "*" }),
  s3("PutObject", { Bucket: "nobodys-bucket", Key: "k", Body: "x" }),
  s3("GetObject", { Bucket: "in-bucket", Key: "docs/a.txt" }),
  s3("GetObject", { Bucket: "in-bucket", Key: "docs/a.txt", Range: "bytes=0-3" }),
  s3("GetObject", { Bucket: "in-bucket", Key: "none" }),
  s3("HeadObject", { Bucket: "in-bucket", Key: "docs/a.txt" }),
  s3("ListObjectsV2", { Bucket: "in-bucket", MaxKeys: 1 }),
  s3("ListObjectsV2", { Bucket: "in-bucket", ContinuationToken: "made-up" }),
  s3("DeleteObject", { Bucket: "in-bucket", Key: "docs/b c.txt" }),

  kms("Encrypt", () => ({ KeyId: "alias/groundwork", Plaintext: BYTES, EncryptionContext: { use: "sample" } })),
  kms("Decrypt", (last) => ({
    CiphertextBlob: last.get("Encrypt")?.CiphertextBlob,
    EncryptionContext: { use: "sample" },
  })),
  kms("Decrypt", (last) => ({ CiphertextBlob: last.get("Encrypt")?.CiphertextBlob })),
  kms("GenerateDataKey", () => ({ KeyId: "alias/groundwork", KeySpec: "AES_256" })),
  kms("DescribeKey", () => ({ KeyId: "alias/groundwork" })),
  kms("DescribeKey", () => ({ KeyId: "alias/none" })),

  comprehend("DetectPiiEntities", { Text: TEXT, LanguageCode: "en" }),
  comprehend("DetectPiiEntities", { Text: LONG, LanguageCode: "en" }),
  comprehend("DetectPiiEntities", { Text: TEXT, LanguageCode: "fr" }),
  comprehend("ContainsPiiEntities", { Text: TEXT, LanguageCode: "es" }),
  comprehend("ContainsPiiEntities", { Text: LONG, LanguageCode: "es" }),
  comprehend("DetectEntities", { Text: TEXT, LanguageCode: "en" }),
  comprehend("DetectEntities", { Text: TEXT }),
  comprehend("DetectKeyPhrases", { Text: TEXT, LanguageCode: "en" }),
  comprehend("DetectKeyPhrases", { Text: LONG, LanguageCode: "en" }),
  comprehend("DetectDominantLanguage", { Text: TEXT }),
  comprehend("DetectDominantLanguage", { Text: "short" }),
  comprehend("BatchDetectEntities", { TextList: [TEXT, "b", LONG], LanguageCode: "en" }),
  comprehend("BatchDetectEntities", { TextList: Array(26).fill("x"), LanguageCode: "en" }),
  comprehend("BatchDetectKeyPhrases", { TextList: [TEXT], LanguageCode: "en" }),
  comprehend("BatchDetectDominantLanguage", { TextList: [TEXT, "el informe de la empresa"] }),
  comprehend("StartPiiEntitiesDetectionJob", { ...JOB, LanguageCode: "de" }),
  comprehend("DescribePiiEntitiesDetectionJob", { JobId: "0123456789abcdef0123456789abcdef" }),
  comprehend("StartPiiEntitiesDetectionJob", JOB),
  onJob("DescribePiiEntitiesDetectionJob"),
  onJob("DescribePiiEntitiesDetectionJob", 2_000),
  onJob("DescribePiiEntitiesDetectionJob", 10_000),
  comprehend("StartPiiEntitiesDetectionJob", {
    ...JOB,
    Mode: "ONLY_REDACTION",
    RedactionConfig: { PiiEntityTypes: ["EMAIL"], MaskMode: "MASK", MaskCharacter: "*" },
  }),
  onJob("StopPiiEntitiesDetectionJob", 2_000),
  onJob("DescribePiiEntitiesDetectionJob", 2_000),
  comprehend("StopPiiEntitiesDetectionJob", { JobId: "0" }),
  comprehend("ListPiiEntitiesDetectionJobs", { MaxResults: 1 }),
  comprehend("ListPiiEntitiesDetectionJobs", { Filter: { JobName: "sample", JobStatus: "COMPLETED" } }),
  comprehend("ListPiiEntitiesDetectionJobs", { NextToken: "made-up" }),
];

/** Makes the calls one after the other. */
export async function makeSampleCalls(
  clock: ManualClock,
  send: (call: {
    readonly service: string;
    readonly operation: string;
    readonly input: Record<string, unknown>;
  }) => Promise<unknown>,
): Promise<void> {
  const last = new Map<string, Record<string, unknown>>();
  for (const { service, operation, input, advanceMs = 0 } of SAMPLE_CALLS) {
    clock.advance(advanceMs);
    const answer = await send({ service, operation, input: input(last) });
    if (typeof answer === "object" && answer !== null) last.set(operation, answer as Record<string, unknown>);
  }
}
