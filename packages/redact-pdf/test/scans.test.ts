import type { DocumentElement, Extractor, PiiDetector, PiiFinding } from "@groundwork/contracts";
import { imageExtractor } from "@groundwork/extract-image";
import { redact } from "@groundwork/pii-policy";
import { expectError } from "@groundwork/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redactPdf } from "../src/index.ts";
import { makePdf } from "./make-pdf.ts";
import { makeScan, picturesOf, printed } from "./make-scan.ts";

const PATTERNS: Readonly<Record<string, RegExp>> = { NAME: /Maria\s+Gonzalez/g, SSN: /\d{3}-\d{2}-\d{4}/g };
const detector: PiiDetector = {
  identity: { name: "fake", revision: "1" },
  detect: async (texts) =>
    texts.map((text) =>
      Object.entries(PATTERNS).flatMap(([type, pattern]) =>
        Array.from(text.matchAll(pattern), ({ 0: value, index }): PiiFinding => {
          return { type, start: index, end: index + value.length, score: 0.9, detector: "fake" };
        }),
      ),
    ),
};
const options = { detectors: [detector], policy: redact() };
const recognizer = imageExtractor({ wordBoxes: true });
afterAll(() => recognizer.close?.());

/** What can be read on the pages of a PDF. */
async function readPages(bytes: Uint8Array): Promise<string[]> {
  const texts: string[] = [];
  for (const image of await picturesOf(bytes)) {
    const elements = await recognizer.recognizePage!(image);
    texts.push(elements.map(({ text }) => text).join("\n"));
  }
  return texts;
}

const SCANNED = [
  "The employee Maria Gonzalez asks",
  "for her refund, her number is",
  "123-45-6789 and signed by Maria",
  "Gonzalez in person in spring.",
];
let scan: Awaited<ReturnType<typeof printed>>;
beforeAll(async () => {
  scan = await printed(SCANNED);
});

// Networks read these pictures, on machines that may do other things as well.
describe("pages that are pictures", { timeout: 240_000 }, () => {
  test("lose their values when there is a recognizer, turned pages and pictures beside text, too", async () => {
    const letterhead = await printed(["Office of Maria Gonzalez, Dublin"]);
    const original = makeScan([
      { picture: scan, rotate: 90 },
      {
        picture: letterhead,
        at: [0, 85, 330, 165],
        lines: ["Printed text of Maria Gonzalez stays text"],
        field: "123-45-6789",
      },
    ]);
    const { bytes, redactions, unread, pages } = await redactPdf(original, { ...options, recognizer });
    expect([pages, unread]).toEqual([2, []]);
    const told = redactions.map(({ type, boxes }) => `${type} ${boxes[0]!.page} ${boxes.length}`);
    expect(told.sort()).toEqual(["NAME 1 1", "NAME 1 2", "NAME 2 1", "NAME 2 1", "SSN 1 1", "SSN 2 1"]);
    const [first, second] = await readPages(bytes);
    for (const text of [first, second]) expect(text).not.toMatch(/Maria|Gonzalez|123-45|6789/);
    for (const word of ["The employee", "asks", "for her refund", "signed by", "in person"])
      expect(first).toContain(word);
    for (const word of ["Office of", "Printed text of", "stays text", "Dublin"]) expect(second).toContain(word);
  });

  test("are refused without a recognizer, whatever is stamped on them", async () => {
    const stamp = "Confidential, produced by the other party, number 0001234";
    for (const pages of [[{ picture: scan }], [{}, { picture: scan, lines: [stamp] }]]) {
      const original = makeScan(pages);
      const error = await expectError(() => redactPdf(original, options), "PII_POLICY_VIOLATION");
      expect(error.message).toContain("Give a recognizer");
      const allowed = await redactPdf(original, { ...options, unread: "allow" });
      expect(allowed.unread).toEqual([pages.length]);
      const region = { page: pages.length, left: 0, top: 0, right: 1, bottom: 0.5 };
      expect((await redactPdf(original, { ...options, regions: [region] })).pages).toBe(pages.length);
      expect((await redactPdf(original, { ...options, detectors: [], regions: [region] })).redactions).toEqual([]);
    }
  });

  test("are not those with a logo, a blank one or one with a rule: only that they were not read is told", async () => {
    const original = makeScan([
      { picture: scan, at: [40, 40, 80, 60], lines: ["Employee Maria Gonzalez"] },
      {},
      { lines: ["Only text"] },
    ]);
    const { unread, redactions } = await redactPdf(original, options);
    expect(unread).toEqual([1]);
    expect(redactions).toHaveLength(1);
  });

  test("that still show a value are refused", async () => {
    const box = { page: 1, left: 0.1, top: 0.1, right: 0.2, bottom: 0.2, start: 0, end: 14 };
    const stubborn: Extractor = {
      ...recognizer,
      recognizePage: async (): Promise<DocumentElement[]> => [
        { kind: "paragraph", text: "Maria Gonzalez", boxes: [box] },
      ],
    };
    await expectError(
      () => redactPdf(makeScan([{ picture: scan }]), { ...options, recognizer: stubborn }),
      "PII_POLICY_VIOLATION",
    );
  });
});

test("what fields and notes show is drawn, and their values are burned out", async () => {
  const original = makeScan([{ lines: ["Claim form"], field: "123-45-6789", note: "ask Maria Gonzalez" }]);
  const { redactions, bytes } = await redactPdf(original, options);
  expect(redactions.map(({ type }) => type).sort()).toEqual(["NAME", "SSN"]);
  const [text] = await readPages(bytes);
  expect(text).toContain("Claim form");
  expect(text).toContain("ask");
  expect(text).not.toMatch(/Maria|Gonzalez|6789/);
});

test("options that cannot be followed are refused", async () => {
  const pdf = makePdf([["x"]]);
  const { recognizePage: _, ...blind } = recognizer;
  await expectError(() => redactPdf(pdf, { ...options, recognizer: blind }), "INVALID_ARGUMENT");
  await expectError(() => redactPdf(pdf, { ...options, unread: "maybe" as "allow" }), "INVALID_ARGUMENT");
  const region = { page: 2, left: 0, top: 0, right: 1, bottom: 1 };
  await expectError(() => redactPdf(pdf, { ...options, regions: [region] }), "INVALID_ARGUMENT");
});
