import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { structureChunker } from "@groundwork/chunk";
import type { DocumentElement, Embedder, ExtractionPart, Extractor, PiiDetector } from "@groundwork/contracts";
import { bedrockEmbedder } from "@groundwork/embed-bedrock";
import { localEmbedder } from "@groundwork/embed-local";
import { imageExtractor } from "@groundwork/extract-image";
import { textract } from "@groundwork/extract-textract";
import { kmsKeyProvider } from "@groundwork/key-kms";
import { comprehendPii } from "@groundwork/pii-comprehend";
import { rulePii } from "@groundwork/pii-local";
import { redact } from "@groundwork/pii-policy";
import { createGovernor, governedEmbedder } from "@groundwork/provider-governor";
import { folder } from "@groundwork/source-files";
import { s3Source } from "@groundwork/source-s3";
import { postgresStore } from "@groundwork/store-postgres";
import { type FakeAws, fakeAws, textractBlocks } from "@groundwork/testing/aws";
import { type KnowledgeBase, localExtractors, openKnowledgeBase } from "groundwork";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addressOf } from "../servers/test-servers.ts";

/**
 * The example corpus on the services of AWS and on this machine: S3 (moto), PostgreSQL (real), Textract, Comprehend, Bedrock and KMS (the fake,
 * whose content is the local models'), and the same questions.
 */
const CORPUS = fileURLToPath(new URL("../../examples/policy-search/corpus", import.meta.url));
const QUESTIONS = fileURLToPath(new URL("../../examples/policy-search/questions.json", import.meta.url));
/** Types that Comprehend knows and the rules find in policies; nothing that a question is asked with. */
const TYPES = ["EMAIL", "PHONE", "IP_ADDRESS", "SSN", "CREDIT_DEBIT_NUMBER"] as const;
const KEY = new Uint8Array(32).fill(11);
const MOTO = { region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };

interface Question {
  readonly question: string;
  readonly document: string;
  readonly quote: string;
}

let work: string;
let aws: FakeAws;
let model: Embedder;
let pictures: Extractor;
let rules: PiiDetector;
let bucket: string;
let local: KnowledgeBase;
let remote: KnowledgeBase;
let questions: readonly Question[];
const closers: (() => Promise<void> | void)[] = [];

async function vectorsOf(texts: readonly string[]): Promise<Float32Array[]> {
  const { vectors } = await model.doEmbed(texts);
  return texts.map((_, index) => vectors.slice(index * model.dimensions, (index + 1) * model.dimensions));
}

/** What the local extractor reads in a picture, as Textract would tell it. */
async function readPicture(bytes: Uint8Array): Promise<ReturnType<typeof textractBlocks>> {
  const content = {
    size: bytes.length,
    bytes: async () => bytes,
    stream: async function* () {
      yield bytes;
    },
  };
  const document = { documentId: "", version: "", mediaType: "image/png", fileName: "picture.png", content };
  const elements: DocumentElement[] = [];
  for await (const part of pictures.extract(document) as AsyncIterable<ExtractionPart>)
    if (part.type === "elements") elements.push(...part.elements);
  return textractBlocks(elements);
}

const chunker = () => structureChunker({ tokenCounter: model.tokenCounter, maxTokens: 256 });
const pii = (detector: PiiDetector) => ({ detectors: [detector], policy: redact({ keep: [] }), key: KEY });

async function openRemote(): Promise<KnowledgeBase> {
  const { endpoint, region, credentials } = aws;
  const connection = { endpoint, region, credentials };
  const governor = createGovernor({ price: { perMillionTokens: 0.02 } });
  const comprehend = comprehendPii({ ...connection, governor: createGovernor({}), types: TYPES });
  const reader = textract({
    ...connection,
    features: ["LAYOUT", "TABLES"],
    mediaTypes: ["image/png", "image/jpeg", "image/tiff"],
    governor: createGovernor({}),
  });
  closers.push(
    () => governor.close(),
    () => comprehend.close(),
  );
  return openKnowledgeBase({
    path: join(work, "remote"),
    // Pictures go to Textract; what the local readers know goes nowhere.
    extractors: [reader, ...localExtractors()],
    chunker: chunker(),
    embedder: governedEmbedder(
      bedrockEmbedder({ ...connection, model: "amazon.titan-embed-text-v2:0", dimensions: 512 }),
      governor,
    ),
    store: postgresStore({ url: addressOf("postgres"), schema: `road_${randomUUID().replaceAll("-", "")}` }),
    pii: pii(comprehend),
  });
}

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), "groundwork-road-"));
  model = localEmbedder();
  pictures = imageExtractor();
  rules = rulePii({ types: TYPES });
  aws = await fakeAws({
    bedrock: { embed: vectorsOf },
    comprehend: { detect: async (text) => (await rules.detect([text]))[0]! },
    textract: { read: readPicture },
  });
  questions = JSON.parse(await readFile(QUESTIONS, "utf8")) as Question[];
  const s3 = new S3Client({ ...MOTO, endpoint: addressOf("moto"), forcePathStyle: true });
  bucket = `road-${randomUUID()}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  for (const name of await readdir(CORPUS))
    await s3.send(
      new PutObjectCommand({ Bucket: bucket, Key: `corpus/${name}`, Body: await readFile(join(CORPUS, name)) }),
    );
  s3.destroy();
  local = await openKnowledgeBase({ path: join(work, "local"), chunker: chunker(), pii: pii(rules) });
  remote = await openRemote();
}, 120_000);
afterAll(async () => {
  await local?.close();
  await remote?.close();
  for (const close of closers) await close();
  await pictures?.close?.();
  await model?.close?.();
  await aws?.close();
  await rm(work, { recursive: true, force: true });
});

const corpus = () => s3Source({ ...MOTO, endpoint: addressOf("moto"), bucket, prefix: "corpus/", id: "corpus" });

describe("the road over AWS", () => {
  test("reads every document of the bucket", { timeout: 300_000 }, async () => {
    const report = await remote.ingest(corpus());
    expect(report.counts).toMatchObject({ failed: 0, empty: 0 });
    expect(report.counts.added).toBeGreaterThanOrEqual(17);
    await local.ingest(folder(CORPUS, { id: "corpus" }));
    const operations = new Set(aws.requests.of().map(({ operation }) => operation));
    expect(operations).toEqual(new Set(["InvokeModel", "DetectPiiEntities", "AnalyzeDocument"]));
  });

  test("nothing is paid for again when nothing has changed", async () => {
    const before = aws.requests.of().length;
    const report = await remote.ingest(corpus());
    expect(report.work).toMatchObject({ extractions: 0, embeddings: 0, rowsWritten: 0 });
    expect(aws.requests.of().length).toBe(before);
  });

  test("the same questions get the same documents, with quotes that verify", async () => {
    for (const { question, document, quote } of questions) {
      const [here, there] = await Promise.all([
        local.retrieve({ query: question, limit: 5 }),
        remote.retrieve({ query: question, limit: 5 }),
      ]);
      const named = ({ passages }: typeof here): string[] =>
        passages.map(({ citation }) => decodeURIComponent(citation.sourceUri).split("/").at(-1)!);
      expect(named(there), question).toContain(document);
      expect(named(there)[0], question).toBe(named(here)[0]);
      expect(new Set(named(there)), question).toEqual(new Set(named(here)));
      expect(there.unverified).toBe(0);
      const squeeze = (text: string): string => text.replace(/[\s*_]+/g, " ").toLowerCase();
      expect(
        there.passages.some(({ text }) => squeeze(text).includes(squeeze(quote))),
        question,
      ).toBe(true);
    }
  });

  test("what Comprehend found is what the rules find", async () => {
    const counts = async (base: KnowledgeBase): Promise<Record<string, number>> => {
      const found: Record<string, number> = {};
      for await (const { type, count } of base.findings()) found[type] = (found[type] ?? 0) + count;
      return found;
    };
    const expected = await counts(local);
    expect(Object.keys(expected).length).toBeGreaterThan(0);
    expect(await counts(remote)).toEqual(expected);
  });

  test("throttling and errors of the service cost time, and no text is embedded twice", async () => {
    const texts = Array.from(
      { length: 60 },
      (_, index) => `Section ${index}: travel of group ${index % 7} is approved.`,
    );
    // Broken connections are left out: an answer that is lost with one is paid for, and nobody can know.
    for (const [skip, fault] of [
      [3, { kind: "throttle" }],
      [20, { kind: "error", code: "InternalServerException" }],
      [40, { kind: "throttle" }],
    ] as const)
      aws.faults.plant({ operation: "InvokeModel", skip, times: 2, fault });
    const before = aws.requests.of("InvokeModel").length;
    const { vectors } = await remote.parts.embedder.doEmbed(texts);
    expect(vectors.length).toBe(texts.length * 512);
    const served = aws.requests.of("InvokeModel").slice(before);
    expect(served.filter(({ status }) => status === 200)).toHaveLength(texts.length);
    expect(served).toHaveLength(texts.length + 6);
  });
});

test("a vault that KMS locks opens what the stage has sealed", async () => {
  const { sqliteVault } = await import("@groundwork/pii-vault-sqlite");
  const { endpoint, region, credentials } = aws;
  const provider = kmsKeyProvider({ keyId: "alias/groundwork", endpoint, region, credentials });
  const vault = sqliteVault({
    path: join(work, "vault.sqlite"),
    key: KEY,
    provider,
    purposes: { audit: ["owner:local"] },
  });
  await expect(vault.reveal({ token: "nobody", purpose: "audit" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await vault.close();
});
