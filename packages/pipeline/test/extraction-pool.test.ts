import { documentIdOf, type ExtractionPart, type SourceDocument } from "@groundwork/contracts";
import { expectError } from "@groundwork/testing";
import { afterAll, describe, expect, test } from "vitest";
import { DEFAULT_EXTRACTION_LIMITS, ExtractionPool } from "../src/index.ts";
import { hostileExtractor } from "./fixtures/hostile-extractor.ts";

function documentOf(text: string): SourceDocument {
  const bytes = new TextEncoder().encode(text);
  return {
    documentId: documentIdOf("test", text),
    version: "v",
    mediaType: "text/plain",
    fileName: "a.txt",
    content: {
      size: bytes.length,
      bytes: async () => bytes,
      stream: async function* () {
        yield bytes;
      },
    },
  };
}

async function collect(parts: AsyncIterable<ExtractionPart>): Promise<ExtractionPart[]> {
  const all: ExtractionPart[] = [];
  for await (const part of parts) all.push(part);
  return all;
}

describe.each(["thread", "process"] as const)("an extraction %s", (isolation) => {
  const extractor = hostileExtractor({ isolation });
  const pool = new ExtractionPool({
    size: 1,
    limits: { ...DEFAULT_EXTRACTION_LIMITS, stallTimeoutMs: 20_000, documentMemoryMb: 300 },
  });
  afterAll(() => pool.close());

  test("gives the parts in order, elements unharmed", async () => {
    const parts = await collect(pool.extract(extractor, documentOf("many:40")));
    expect(parts[0]).toEqual({ type: "metadata", metadata: { title: "T" } });
    expect(parts.slice(1).map((part) => part.type === "elements" && part.elements[0]!.text)).toEqual(
      Array.from({ length: 40 }, (_, index) => `many:40 ${index}`),
    );
    expect(parts[1]).toEqual({
      type: "elements",
      elements: [
        { kind: "paragraph", text: "many:40 0", boxes: [{ page: 1, left: 0, top: 0, right: 0.5, bottom: 0.5 }] },
      ],
    });
  });

  test("a typed error keeps its code and gains the document's id", async () => {
    const error = await expectError(() => collect(pool.extract(extractor, documentOf("error"))), "CORRUPT_DOCUMENT");
    expect(error.ids).toMatchObject({ documentId: documentIdOf("test", "error"), stage: "extract" });
  });

  test("an untyped error becomes one that does not quote the document", async () => {
    const error = await expectError(() => collect(pool.extract(extractor, documentOf("untyped"))), "CORRUPT_DOCUMENT");
    expect(JSON.stringify(error.toJSON())).not.toContain("secret");
  });

  test.each(["spin", "wait"] as const)("%s ends as TIMED_OUT, and the next document is read", async (order) => {
    const impatient = new ExtractionPool({ size: 1, limits: { ...DEFAULT_EXTRACTION_LIMITS, stallTimeoutMs: 2000 } });
    try {
      const error = await expectError(() => collect(impatient.extract(extractor, documentOf(order))), "TIMED_OUT");
      expect(error.retryable).toBe(true);
      expect(await collect(impatient.extract(extractor, documentOf("after")))).toHaveLength(2);
    } finally {
      await impatient.close();
    }
  });

  test.each([
    ["crash", "WORKER_CRASHED"],
    ["memory", "OUT_OF_MEMORY"],
  ] as const)("%s ends as %s, and the next document is read", async (order, code) => {
    const error = await expectError(() => collect(pool.extract(extractor, documentOf(order))), code);
    expect(error.retryable).toBe(true);
    expect(await collect(pool.extract(extractor, documentOf("after")))).toHaveLength(2);
  });

  test("stopping early frees the host", async () => {
    for await (const part of pool.extract(extractor, documentOf("many:1000"))) if (part.type === "elements") break;
    expect(await collect(pool.extract(extractor, documentOf("after")))).toHaveLength(2);
  });

  test("an abort stops a spinning document at once", async () => {
    const abort = new AbortController();
    const started = performance.now();
    setTimeout(() => abort.abort(), 100);
    await expectError(() => collect(pool.extract(extractor, documentOf("spin"), { signal: abort.signal })), "ABORTED");
    expect(performance.now() - started).toBeLessThan(15_000);
    await expectError(
      () => collect(pool.extract(extractor, documentOf("x"), { signal: AbortSignal.abort() })),
      "ABORTED",
    );
  });

  test("documents wait for a free host and all are read", async () => {
    const results = await Promise.all(
      Array.from({ length: 6 }, (_, index) => collect(pool.extract(extractor, documentOf(`doc ${index}`)))),
    );
    expect(results.every((parts) => parts.length === 2)).toBe(true);
  });
});

test("a document over the size limit is refused unread", async () => {
  const pool = new ExtractionPool({ size: 1, limits: { ...DEFAULT_EXTRACTION_LIMITS, maxDocumentBytes: 3 } });
  await expectError(
    () => collect(pool.extract(hostileExtractor({ isolation: "thread" }), documentOf("four"))),
    "DOCUMENT_TOO_LARGE",
  );
  await pool.close();
});
