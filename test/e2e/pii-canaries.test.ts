import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { PiiDetector } from "@groundwork/contracts";
import { localPii, rulePii } from "@groundwork/pii-local";
import { mask, pseudonymize, redact } from "@groundwork/pii-policy";
import type { FaultPoint } from "@groundwork/pipeline";
import { redactPdf } from "@groundwork/redact-pdf";
import { folder } from "@groundwork/source-files";
import { hashEmbedder } from "@groundwork/testing/hash-embedder";
import { type KnowledgeBase, openKnowledgeBase } from "groundwork";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { docxOf, xlsxOf, zipOf } from "../../packages/extract-office/test/zip-of.ts";
import { makePdf } from "../../packages/redact-pdf/test/make-pdf.ts";

/** One value of each kind, which stands nowhere else, in the words that come with such a value. None is anybody's. */
const CANARIES: Readonly<Record<string, { readonly value: string; readonly sentence: string }>> = {
  NAME: { value: "Zelda Quorn", sentence: "Please send the file to Ms. Zelda Quorn today." },
  EMAIL: { value: "zquorn@fernsbymail.com", sentence: "Write to zquorn@fernsbymail.com about it." },
  PHONE: { value: "+1 614-227-8841", sentence: "Call +1 614-227-8841 before noon." },
  SSN: { value: "532-81-4907", sentence: "The social security number is 532-81-4907." },
  CREDIT_DEBIT_NUMBER: { value: "4556 7375 8689 9855", sentence: "Paid with credit card 4556 7375 8689 9855." },
  INTERNATIONAL_BANK_ACCOUNT_NUMBER: {
    value: "DE44 5001 0517 5407 3249 31",
    sentence: "Transfer it to IBAN DE44 5001 0517 5407 3249 31.",
  },
  IP_ADDRESS: { value: "198.51.100.177", sentence: "The request came from 198.51.100.177 at night." },
  MAC_ADDRESS: { value: "00:1B:44:11:3A:B7", sentence: "The device has the MAC address 00:1B:44:11:3A:B7." },
  VEHICLE_IDENTIFICATION_NUMBER: { value: "1HGCM82633A004352", sentence: "The car has the VIN 1HGCM82633A004352." },
  AWS_ACCESS_KEY: { value: "AKIAQZX7NNRTLD5WV2JM", sentence: "The access key AKIAQZX7NNRTLD5WV2JM was found." },
  PASSPORT_NUMBER: { value: "548219367", sentence: "The passport number 548219367 was copied." },
};
const VALUES = Object.values(CANARIES).map(({ value }) => value);
const SENTENCES = Object.values(CANARIES).map(({ sentence }) => sentence);

const paragraph = (text: string): string => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;
const cell = (text: string, column: number, row: number): string =>
  `<c r="${"ABCDEFGHIJKL"[column]}${row}" t="inlineStr"><is><t>${text}</t></is></c>`;

const FILES: Readonly<Record<string, string | Uint8Array>> = {
  "plain.txt": SENTENCES.join("\n\n"),
  "marked.md": `---\nauthor: ${CANARIES.NAME!.value}\ncontact: ${CANARIES.EMAIL!.value}\n---\n\n# File of ${CANARIES.NAME!.value}\n\n${SENTENCES.map((sentence) => `- ${sentence}`).join("\n")}\n`,
  "table.csv": `what,said\n${SENTENCES.map((sentence, index) => `${index},"${sentence}"`).join("\n")}\n`,
  "page.html": `<html><head><title>${SENTENCES[0]}</title></head><body>${SENTENCES.map((sentence) => `<p>${sentence}</p>`).join("")}<a href="mailto:${CANARIES.EMAIL!.value}">mail</a></body></html>`,
  "data.json": JSON.stringify({ notes: SENTENCES }),
  "mail.eml": `From: ${CANARIES.NAME!.value} <${CANARIES.EMAIL!.value}>\nTo: office@agency.org\nSubject: ${SENTENCES[0]}\nDate: Mon, 2 Mar 2026 10:00:00 +0000\n\n${SENTENCES.join("\n\n")}\n`,
  "letter.docx": docxOf(SENTENCES.map(paragraph).join("")),
  "book.xlsx": xlsxOf([
    {
      name: "Sheet",
      xml: `<sheetData>${SENTENCES.map((sentence, index) => `<row r="${index + 1}">${cell(sentence, 0, index + 1)}</row>`).join("")}</sheetData>`,
    },
  ]),
  "paper.pdf": makePdf(
    Array.from({ length: 2 }, (_, page) => SENTENCES.slice(page * 6, page * 6 + 6)),
    { title: SENTENCES[0]! },
  ),
  "bundle.zip": zipOf({ "inside.txt": SENTENCES.join("\n\n") }),
  // Fails: what is in it must stand in no error either.
  "broken.pdf": `%PDF-1.7\n${SENTENCES.join("\n")}`,
};

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

/** Which values are in these bytes, as they are, without what stands between their characters, or as UTF-16. */
function valuesIn(bytes: Buffer): string[] {
  const text = bytes.toString("latin1");
  const compact = text.replace(/[ -]/g, "");
  return VALUES.filter(
    (value) =>
      text.includes(value) ||
      text.toLowerCase().includes(value.toLowerCase()) ||
      (/^\d[\d -]+$/.test(value) && compact.includes(value.replace(/[ -]/g, ""))) ||
      bytes.includes(Buffer.from(value, "utf16le")),
  );
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
  for (const [name, content] of Object.entries(FILES)) await writeFile(join(work, "docs", name), content);
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
    expect(report.counts.added).toBeGreaterThanOrEqual(10);
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
  const original = FILES["paper.pdf"] as Uint8Array;
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
  expect(redactions.length).toBeGreaterThanOrEqual(VALUES.length);
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
  for (const name of Object.keys(FILES)) if (!/\.(txt|md|csv|eml)$/.test(name)) await rm(join(work, "docs", name));
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

test("a planted leak is found, whatever it is packed in", async () => {
  const root = join(work, "planted");
  await mkdir(root);
  const { NAME, SSN, EMAIL, CREDIT_DEBIT_NUMBER } = CANARIES;
  await writeFile(join(root, "log"), `warn: ${SSN!.sentence}`);
  await writeFile(join(root, "bare"), CREDIT_DEBIT_NUMBER!.value.replaceAll(" ", ""));
  await writeFile(join(root, "wide"), Buffer.from(NAME!.value, "utf16le"));
  await writeFile(
    join(root, "packed"),
    Buffer.concat([Buffer.from("x"), zstdCompressSync(Buffer.from(EMAIL!.sentence.repeat(9)))]),
  );
  expect((await leaks(root)).map((place) => place.split(":")[0]).sort()).toEqual(["bare", "log", "packed", "wide"]);
  // The stage left out: every kind is found.
  const base = await openKnowledgeBase({ path: join(work, "open"), embedder: hashEmbedder() });
  await base.ingest(source());
  const found = (await leaks(join(work, "open"), base)).join("\n");
  for (const value of VALUES) expect(found).toContain(value);
  await base.close();
});
