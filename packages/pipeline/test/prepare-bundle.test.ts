import { structureChunker } from "@groundwork/chunk";
import {
  type Chunker,
  decodeChunks,
  decodeTextRevision,
  documentIdOf,
  GroundworkError,
  passThroughPii,
} from "@groundwork/contracts";
import { afterAll, describe, expect, test } from "vitest";
import { DEFAULT_EXTRACTION_LIMITS, ExtractionPool } from "../src/index.ts";
import { preparationReferences } from "../src/preparation.ts";
import {
  hostOf,
  type PreparationItem,
  type PreparedBundle,
  type Preparer,
  prepareBundle,
} from "../src/prepare-bundle.ts";
import { hostileExtractor } from "./fixtures/hostile-extractor.ts";
import { letterCounter } from "./fixtures/letter-counter.ts";

const limits = { ...DEFAULT_EXTRACTION_LIMITS, stallTimeoutMs: 2000, documentMemoryMb: 300 };
/** A heap that is nearly full is collected again and again: on a busy machine that takes its time. */
const patient = { ...limits, stallTimeoutMs: 60_000 };
const chunker = structureChunker({ tokenCounter: letterCounter(), maxTokens: 64 });

function itemOf(text: string, isolation: "thread" | "process"): PreparationItem {
  const bytes = new TextEncoder().encode(text);
  const documentId = documentIdOf("test", text);
  return {
    extractor: hostileExtractor({ isolation }),
    document: {
      documentId,
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
    },
    target: {
      documentId,
      version: "v",
      mediaType: "text/plain",
      revisionId: `rev_${text.replace(/\W/g, "")}`,
      extractor: "hostile",
      sourceId: "test",
      key: text,
      uri: `test:${text}`,
      permissions: { allow: ["owner:local"] },
    },
  };
}

const texts = ({ batches }: PreparedBundle): string[] =>
  batches.flatMap((batch) => decodeChunks(batch)).map(({ text }) => text);
const outcomes = ({ documents }: PreparedBundle): (string | number)[] =>
  documents.map((document) => (document instanceof GroundworkError ? document.code : document.rows));

describe.each(["thread", "process"] as const)("bundles in a %s", (isolation) => {
  const pool = new ExtractionPool({ size: 2, limits });
  const patientPool = new ExtractionPool({ size: 2, limits: patient });
  afterAll(() => Promise.all([pool.close(), patientPool.close()]));
  const preparer = (more: Partial<Preparer> = {}): Preparer => {
    const stages = { enrichers: [], pii: passThroughPii(), chunker };
    return {
      pool,
      limits,
      stages,
      references: preparationReferences(stages),
      recognizer: hostileExtractor({ isolation }),
      ...more,
    };
  };
  const prepare = (orders: readonly string[], more: Partial<Preparer> = {}): Promise<PreparedBundle> =>
    prepareBundle(
      preparer(more),
      orders.map((order) => itemOf(order, isolation)),
      { maxChildren: 10 },
    );

  test("rows and artefacts of every document come back, in order", async () => {
    const bundle = await prepare(["first", "many:3", "last"]);
    expect(outcomes(bundle)).toEqual([1, 1, 1]);
    expect(texts(bundle)).toEqual(["first 0", "many:3 0\n\nmany:3 1\n\nmany:3 2", "last 0"]);
    const [first] = bundle.documents;
    if (first instanceof GroundworkError || first === undefined) throw first;
    expect(await decodeTextRevision(first.artifact!)).toMatchObject({
      revisionId: "rev_first",
      text: "first 0",
      metadata: { title: "T" },
    });
  });

  test("each enricher adds its attributes to those that others added; what is stated stays", async () => {
    const enricher = (name: string, attributes: Record<string, string>) => ({
      identity: { name, revision: "1" },
      enrich: async () => ({ metadata: { title: name, attributes } }),
    });
    const enrichers = [enricher("a", { one: "a", shared: "a" }), enricher("b", { two: "b", shared: "b" })];
    const stages = { enrichers, pii: passThroughPii(), chunker };
    const { batches } = await prepare(["first"], { stages, references: undefined });
    const [row] = batches.flatMap((batch) => decodeChunks(batch));
    expect(row).toMatchObject({ title: "T", attributes: { one: "a", two: "b", shared: "a" } });
  });

  test("rows are those that this thread would have made", async () => {
    const orders = ["first", "many:40", "last"];
    const here = await prepare(orders, { references: undefined });
    const there = await prepare(orders);
    expect(there.batches.flatMap((batch) => decodeChunks(batch))).toEqual(
      here.batches.flatMap((batch) => decodeChunks(batch)),
    );
    expect(hostOf(preparer(), itemOf("first", isolation))).toBe(isolation);
  });

  test.each([
    ["error", "CORRUPT_DOCUMENT"],
    ["spin", "TIMED_OUT"],
    ["memory", "OUT_OF_MEMORY"],
    ["crash", "WORKER_CRASHED"],
  ])("a document that ends in %s harms no other of its bundle", async (order, code) => {
    const more = order === "memory" ? { pool: patientPool, limits: patient } : {};
    const bundle = await prepare(["first", order, "last"], more);
    expect(outcomes(bundle)).toEqual([1, code, 1]);
    expect(texts(bundle)).toEqual(["first 0", "last 0"]);
    const failed = bundle.documents[1] as GroundworkError;
    expect(failed.ids).toMatchObject({ documentId: documentIdOf("test", order), key: order });
  });

  test("pictures of pages are read elsewhere and come into their place", async () => {
    const bundle = await prepare(["pictures:3"]);
    expect(texts(bundle)).toEqual(["page 1 shows 1\n\npage 2 shows 2\n\npage 3 shows 3"]);
  });

  test("as many documents with pictures as there are hosts do not wait for each other", async () => {
    const all = await Promise.all(["pictures:4", "pictures:5", "pictures:6"].map((order) => prepare([order])));
    expect(all.map(outcomes)).toEqual([[1], [2], [2]]);
  });

  test("without a recognizer a picture is no text", async () => {
    expect(outcomes(await prepare(["pictures:1", "first"], { recognizer: undefined }))).toEqual(["NO_TEXT", 1]);
  });

  test("a text that is kept is cut again without being read", async () => {
    const [read] = (await prepare(["first"])).documents;
    if (read instanceof GroundworkError || read === undefined) throw read;
    const item: PreparationItem = { ...itemOf("spin", isolation), revision: read.artifact! };
    const bundle = await prepareBundle(preparer(), [item], { maxChildren: 10 });
    expect(texts(bundle)).toEqual(["first 0"]);
    expect(bundle.documents[0]).toMatchObject({ extracted: false, rows: 1 });
  });

  test("a stage that cannot be built elsewhere runs here", async () => {
    const own: Chunker = { identity: chunker.identity, chunk: (revision) => chunker.chunk(revision) };
    const stages = { enrichers: [], pii: passThroughPii(), chunker: own };
    const references = preparationReferences(stages);
    expect(references).toBeUndefined();
    expect(texts(await prepare(["first", "many:2"], { stages, references }))).toEqual([
      "first 0",
      "many:2 0\n\nmany:2 1",
    ]);
  });

  test("an abort stops a bundle at once", async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 100);
    const started = performance.now();
    const work = prepareBundle(preparer(), [itemOf("first", isolation), itemOf("spin", isolation)], {
      maxChildren: 10,
      signal: abort.signal,
    });
    await expect(work).rejects.toMatchObject({ code: "ABORTED" });
    expect(performance.now() - started).toBeLessThan(1500);
  });
});
