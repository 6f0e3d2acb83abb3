import type { Box, DocumentElement } from "@groundwork/contracts";
import { type ManualClock, type TextractBlock, type TextractOptions, textractBlocks } from "@groundwork/testing/aws";

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

const bedrock = (modelId: string, body: unknown): SampleCall => ({
  service: "bedrock-runtime",
  operation: "InvokeModel",
  input: () => ({ modelId, contentType: "application/json", body: Buffer.from(JSON.stringify(body)) }),
});

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x49, 0x45, 0x4e, 0x44]);
const PDF = "%PDF-1.7\n%%EOF\n";
const SCAN = { S3Object: { Bucket: "in-bucket", Name: "scans/two-pages.pdf" } };
const textract = (operation: string, input: Record<string, unknown>, advanceMs?: number): SampleCall => ({
  service: "textract",
  operation,
  input: () => input,
  ...(advanceMs === undefined ? {} : { advanceMs }),
});
/** On the job that was started last. */
const onScan = (
  operation: "TextDetection" | "Analysis",
  input: Record<string, unknown>,
  advanceMs = 0,
): SampleCall => ({
  service: "textract",
  operation: `GetDocument${operation}`,
  input: (last) => ({ JobId: last.get(`StartDocument${operation}`)?.JobId, ...input }),
  advanceMs,
});
const nextOfScan = (operation: "TextDetection" | "Analysis"): SampleCall => ({
  service: "textract",
  operation: `GetDocument${operation}`,
  input: (last) => ({
    JobId: last.get(`StartDocument${operation}`)?.JobId,
    NextToken: last.get(`GetDocument${operation}`)?.NextToken,
  }),
});
const QUERIES = { Queries: [{ Text: "Who writes?", Alias: "writer", Pages: ["1"] }] };
const ALL_FEATURES = ["TABLES", "FORMS", "LAYOUT", "QUERIES", "SIGNATURES"];

/** What Textract finds in the sample documents: every kind of block. */
export const SAMPLE_TEXTRACT: TextractOptions = {
  recordings: {
    "two-pages.pdf": {
      JobStatus: "PARTIAL_SUCCESS",
      Warnings: [{ ErrorCode: "INVALID_IMAGE_TYPE", Pages: [3] }],
      Blocks: sampleBlocks(),
    },
    "bad.pdf": { JobStatus: "FAILED", StatusMessage: "INVALID_IMAGE_TYPE" },
  },
  read: () => sampleBlocks().filter(({ Page }) => Page === 1),
};

function sampleBlocks(): TextractBlock[] {
  const box = (page: number, top: number): Box => ({ page, left: 0.1, top, right: 0.9, bottom: top + 0.05 });
  const elements: DocumentElement[] = [
    { kind: "title", text: "Annual report", boxes: [box(1, 0.05)] },
    { kind: "form_field", text: "Name: Ana", boxes: [box(1, 0.2)] },
    {
      kind: "table",
      text: "Year | Sum\n2025 | 10",
      table: {
        rows: 2,
        columns: 3,
        cells: [
          { row: 0, column: 0, text: "Year", header: true },
          { row: 0, column: 1, text: "Sum", header: true, columnSpan: 2 },
          { row: 1, column: 0, text: "2025" },
          { row: 1, column: 1, text: "10" },
        ],
      },
      boxes: [box(1, 0.4)],
    },
    { kind: "list_item", text: "an item", boxes: [box(1, 0.6)], attributes: { marker: "-" } },
    { kind: "paragraph", text: "Second page", boxes: [box(2, 0.1)] },
    { kind: "page_number", text: "2", boxes: [box(2, 0.9)] },
  ];
  const blocks = textractBlocks(elements);
  const Geometry = blocks[0]!.Geometry!;
  return [
    ...blocks,
    { BlockType: "SIGNATURE", Id: "signature", Page: 1, Confidence: 90, Geometry },
    { BlockType: "SELECTION_ELEMENT", Id: "mark", Page: 1, Confidence: 90, SelectionStatus: "SELECTED", Geometry },
    {
      BlockType: "QUERY",
      Id: "query",
      Page: 1,
      Query: QUERIES.Queries[0]!,
      Relationships: [{ Type: "ANSWER", Ids: ["answer"] }],
    },
    { BlockType: "QUERY_RESULT", Id: "answer", Page: 1, Confidence: 80, Text: "Ana", Geometry },
  ];
}

/** Every operation of the fake, answered and refused. A service that is added gets its calls here. */
export const SAMPLE_CALLS: readonly SampleCall[] = [
  bedrock("amazon.titan-embed-text-v2:0", { inputText: TEXT, dimensions: 256 }),
  bedrock("cohere.embed-english-v3", { texts: [TEXT], input_type: "search_query" }),
  bedrock("eu.cohere.embed-v4:0", { texts: [TEXT], input_type: "search_document", embedding_types: ["int8"] }),
  bedrock("amazon.rerank-v1:0", { query: "ana", documents: [TEXT, "another"] }),
  bedrock("amazon.titan-embed-text-v2:0", { inputText: "" }),
  bedrock("amazon.titan-embed-text-v9", { inputText: TEXT }),
  bedrock("arn:aws:bedrock:eu-west-1:123456789012:provisioned-model/abcdefghijkl", { inputText: TEXT }),
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

  s3("PutObject", { Bucket: "in-bucket", Key: "scans/two-pages.pdf", Body: PDF }),
  s3("PutObject", { Bucket: "in-bucket", Key: "scans/bad.pdf", Body: `${PDF} ` }),
  textract("DetectDocumentText", { Document: { Bytes: PNG } }),
  textract("DetectDocumentText", { Document: { Bytes: Buffer.from("no picture") } }),
  textract("DetectDocumentText", { Document: SCAN }),
  textract("DetectDocumentText", { Document: { S3Object: { Bucket: "in-bucket", Name: "scans/none.png" } } }),
  textract("AnalyzeDocument", { Document: { Bytes: PNG }, FeatureTypes: ALL_FEATURES, QueriesConfig: QUERIES }),
  textract("AnalyzeDocument", { Document: { Bytes: PNG }, FeatureTypes: ["TABLES"] }),
  textract("AnalyzeDocument", {
    Document: { Bytes: PNG },
    FeatureTypes: ["FORMS"],
    HumanLoopConfig: {
      HumanLoopName: "look",
      FlowDefinitionArn: "arn:aws:sagemaker:eu-west-1:123456789012:flow-definition/look",
    },
  }),
  textract("AnalyzeDocument", { Document: { Bytes: PNG }, FeatureTypes: [] }),
  textract("AnalyzeDocument", { Document: { Bytes: PNG }, FeatureTypes: ["QUERIES"] }),
  textract("AnalyzeDocument", { Document: {}, FeatureTypes: ["TABLES"] }),
  textract("StartDocumentTextDetection", { DocumentLocation: SCAN, ClientRequestToken: "one", JobTag: "sample" }),
  textract("StartDocumentTextDetection", { DocumentLocation: SCAN, ClientRequestToken: "one", JobTag: "sample" }),
  textract("StartDocumentTextDetection", { DocumentLocation: SCAN, ClientRequestToken: "one", JobTag: "other" }),
  onScan("TextDetection", {}),
  onScan("TextDetection", { MaxResults: 3 }, 10_000),
  nextOfScan("TextDetection"),
  onScan("TextDetection", { NextToken: "made-up" }),
  textract("GetDocumentTextDetection", { JobId: "none" }),
  textract("StartDocumentAnalysis", {
    DocumentLocation: SCAN,
    FeatureTypes: ALL_FEATURES,
    QueriesConfig: QUERIES,
    NotificationChannel: {
      SNSTopicArn: "arn:aws:sns:eu-west-1:123456789012:done",
      RoleArn: "arn:aws:iam::123456789012:role/textract",
    },
    OutputConfig: { S3Bucket: "out-bucket", S3Prefix: "textract" },
  }),
  onScan("Analysis", { MaxResults: 5 }, 10_000),
  nextOfScan("Analysis"),
  textract("StartDocumentAnalysis", {
    DocumentLocation: { S3Object: { Bucket: "in-bucket", Name: "scans/bad.pdf" } },
    FeatureTypes: ["LAYOUT"],
  }),
  onScan("Analysis", {}, 10_000),
  textract("GetDocumentAnalysis", { JobId: "none" }),
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
