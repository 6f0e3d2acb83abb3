import {
  buildReference,
  type CallOptions,
  type DocumentElement,
  type ExtractionPart,
  type Extractor,
  fingerprintOf,
  GroundworkError,
  type PageImage,
  type SourceDocument,
} from "@groundwork/contracts";
import { pdfExtractor } from "@groundwork/extract-pdf";
import {
  type TextractExtractor,
  type TextractObjects,
  type TextractOptions,
  textract,
} from "@groundwork/extract-textract";
import { createGovernor } from "@groundwork/provider-governor";
import { type FakeAws, type FakeAwsOptions, fakeAws, manualClock, textractBlocks } from "@groundwork/testing/aws";
import { documentOfBytes, extractorCases } from "@groundwork/testing/extractor-suite";
import { describe, expect, test } from "vitest";
import { pagePicture } from "../src/page-picture.ts";

const PDF = Buffer.from("%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF\n");
const image = (page: number): PageImage => ({
  page,
  width: 8,
  height: 4,
  channels: 1,
  pixels: new Uint8Array(32).fill(page),
});
const PNG = pagePicture(image(1));
const paragraph = (text: string, page = 1): DocumentElement => ({
  kind: "paragraph",
  text,
  boxes: [{ page, left: 0.1, top: 0.1, right: 0.9, bottom: 0.12, start: 0, end: text.length }],
});
const FAST = { jobs: { runsMs: 30 } };
const TWO_PAGES = textractBlocks([paragraph("the first page", 1), paragraph("the second page", 2)]);

function objectsOf(aws: FakeAws, more: Partial<TextractObjects> = {}): TextractObjects {
  aws.objects.makeBucket("scans");
  return {
    bucket: "scans",
    prefix: "in",
    async put({ bucket, key, mediaType }, content, { signal }) {
      signal?.throwIfAborted();
      aws.objects.put(bucket, key, await content.bytes({ signal }), { contentType: mediaType });
    },
    async delete({ bucket, key }) {
      aws.objects.delete(bucket, key);
    },
    ...more,
  };
}
/** A fake whose jobs end once they were looked at while they ran: nothing depends on how fast the machine is. */
function jobsByLooks(read: NonNullable<NonNullable<FakeAwsOptions["textract"]>["read"]>) {
  const clock = manualClock();
  const onState = ({ status }: { readonly status: string }): void => {
    if (status === "IN_PROGRESS") clock.advance(60_000);
  };
  return { clock, fake: { clock, textract: { read } }, onState };
}
const connectionOf = ({ endpoint, region, credentials }: FakeAws) => ({ endpoint, region, credentials });
const LOOKS = { poll: { firstMs: 5, mostMs: 20 } };

async function collect(
  extractor: Extractor,
  document: SourceDocument,
  options?: CallOptions,
): Promise<ExtractionPart[]> {
  const parts: ExtractionPart[] = [];
  for await (const part of extractor.extract(document, options)) parts.push(part);
  return parts;
}
const elementsOf = (parts: readonly ExtractionPart[]): DocumentElement[] =>
  parts.flatMap((part) => (part.type === "elements" ? part.elements : []));
const textsOf = (parts: readonly ExtractionPart[]): string[] => elementsOf(parts).map(({ text }) => text);
const errorOf = (call: Promise<unknown>): Promise<GroundworkError> =>
  call.then(
    () => expect.fail("expected an error"),
    (thrown: GroundworkError) => thrown,
  );

/** A fake, an extractor on it, and what the test does with them. */
async function withTextract(
  fake: FakeAwsOptions,
  options: TextractOptions | ((aws: FakeAws) => TextractOptions),
  work: (extractor: TextractExtractor, aws: FakeAws) => Promise<void>,
): Promise<void> {
  await using aws = await fakeAws(fake);
  await using extractor = textract({
    ...connectionOf(aws),
    ...LOOKS,
    ...(typeof options === "function" ? options(aws) : options),
  });
  await work(extractor, aws);
}

describe("contract", async () => {
  const aws = await fakeAws({
    textract: {
      ...FAST,
      read: (bytes) => (bytes.length === PDF.length ? TWO_PAGES : textractBlocks([paragraph("read from a picture")])),
    },
  });
  const options = { ...connectionOf(aws), ...LOOKS };
  const samples = [
    { name: "picture.png", mediaType: "image/png", bytes: PNG, expectText: ["read from a picture"] },
    { name: "scan.pdf", mediaType: "application/pdf", bytes: PDF, expectText: ["the first page", "the second page"] },
    {
      name: "text.png",
      mediaType: "image/png",
      bytes: Buffer.from("no picture"),
      expectError: "CORRUPT_DOCUMENT" as const,
    },
  ];
  const create = (): Extractor => textract({ ...options, s3: objectsOf(aws) });
  for (const one of extractorCases({ name: "textract", create, samples, randomDocuments: 5 })) test(one.name, one.run);
  test.concurrent("nothing is left in S3", async () => {
    await collect(create(), documentOfBytes(PDF, "application/pdf"));
    expect(aws.objects.list("scans")).toEqual([]);
  });
});

describe("roads", () => {
  const fake = { textract: { ...FAST, read: () => textractBlocks([paragraph("found")]) } };
  const operationsOf = (aws: FakeAws): string[] => [...new Set([...aws.requests].map(({ operation }) => operation))];

  test.each<[string, TextractOptions["mode"], mediaType: string, hasS3: boolean, operations: string[]]>([
    ["pictures at once, though there is S3", "auto", "image/png", true, ["AnalyzeDocument"]],
    ["PDF by a job", "auto", "application/pdf", true, ["StartDocumentAnalysis", "GetDocumentAnalysis"]],
    ["PDF at once without S3", "auto", "application/pdf", false, ["AnalyzeDocument"]],
    ["PDF at once when asked", "sync", "application/pdf", true, ["AnalyzeDocument"]],
    ["pictures by a job when asked", "async", "image/png", true, ["StartDocumentAnalysis", "GetDocumentAnalysis"]],
  ])("%s", async (_, mode, mediaType, hasS3, operations) => {
    const options = (aws: FakeAws): TextractOptions => ({
      ...(mode === undefined ? {} : { mode }),
      ...(hasS3 ? { s3: objectsOf(aws) } : {}),
    });
    await withTextract(fake, options, async (extractor, aws) => {
      const parts = await collect(extractor, documentOfBytes(mediaType === "image/png" ? PNG : PDF, mediaType));
      expect(textsOf(parts)).toEqual(["found"]);
      expect(operationsOf(aws)).toEqual(operations);
    });
  });

  test("lines alone cost the cheaper operations", async () => {
    await withTextract(
      fake,
      (aws) => ({ features: [], s3: objectsOf(aws) }),
      async (extractor, aws) => {
        await collect(extractor, documentOfBytes(PNG, "image/png"));
        await collect(extractor, documentOfBytes(PDF, "application/pdf"));
        expect(operationsOf(aws)).toEqual([
          "DetectDocumentText",
          "StartDocumentTextDetection",
          "GetDocumentTextDetection",
        ]);
      },
    );
  });

  test("several pages at once are refused with what to do", async () => {
    await withTextract({ textract: { read: () => TWO_PAGES } }, {}, async (extractor) => {
      const error = await errorOf(collect(extractor, documentOfBytes(PDF, "application/pdf")));
      expect(error).toMatchObject({ code: "UNSUPPORTED_MEDIA_TYPE", retryable: false });
      expect(error.message).toContain("s3");
    });
  });

  test("too much for one request is not sent", async () => {
    await withTextract(fake, {}, async (extractor, aws) => {
      const large = Buffer.concat([PNG, Buffer.alloc(10 * 1024 * 1024)]);
      const error = await errorOf(collect(extractor, documentOfBytes(large, "image/png")));
      expect(error.code).toBe("DOCUMENT_TOO_LARGE");
      expect(aws.requests.length).toBe(0);
    });
  });
});

describe("jobs", () => {
  const fake = { textract: { ...FAST, read: () => TWO_PAGES } };
  const document = documentOfBytes(PDF, "application/pdf");

  test("pages, progress, pages and costs in the metadata, usage", async () => {
    await withTextract(
      fake,
      (aws) => ({ s3: objectsOf(aws), costPerPage: 0.019 }),
      async (extractor) => {
        const parts = await collect(extractor, document);
        expect(elementsOf(parts).map(({ boxes }) => boxes![0]!.page)).toEqual([1, 2]);
        expect(parts.filter(({ type }) => type === "progress")).toEqual([
          { type: "progress", unit: "page", done: 1, total: 2 },
          { type: "progress", unit: "page", done: 2, total: 2 },
        ]);
        expect(parts.at(-1)).toEqual({
          type: "metadata",
          metadata: { pages: 2, attributes: { textractPages: 2, textractCost: 0.038 } },
        });
        expect(extractor.usage()).toMatchObject({ pages: 2, jobs: 1, cost: 0.038 });
      },
    );
  });

  test("results that come in many answers are put together by page", async () => {
    const words = Array.from({ length: 100 }, (_, index) =>
      paragraph(`page ${index + 1} has ${"words ".repeat(30).trim()}`, index + 1),
    );
    await withTextract(
      { textract: { ...FAST, read: () => textractBlocks(words) } },
      (aws) => ({ s3: objectsOf(aws) }),
      async (extractor, aws) => {
        const parts = await collect(extractor, document);
        expect(textsOf(parts)).toEqual(words.map(({ text }) => text));
        expect(aws.requests.of("GetDocumentAnalysis").filter(({ ids }) => ids.nextToken === 1)).toHaveLength(3);
        expect(parts.filter(({ type }) => type === "warning")).toEqual([]);
      },
    );
  });

  test("a run that is repeated finds its job: by document and options, not by process", async () => {
    await using aws = await fakeAws(fake);
    const tokens = async (options: TextractOptions): Promise<unknown> => {
      await using extractor = textract({ ...connectionOf(aws), ...LOOKS, s3: objectsOf(aws), ...options });
      await collect(extractor, document);
      return aws.requests.of("StartDocumentAnalysis").at(-1)!.ids.clientRequestToken;
    };
    const first = await tokens({});
    expect(await tokens({})).toBe(first);
    expect(await tokens({ features: ["TABLES"] })).not.toBe(first);
    expect(await tokens({ queries: [{ Text: "Who?" }] })).not.toBe(first);
    expect(await tokens({ tokenSalt: "again" })).not.toBe(first);
    const jobs = new Set(aws.requests.of("GetDocumentAnalysis").map(({ ids }) => ids.jobId));
    expect(jobs.size).toBe(4);
  });

  test.each<["always" | "finished", string[]]>([
    ["always", []],
    ["finished", [`in/${document.version}.pdf`]],
  ])("an abort stops the wait and the next run goes on with the job; cleanUp %s leaves %j", async (cleanUp, left) => {
    const { clock, fake: waiting } = jobsByLooks(() => TWO_PAGES);
    const controller = new AbortController();
    const onState = (): void => {
      if (controller.signal.aborted) clock.advance(60_000);
      controller.abort();
    };
    await withTextract(
      waiting,
      (aws) => ({ s3: objectsOf(aws), cleanUp, onState }),
      async (extractor, aws) => {
        const error = await errorOf(collect(extractor, document, { signal: controller.signal }));
        expect(error.code).toBe("ABORTED");
        expect(aws.objects.list("scans").map(({ key }) => key)).toEqual(left);
        expect(textsOf(await collect(extractor, document))).toEqual(["the first page", "the second page"]);
        expect(new Set(aws.requests.of("GetDocumentAnalysis").map(({ ids }) => ids.jobId)).size).toBe(1);
        expect(aws.objects.list("scans")).toEqual([]);
      },
    );
  });

  test("a document whose jobs have always failed says why, after some tries", async () => {
    const read = () => ({ JobStatus: "FAILED", StatusMessage: "BAD_DOCUMENT" });
    await withTextract(
      { textract: { read, jobs: { runsMs: 0 } } },
      (aws) => ({ s3: objectsOf(aws) }),
      async (extractor, aws) => {
        expect(await errorOf(collect(extractor, document))).toMatchObject({ code: "CORRUPT_DOCUMENT" });
        expect(aws.requests.of("StartDocumentAnalysis")).toHaveLength(20);
      },
    );
  });

  test("a job whose results are gone is followed by another", async () => {
    const { clock, fake: kept, onState } = jobsByLooks(() => TWO_PAGES);
    await withTextract(
      kept,
      (aws) => ({ s3: objectsOf(aws), onState }),
      async (extractor, aws) => {
        await collect(extractor, document);
        aws.faults.plant({
          operation: "GetDocumentAnalysis",
          fault: { kind: "error", code: "InvalidJobIdException", status: 400 },
        });
        expect(textsOf(await collect(extractor, document))).toHaveLength(2);
        clock.advance(8 * 86_400_000);
        expect(textsOf(await collect(extractor, document))).toHaveLength(2);
      },
    );
  });

  test("pages that the service could not read are warnings", async () => {
    const read = () => ({
      JobStatus: "PARTIAL_SUCCESS",
      DocumentMetadata: { Pages: 4 },
      Blocks: TWO_PAGES,
      Warnings: [{ ErrorCode: "INVALID_IMAGE_TYPE", Pages: [3, 4] }],
    });
    await withTextract(
      { textract: { ...FAST, read } },
      (aws) => ({ s3: objectsOf(aws) }),
      async (extractor) => {
        const parts = await collect(extractor, document);
        expect(textsOf(parts)).toHaveLength(2);
        const warnings = parts.flatMap((part) => (part.type === "warning" ? [part.warning] : []));
        expect(warnings.map(({ code, page }) => [code, page])).toEqual([
          ["page-unreadable", 3],
          ["page-unreadable", 4],
        ]);
        expect(warnings[0]!.message).toContain("INVALID_IMAGE_TYPE");
      },
    );
  });

  test("a job that fails is a typed error; the next run starts another", async () => {
    let fails = true;
    const { fake: failing, onState } = jobsByLooks(() =>
      fails ? { JobStatus: "FAILED", StatusMessage: "Something broke" } : TWO_PAGES,
    );
    await withTextract(
      failing,
      (aws) => ({ s3: objectsOf(aws), onState }),
      async (extractor, aws) => {
        const error = await errorOf(collect(extractor, document));
        expect(error).toMatchObject({ code: "UNAVAILABLE", retryable: true });
        expect(error.message).not.toContain("Something");
        expect(aws.objects.list("scans")).toEqual([]);
        fails = false;
        expect(textsOf(await collect(extractor, document))).toHaveLength(2);
        const tokens = aws.requests.of("StartDocumentAnalysis").map(({ ids }) => ids.clientRequestToken);
        expect(new Set(tokens).size).toBe(2);
      },
    );
  });

  test.each([
    ["UNSUPPORTED_DOCUMENT", "UNSUPPORTED_MEDIA_TYPE"],
    ["DOCUMENT_TOO_LARGE", "DOCUMENT_TOO_LARGE"],
    ["BAD_DOCUMENT", "CORRUPT_DOCUMENT"],
    ["S3_ACCESS_DENIED", "PERMISSION_DENIED"],
  ])("a job that fails with %s is %s", async (StatusMessage, code) => {
    const { fake: failing, onState } = jobsByLooks(() => ({ JobStatus: "FAILED", StatusMessage }));
    await withTextract(
      failing,
      (aws) => ({ s3: objectsOf(aws), onState }),
      async (extractor) => {
        expect(await errorOf(collect(extractor, document))).toMatchObject({ code, retryable: false });
      },
    );
  });

  test("looks that fail for a while are repeated: the job is paid for", async () => {
    await withTextract(
      fake,
      (aws) => ({ s3: objectsOf(aws) }),
      async (extractor, aws) => {
        aws.faults.plant({
          operation: "GetDocumentAnalysis",
          times: 3,
          fault: { kind: "throttle", code: "ProvisionedThroughputExceededException" },
        });
        aws.faults.plant({ operation: "GetDocumentAnalysis", fault: { kind: "reset", when: "after" } });
        expect(textsOf(await collect(extractor, document))).toHaveLength(2);
        expect(aws.requests.of("StartDocumentAnalysis")).toHaveLength(1);
      },
    );
  });

  test("a function that waits takes the place of looks", async () => {
    const told: string[] = [];
    const { clock, fake } = jobsByLooks(() => TWO_PAGES);
    const notifications = async ({ jobId, status }: { jobId: string; status: string }): Promise<void> => {
      told.push(status);
      expect(jobId).not.toBe("");
      clock.advance(60_000);
    };
    await withTextract(
      fake,
      (aws) => ({ s3: objectsOf(aws), notifications }),
      async (extractor, aws) => {
        expect(textsOf(await collect(extractor, document))).toHaveLength(2);
        expect(told).toEqual(["IN_PROGRESS"]);
        expect(aws.requests.of("GetDocumentAnalysis")).toHaveLength(2);
      },
    );
  });

  test("what S3 refuses is typed, and nothing is started", async () => {
    const put = async (): Promise<void> => {
      throw Object.assign(new Error("no"), { name: "AccessDenied", $metadata: { httpStatusCode: 403 } });
    };
    await withTextract(
      fake,
      (aws) => ({ s3: objectsOf(aws, { put }) }),
      async (extractor, aws) => {
        expect(await errorOf(collect(extractor, document))).toMatchObject({
          code: "PERMISSION_DENIED",
          retryable: false,
        });
        expect(aws.requests.of("StartDocumentAnalysis")).toEqual([]);
      },
    );
  });
});

describe("a local extractor first", () => {
  function local(parts: readonly ExtractionPart[]): Extractor {
    return {
      identity: { name: "local", revision: "1" },
      mediaTypes: ["application/pdf"],
      async *extract() {
        yield* parts;
      },
    };
  }
  const parts: ExtractionPart[] = [
    { type: "metadata", metadata: { title: "T", attributes: { pdfImages: 3 } } },
    { type: "elements", elements: [paragraph("text layer of page 1", 1)] },
    { type: "page-image", image: image(2) },
    { type: "elements", elements: [paragraph("text layer of page 3", 3)] },
    { type: "page-image", image: image(4) },
    { type: "page-image", image: image(5) },
  ];
  /** The grey of a page is its number: later pages are answered sooner. */
  const greyOf = (bytes: Uint8Array): number =>
    [2, 4, 5].find((page) => Buffer.from(bytes).equals(pagePicture(image(page)))) ?? 0;
  const read = async (bytes: Uint8Array) => {
    const page = greyOf(bytes);
    await new Promise((resolve) => setTimeout(resolve, 100 - 15 * page));
    return textractBlocks([paragraph(`recognised ${page}`)]);
  };

  test("only pages without text go to the service, and come back in their place", async () => {
    await withTextract({ textract: { read } }, { local: local(parts), costPerPage: 0.01 }, async (extractor, aws) => {
      const found = await collect(extractor, documentOfBytes(PDF, "application/pdf"));
      expect(elementsOf(found).map(({ text, boxes }) => [text, boxes![0]!.page])).toEqual([
        ["text layer of page 1", 1],
        ["recognised 2", 2],
        ["text layer of page 3", 3],
        ["recognised 4", 4],
        ["recognised 5", 5],
      ]);
      expect(aws.requests.length).toBe(3);
      expect(aws.requests.mostParallel).toBeGreaterThan(1);
      expect(found.at(-1)).toEqual({
        type: "metadata",
        metadata: { attributes: { pdfImages: 3, textractPages: 3, textractCost: 0.03 } },
      });
    });
  });

  test("a document with a text layer costs nothing; a picture still goes to the service", async () => {
    await withTextract({ textract: { read } }, { local: local(parts.slice(0, 2)) }, async (extractor, aws) => {
      expect(await collect(extractor, documentOfBytes(PDF, "application/pdf"))).toEqual(parts.slice(0, 2));
      expect(aws.requests.length).toBe(0);
      await collect(extractor, documentOfBytes(PNG, "image/png"));
      expect(aws.requests.length).toBe(1);
    });
  });

  test("a page that the service cannot read is a warning; trouble of the service ends the document", async () => {
    await withTextract({ textract: { read } }, { local: local(parts), concurrency: 1 }, async (extractor, aws) => {
      aws.faults.plant({ skip: 1, fault: { kind: "error", code: "BadDocumentException", status: 400 } });
      const found = await collect(extractor, documentOfBytes(PDF, "application/pdf"));
      expect(found.filter(({ type }) => type === "warning")).toMatchObject([
        { warning: { code: "page-unreadable", page: 4 } },
      ]);
      expect(textsOf(found)).toContain("recognised 5");
      aws.faults.plant({ skip: 1, fault: { kind: "throttle" } });
      const error = await errorOf(collect(extractor, documentOfBytes(PDF, "application/pdf")));
      expect(error).toMatchObject({ code: "THROTTLED", retryable: true });
    });
  });

  test("break ends the requests that run", async () => {
    await withTextract({ textract: { read } }, { local: local(parts) }, async (extractor, aws) => {
      for await (const part of extractor.extract(documentOfBytes(PDF, "application/pdf")))
        if (part.type === "elements") break;
      expect(aws.requests.length).toBeLessThan(3);
    });
  });
});

describe("the extractor", () => {
  test("recognises a page for the pipeline, on the page that it was given", async () => {
    const read = () => textractBlocks([paragraph("a page")]);
    await withTextract({ textract: { read } }, {}, async (extractor) => {
      const elements = await extractor.recognizePage(image(7));
      expect(elements).toMatchObject([{ text: "a page", confidence: 0.99, boxes: [{ page: 7, start: 0, end: 6 }] }]);
      const wrong = { ...image(1), width: 9 };
      expect((await errorOf(extractor.recognizePage(wrong))).code).toBe("INVALID_ARGUMENT");
    });
  });

  test("answers to queries are metadata: the surest over all pages", async () => {
    const read = () => [
      ...TWO_PAGES,
      ...[1, 2].flatMap((Page) => [
        {
          BlockType: "QUERY",
          Id: `q${Page}`,
          Page,
          Query: { Text: "Who?", Alias: "who" },
          Relationships: [{ Type: "ANSWER", Ids: [`a${Page}`] }],
        },
        { BlockType: "QUERY_RESULT", Id: `a${Page}`, Page, Text: `page ${Page}`, Confidence: 40 * Page },
      ]),
    ];
    const options = (aws: FakeAws): TextractOptions => ({
      s3: objectsOf(aws),
      queries: [{ Text: "Who?", Alias: "who", Pages: ["*"] }],
    });
    await withTextract({ textract: { ...FAST, read } }, options, async (extractor, aws) => {
      const parts = await collect(extractor, documentOfBytes(PDF, "application/pdf"));
      expect(parts.at(-1)).toMatchObject({
        metadata: { attributes: { "query.who": "page 2", "query.who.confidence": 0.8, "query.who.page": 2 } },
      });
      expect(aws.requests.of("StartDocumentAnalysis")[0]!.ids.features).toContain("QUERIES");
    });
  });

  test("a governor repeats what is throttled and spends pages", async () => {
    const read = () => textractBlocks([paragraph("a page")]);
    await using aws = await fakeAws({ textract: { read } });
    aws.faults.plant({ times: 2, fault: { kind: "throttle" } });
    await using governor = createGovernor({ name: "textract", retry: { baseMs: 1, maxMs: 5 } });
    await using extractor = textract({ ...connectionOf(aws), governor });
    expect(textsOf(await collect(extractor, documentOfBytes(PNG, "image/png")))).toEqual(["a page"]);
    expect(aws.requests.length).toBe(3);
  });

  test("no more requests at once than allowed", async () => {
    const read = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return textractBlocks([paragraph("a page")]);
    };
    await withTextract({ textract: { read } }, { concurrency: 2 }, async (extractor, aws) => {
      await Promise.all([1, 2, 3, 4, 5].map((page) => extractor.recognizePage(image(page))));
      expect(aws.requests.mostParallel).toBe(2);
    });
  });

  test.each<[string, TextractOptions]>([
    ["an unknown feature", { features: ["EVERYTHING" as never] }],
    ["QUERIES without queries", { features: ["QUERIES"] }],
    ["too many queries", { queries: Array.from({ length: 16 }, () => ({ Text: "Who?" })) }],
    ["what the service cannot read", { mediaTypes: ["image/webp"] }],
    ["a job without S3", { mode: "async" }],
    ["half a request at once", { concurrency: 0.5 }],
    ["a confidence beyond 1", { minimumFieldConfidence: 2 }],
    ["intervals that shrink", { poll: { firstMs: 10, mostMs: 5 } }],
  ])("refuses %s", (_, options) => {
    expect(() => textract(options)).toThrow(expect.objectContaining({ code: "INVALID_CONFIGURATION" }));
  });

  test("plain options can be built again elsewhere; a closed extractor refuses", async () => {
    const extractor = textract({ region: "eu-west-1", features: ["FORMS", "TABLES"] });
    expect(extractor.reference).toMatchObject({ name: "textract", options: { features: ["FORMS", "TABLES"] } });
    expect(textract({ region: "eu-west-1", mediaTypes: ["image/png"] }).mediaTypes).toEqual(["image/png"]);
    const local = pdfExtractor();
    const both = textract({ region: "eu-west-1", local, minimumFieldConfidence: 0.4 });
    const rebuilt = await buildReference<Extractor>(both.reference!);
    expect(rebuilt.identity).toEqual(both.identity);
    expect(rebuilt.isolation).toBe(local.isolation);
    expect(fingerprintOf(both.identity)).not.toBe(fingerprintOf(extractor.identity));
    await rebuilt.close?.();
    await both.close();
    const same = textract({ region: "eu-west-1", features: ["TABLES", "FORMS"] });
    expect(same.identity).toEqual(extractor.identity);
    await same.close();
    await extractor.close();
    await extractor.close();
    const error = await errorOf(collect(extractor, documentOfBytes(PNG, "image/png")));
    expect(GroundworkError.isInstance(error) && error.code).toBe("INVALID_ARGUMENT");
  });
});
