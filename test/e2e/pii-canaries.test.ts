import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { PiiDetector } from "@groundwork/contracts";
import { localPii, PII_TYPES, rulePii } from "@groundwork/pii-local";
import { mask, pseudonymize, redact } from "@groundwork/pii-policy";
import type { FaultPoint } from "@groundwork/pipeline";
import { redactPdf } from "@groundwork/redact-pdf";
import { folder } from "@groundwork/source-files";
import { hashEmbedder } from "@groundwork/testing/hash-embedder";
import { type KnowledgeBase, openKnowledgeBase } from "groundwork";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CANARY_FILES } from "./canaries/canary-files.ts";
import { CANARIES, VALUES, valuesIn } from "./canaries/canary-values.ts";

function filesOf(root: string): string[] {
  return readdirSync(root, { recursive: true })
    .map((name) => join(root, String(name)))
    .filter((path) => statSync(path).isFile());
}

const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** The bytes of a file and what is in the zstd frames in it; artefacts that are cut over pages are read through their store. */
function decoded(bytes: Buffer): Buffer[] {
  const all = [bytes];
  for (let at = bytes.indexOf(ZSTD); at >= 0; at = bytes.indexOf(ZSTD, at + 1)) {
    try {
      all.push(zstdDecompressSync(bytes.subarray(at)));
    } catch {
      // No frame, or not whole here.
    }
  }
  return all;
}

async function leaks(root: string, base?: KnowledgeBase): Promise<string[]> {
  const found: string[] = [];
  for (const path of filesOf(root))
    for (const bytes of decoded(readFileSync(path)))
      for (const value of valuesIn(bytes)) found.push(`${relative(root, path)}: ${value}`);
  if (base !== undefined) {
    for await (const key of base.parts.artifacts.list("")) {
      const bytes = Buffer.from((await base.parts.artifacts.get(key))!);
      for (const piece of decoded(bytes)) for (const value of valuesIn(piece)) found.push(`artifact ${key}: ${value}`);
    }
    for await (const batch of base.parts.store.scan())
      for (const value of valuesIn(
        Buffer.from(JSON.stringify(batch.toArray(), (_name, part) => (typeof part === "bigint" ? String(part) : part))),
      ))
        found.push(`row: ${value}`);
    for await (const letter of base.parts.catalog.listDeadLetters())
      for (const value of valuesIn(Buffer.from(JSON.stringify(letter)))) found.push(`dead letter: ${value}`);
  }
  return [...new Set(found)];
}

let work: string;
const pii = localPii();
afterAll(() => pii.close());
beforeAll(async () => {
  // The model is loaded once.
  await pii.detect(["warm"]);
}, 60_000);
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "groundwork-canaries-"));
  await mkdir(join(work, "docs"));
  for (const [name, content] of Object.entries(CANARY_FILES)) await writeFile(join(work, "docs", name), content);
});
afterEach(() => rm(work, { recursive: true, force: true }));

const open = (policy = redact({ keep: [] }), detector: PiiDetector = pii): Promise<KnowledgeBase> =>
  openKnowledgeBase({ path: join(work, "kb"), embedder: hashEmbedder(), pii: { detectors: [detector], policy } });
const source = () => folder(join(work, "docs"), { id: "docs" });

describe.each([redact({ keep: [] }), mask({ keep: [] }), pseudonymize({ keep: [] })])("policy $otherwise", (policy) => {
  test("no value of any kind, from any format, is in any file, row, artefact, report or event", {
    timeout: 120_000,
  }, async () => {
    const said: unknown[] = [];
    const base = await open(policy);
    const report = await base.ingest(source(), { onProgress: (event) => said.push(event) });
    expect(report.counts).toMatchObject({ failed: 1 });
    const added = report.outcomes.filter(({ status }) => status === "added").map(({ key }) => key);
    expect(added).toEqual(expect.arrayContaining(Object.keys(CANARY_FILES).filter((name) => name !== "broken.pdf")));
    expect(await leaks(join(work, "kb"), base)).toEqual([]);
    expect(valuesIn(Buffer.from(JSON.stringify([report, said])))).toEqual([]);
    const answer = await base.retrieve({ query: "who paid with which card, and where is the passport?", limit: 20 });
    expect(answer.passages.length).toBeGreaterThan(0);
    expect(valuesIn(Buffer.from(JSON.stringify(answer.passages)))).toEqual([]);
    expect(answer.unverified).toBe(0);
    for (const { documentId } of report.outcomes.filter(({ status }) => status === "added")) {
      const { revision, chunks } = await base.show(documentId);
      for (const chunk of chunks) expect(revision?.text.slice(chunk.charStart, chunk.charEnd)).toBe(chunk.text);
      for (const { charStart, charEnd, type, action } of revision?.findings ?? []) {
        const shown = revision!.text.slice(charStart, charEnd);
        if (action === "redact") expect(shown).toBe(`[${type}]`);
        if (action === "mask") expect(shown).toMatch(/^[^\p{L}\p{N}]*$/u);
      }
    }
    await base.close();
    expect(await leaks(join(work, "kb"))).toEqual([]);
  });
});

test("in a PDF the boxes of what stands in place of a value cover where the value was", {
  timeout: 120_000,
}, async () => {
  const original = CANARY_FILES["paper.pdf"] as Uint8Array;
  const { redactions } = await redactPdf(original, { detectors: [pii], policy: redact({ keep: [] }) });
  await using base = await open();
  await base.ingest(source());
  const { revision } = await base.show("paper.pdf");
  const boxes = (revision!.findings ?? []).map(({ type, charStart, charEnd }) => ({
    type,
    boxes: revision!.elements.flatMap((element) =>
      (element.boxes ?? []).filter(
        ({ start = 0, end = element.text.length }) =>
          element.charStart + start < charEnd && element.charStart + end > charStart,
      ),
    ),
  }));
  // One sentence holds two.
  expect(redactions.length).toBeGreaterThanOrEqual(VALUES.length - 1);
  for (const { type, boxes: values } of redactions)
    for (const value of values) {
      const middle = { x: (value.left + value.right) / 2, y: (value.top + value.bottom) / 2 };
      const covers = (box: (typeof values)[number]): boolean =>
        box.page === value.page &&
        box.left <= middle.x &&
        box.right >= middle.x &&
        box.top <= middle.y &&
        box.bottom >= middle.y;
      expect(
        boxes.some((finding) => finding.type === type && finding.boxes.some(covers)),
        `${type} on page ${value.page}`,
      ).toBe(true);
    }
});

const POINTS: readonly FaultPoint[] = [
  "document-processed",
  "publication-begun",
  "embedded",
  "rows-written",
  "rows-verified",
  "rows-retired",
  "committed",
  "purged",
];

test("a run that fails at any stage leaves no value, nor does the one that goes on", { timeout: 240_000 }, async () => {
  // Formats that are read in threads alone: what is at stake here is what happens behind the reading.
  for (const name of Object.keys(CANARY_FILES))
    if (!/\.(txt|md|csv|eml)$/.test(name)) await rm(join(work, "docs", name));
  for (const point of POINTS) {
    await rm(join(work, "kb"), { recursive: true, force: true });
    // The rules alone find these values, too, and in a tenth of the time.
    const base = await open(undefined, rulePii());
    const failing = base.ingest(source(), {
      onFaultPoint: (reached) => {
        if (reached === point) throw new Error("The disk is gone.");
      },
    });
    const error = await failing.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error, point).toBeDefined();
    expect(valuesIn(Buffer.from(String((error as Error).stack)))).toEqual([]);
    expect(await leaks(join(work, "kb"), base), point).toEqual([]);
    const report = await base.ingest(source());
    expect(report.counts.failed, point).toBeLessThanOrEqual(1);
    expect(await leaks(join(work, "kb"), base), `after ${point}`).toEqual([]);
    await base.close();
  }
});

test("there is a canary of every type that the detectors know", () => {
  expect(Object.keys(CANARIES).sort()).toEqual([...PII_TYPES].sort());
});

test("a planted leak is found, whatever it is packed in", async () => {
  const root = join(work, "planted");
  await mkdir(root);
  const { NAME, SSN, EMAIL, CREDIT_DEBIT_NUMBER } = CANARIES;
  await writeFile(join(root, "log"), `warn: ${SSN.sentence}`);
  await writeFile(join(root, "bare"), CREDIT_DEBIT_NUMBER.value.replaceAll(" ", ""));
  await writeFile(join(root, "wide"), Buffer.from(NAME.value, "utf16le"));
  await writeFile(
    join(root, "packed"),
    Buffer.concat([Buffer.from("x"), zstdCompressSync(Buffer.from(EMAIL.sentence.repeat(9)))]),
  );
  expect((await leaks(root)).map((place) => place.split(":")[0]).sort()).toEqual(["bare", "log", "packed", "wide"]);
  // The stage left out: every kind is found.
  const base = await openKnowledgeBase({ path: join(work, "open"), embedder: hashEmbedder() });
  await base.ingest(source());
  const found = (await leaks(join(work, "open"), base)).join("\n");
  for (const value of VALUES) expect(found).toContain(value);
  await base.close();
});
