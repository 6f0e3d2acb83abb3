import { createHash } from "node:crypto";
import {
  AnalyzeDocumentCommand,
  DetectDocumentTextCommand,
  GetDocumentAnalysisCommand,
  GetDocumentTextDetectionCommand,
  StartDocumentAnalysisCommand,
  StartDocumentTextDetectionCommand,
  TextractClient,
} from "@aws-sdk/client-textract";
import type { DocumentElement } from "@groundwork/contracts";
import { type FakeAws, fakeAws, manualClock, textractBlocks } from "@groundwork/testing/aws";
import { describe, expect, test } from "vitest";

const PNG = Buffer.from("\x89PNG\r\n\x1a\n0000IEND", "latin1");
const PDF = Buffer.from("%PDF-1.7\n%%EOF\n");
const clientOf = ({ endpoint, region, credentials }: FakeAws): TextractClient =>
  new TextractClient({ endpoint, region, credentials, maxAttempts: 1 });
const nameOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "none",
    (thrown: Error) => thrown.name,
  );
const paragraph = (text: string, page = 1): DocumentElement => ({
  kind: "paragraph",
  text,
  boxes: [{ page, left: 0.1, top: 0.1, right: 0.9, bottom: 0.2, start: 0, end: text.length }],
});

describe("documents are refused as the service does", () => {
  test.each<[string, Uint8Array, sync: string, job: string]>([
    ["a picture", PNG, "none", "none"],
    ["a PDF", PDF, "none", "none"],
    ["text", Buffer.from("only text"), "UnsupportedDocumentException", "UnsupportedDocumentException"],
    [
      "a locked PDF",
      Buffer.concat([PDF, Buffer.from("/Encrypt 1 0 R\n%%EOF")]),
      "UnsupportedDocumentException",
      "UnsupportedDocumentException",
    ],
    ["half a picture", PNG.subarray(0, 10), "BadDocumentException", "BadDocumentException"],
    ["a PDF without its end", PDF.subarray(0, 9), "BadDocumentException", "BadDocumentException"],
    [
      "a picture above 10 MB",
      Buffer.concat([PNG, Buffer.alloc(10 * 1024 * 1024), PNG]),
      "DocumentTooLargeException",
      "DocumentTooLargeException",
    ],
    [
      "a PDF above 10 MB",
      Buffer.concat([PDF, Buffer.alloc(10 * 1024 * 1024), PDF]),
      "DocumentTooLargeException",
      "none",
    ],
  ])("%s", async (_, bytes, sync, job) => {
    await using aws = await fakeAws();
    const client = clientOf(aws);
    aws.objects.put("my-bucket", "document", bytes);
    const S3Object = { Bucket: "my-bucket", Name: "document" };
    expect(await nameOf(client.send(new DetectDocumentTextCommand({ Document: { S3Object } })))).toBe(sync);
    const analyze = new AnalyzeDocumentCommand({ Document: { S3Object }, FeatureTypes: ["TABLES"] });
    expect(await nameOf(client.send(analyze))).toBe(sync);
    const start = new StartDocumentTextDetectionCommand({ DocumentLocation: { S3Object } });
    expect(await nameOf(client.send(start))).toBe(job);
  });

  test("parameters that do not belong together, objects that are not there", async () => {
    await using aws = await fakeAws();
    const client = clientOf(aws);
    const analyze = (more: object): Promise<string> =>
      nameOf(client.send(new AnalyzeDocumentCommand({ Document: { Bytes: PNG }, FeatureTypes: ["TABLES"], ...more })));
    expect(await analyze({})).toBe("none");
    expect(await analyze({ FeatureTypes: [] })).toBe("InvalidParameterException");
    expect(await analyze({ FeatureTypes: ["QUERIES"] })).toBe("InvalidParameterException");
    expect(await analyze({ QueriesConfig: { Queries: [{ Text: "Who?" }] } })).toBe("InvalidParameterException");
    const ask = (count: number) => ({
      FeatureTypes: ["QUERIES"],
      QueriesConfig: { Queries: Array.from({ length: count }, () => ({ Text: "Who?" })) },
    });
    expect(await analyze(ask(15))).toBe("none");
    expect(await analyze(ask(16))).toBe("InvalidParameterException");
    expect(await analyze({ FeatureTypes: ["EVERYTHING"] })).toBe("ValidationException");
    expect(await analyze({ Document: {} })).toBe("InvalidParameterException");
    const none = { S3Object: { Bucket: "my-bucket", Name: "none" } };
    expect(await analyze({ Document: none })).toBe("InvalidS3ObjectException");
    const start = new StartDocumentAnalysisCommand({ DocumentLocation: none, FeatureTypes: ["TABLES"] });
    expect(await nameOf(client.send(start))).toBe("InvalidS3ObjectException");
  });
});

describe("what it answers is given by the test", () => {
  test("a recording, by key or hash, without what was not asked for", async () => {
    const Blocks = textractBlocks([
      {
        kind: "table",
        text: "a | b",
        table: {
          rows: 1,
          columns: 2,
          cells: [
            { row: 0, column: 0, text: "a" },
            { row: 0, column: 1, text: "b" },
          ],
        },
      },
    ]);
    const hash = createHash("sha256").update(PDF).digest("hex");
    await using aws = await fakeAws({
      textract: {
        recordings: { "scan.png": { Blocks }, [hash]: { Blocks: textractBlocks([paragraph("by its hash")]) } },
      },
    });
    const client = clientOf(aws);
    aws.objects.put("my-bucket", "in/scan.png", PNG);
    const Document = { S3Object: { Bucket: "my-bucket", Name: "in/scan.png" } };
    const types = async (FeatureTypes: ("TABLES" | "LAYOUT" | "FORMS")[]): Promise<string[]> => {
      const { Blocks: found = [] } = await client.send(new AnalyzeDocumentCommand({ Document, FeatureTypes }));
      const ids = new Set(found.map(({ Id }) => Id));
      for (const { Relationships } of found)
        for (const { Ids = [] } of Relationships ?? []) for (const id of Ids) expect(ids).toContain(id);
      return [...new Set(found.map(({ BlockType = "" }) => BlockType))];
    };
    expect(await types(["TABLES", "LAYOUT"])).toEqual(["PAGE", "LINE", "WORD", "CELL", "TABLE", "LAYOUT_TABLE"]);
    expect(await types(["FORMS"])).toEqual(["PAGE", "LINE", "WORD"]);
    const { Blocks: plain = [] } = await client.send(new DetectDocumentTextCommand({ Document: { Bytes: PNG } }));
    expect(plain.map(({ BlockType }) => BlockType)).toEqual(["PAGE"]);
    const { Blocks: hashed = [] } = await client.send(new DetectDocumentTextCommand({ Document: { Bytes: PDF } }));
    expect(hashed.find(({ BlockType }) => BlockType === "LINE")?.Text).toBe("by its hash");
  });

  test("a function, which is told what is asked", async () => {
    const asked: unknown[] = [];
    await using aws = await fakeAws({
      textract: {
        read: (bytes, request) => {
          asked.push([bytes.length, request]);
          return textractBlocks([paragraph("found it")]);
        },
      },
    });
    const QueriesConfig = { Queries: [{ Text: "Who?", Alias: "who" }] };
    const { Blocks = [], DocumentMetadata } = await clientOf(aws).send(
      new AnalyzeDocumentCommand({ Document: { Bytes: PNG }, FeatureTypes: ["QUERIES"], QueriesConfig }),
    );
    expect(Blocks.filter(({ BlockType }) => BlockType === "LINE").map(({ Text }) => Text)).toEqual(["found it"]);
    expect(Blocks.every(({ Page }) => Page === undefined)).toBe(true);
    expect(DocumentMetadata).toEqual({ Pages: 1 });
    expect(asked).toEqual([[PNG.length, { features: ["QUERIES"], queries: QueriesConfig.Queries }]]);
  });

  test("several pages are no document for the operations that answer at once", async () => {
    const read = () => textractBlocks([paragraph("one", 1), paragraph("two", 2)]);
    await using aws = await fakeAws({ textract: { read } });
    const call = clientOf(aws).send(new DetectDocumentTextCommand({ Document: { Bytes: PDF } }));
    expect(await nameOf(call)).toBe("UnsupportedDocumentException");
  });
});

describe("jobs", () => {
  const location = { S3Object: { Bucket: "my-bucket", Name: "two.pdf" } };
  const twoPages = {
    recordings: {
      "two.pdf": {
        JobStatus: "PARTIAL_SUCCESS",
        Warnings: [{ ErrorCode: "PAGE_ERROR", Pages: [3] }],
        Blocks: textractBlocks([paragraph("one two three", 1), paragraph("four", 2)]),
      },
    },
  };

  test("run by the clock; results come in pages; tokens of pages are the job's own", async () => {
    const clock = manualClock();
    await using aws = await fakeAws({ clock, textract: { ...twoPages, jobs: { runsMs: 10_000 } } });
    aws.objects.put("my-bucket", "two.pdf", PDF);
    const client = clientOf(aws);
    const { JobId } = await client.send(new StartDocumentTextDetectionCommand({ DocumentLocation: location }));
    const get = (more: object = {}) => client.send(new GetDocumentTextDetectionCommand({ JobId, ...more }));
    clock.advance(9_999);
    expect(await get()).toMatchObject({ JobStatus: "IN_PROGRESS" });
    clock.advance(1);
    const first = await get({ MaxResults: 4 });
    expect(first).toMatchObject({ JobStatus: "PARTIAL_SUCCESS", DocumentMetadata: { Pages: 2 } });
    expect(first.Warnings).toEqual([{ ErrorCode: "PAGE_ERROR", Pages: [3] }]);
    expect(first.Blocks).toHaveLength(4);
    const found = [...first.Blocks!];
    for (let NextToken = first.NextToken; NextToken !== undefined; ) {
      const page = await get({ MaxResults: 4, NextToken });
      found.push(...page.Blocks!);
      NextToken = page.NextToken;
    }
    expect(found.map(({ Id }) => Id)).toEqual(
      twoPages.recordings["two.pdf"].Blocks.filter(({ BlockType }) => !BlockType.startsWith("LAYOUT")).map(
        ({ Id }) => Id,
      ),
    );
    expect(await nameOf(get({ NextToken: "made-up" }))).toBe("InvalidParameterException");
    expect(await nameOf(client.send(new GetDocumentAnalysisCommand({ JobId })))).toBe("InvalidJobIdException");
    clock.advance(8 * 86_400_000);
    expect(await nameOf(get())).toBe("InvalidJobIdException");
  });

  test("a token finds its job, and refuses another request", async () => {
    await using aws = await fakeAws({ clock: manualClock(), textract: twoPages });
    aws.objects.put("my-bucket", "two.pdf", PDF);
    const client = clientOf(aws);
    const start = (more: object = {}) =>
      client.send(
        new StartDocumentAnalysisCommand({
          DocumentLocation: location,
          FeatureTypes: ["TABLES"],
          ClientRequestToken: "token",
          ...more,
        }),
      );
    const { JobId } = await start();
    expect(await start()).toMatchObject({ JobId });
    expect(await nameOf(start({ FeatureTypes: ["FORMS"] }))).toBe("IdempotentParameterMismatchException");
    expect((await start({ ClientRequestToken: "other" })).JobId).not.toBe(JobId);
  });

  test("fail, and are refused beyond the number that may run", async () => {
    const clock = manualClock();
    const failed = { JobStatus: "FAILED", StatusMessage: "INVALID_IMAGE_TYPE" };
    await using aws = await fakeAws({ clock, textract: { read: () => failed, jobs: { atOnce: 1 } } });
    aws.objects.put("my-bucket", "two.pdf", PDF);
    const client = clientOf(aws);
    const start = () => client.send(new StartDocumentTextDetectionCommand({ DocumentLocation: location }));
    const { JobId } = await start();
    expect(await nameOf(start())).toBe("LimitExceededException");
    clock.advance(10_000);
    expect(await client.send(new GetDocumentTextDetectionCommand({ JobId }))).toMatchObject(failed);
    expect(await nameOf(start())).toBe("none");
  });

  test("with more than 3,000 pages fail", async () => {
    const clock = manualClock();
    await using aws = await fakeAws({ clock, textract: { read: () => ({ DocumentMetadata: { Pages: 3_001 } }) } });
    aws.objects.put("my-bucket", "two.pdf", PDF);
    const client = clientOf(aws);
    const { JobId } = await client.send(new StartDocumentTextDetectionCommand({ DocumentLocation: location }));
    clock.advance(10_000);
    expect(await client.send(new GetDocumentTextDetectionCommand({ JobId }))).toMatchObject({ JobStatus: "FAILED" });
  });
});

test("elements become blocks: lines with their words, cells with spans, fields, layout", () => {
  const blocks = textractBlocks([
    paragraph("two words"),
    { kind: "heading", level: 1, text: "Sums" },
    {
      kind: "table",
      text: "Head\n1 | 2",
      boxes: [{ page: 2, left: 0, top: 0, right: 1, bottom: 0.5 }],
      table: {
        rows: 2,
        columns: 2,
        cells: [
          { row: 0, column: 0, columnSpan: 2, text: "Head", header: true },
          { row: 1, column: 0, text: "1" },
          { row: 1, column: 1, text: "2" },
        ],
      },
    },
    {
      kind: "form_field",
      text: "Full name: Ana Silva",
      boxes: [{ page: 2, left: 0, top: 0.6, right: 1, bottom: 0.7 }],
    },
  ]);
  const byId = new Map(blocks.map((block) => [block.Id, block]));
  const textOf = (ids: readonly string[] = []): string => ids.map((id) => byId.get(id)!.Text).join(" ");
  const of = (type: string) => blocks.filter(({ BlockType }) => BlockType === type);
  const children = (block: (typeof blocks)[number], type = "CHILD") =>
    (block.Relationships ?? []).find(({ Type }) => Type === type)?.Ids;
  expect(of("PAGE").map(({ Page }) => Page)).toEqual([1, 2]);
  expect(of("LINE").map((line) => [line.Page, line.Text, textOf(children(line))])).toEqual([
    [1, "two words", "two words"],
    [1, "Sums", "Sums"],
    [2, "Head", "Head"],
    [2, "1", "1"],
    [2, "2", "2"],
    [2, "Full name: Ana Silva", "Full name: Ana Silva"],
  ]);
  expect(of("LAYOUT_SECTION_HEADER")).toHaveLength(1);
  expect(of("CELL").map(({ RowIndex, ColumnIndex, EntityTypes }) => [RowIndex, ColumnIndex, EntityTypes?.[0]])).toEqual(
    [
      [1, 1, "COLUMN_HEADER"],
      [1, 2, "COLUMN_HEADER"],
      [2, 1, undefined],
      [2, 2, undefined],
    ],
  );
  expect(of("MERGED_CELL")).toMatchObject([{ RowIndex: 1, ColumnIndex: 1, RowSpan: 1, ColumnSpan: 2 }]);
  const [key, value] = of("KEY_VALUE_SET");
  expect([textOf(children(key!)), textOf(children(value!))]).toEqual(["Full name:", "Ana Silva"]);
  expect(children(key!, "VALUE")).toEqual([value!.Id]);
  const word = of("WORD")[1]!.Geometry!.BoundingBox!;
  expect(word.Left).toBeGreaterThan(0.4);
  expect(word.Left + word.Width).toBeCloseTo(0.9);
});
