import { describe, expect, test } from "vitest";
import { extractorCases } from "../src/extractor-suite.ts";
import { type ExtractorFault, faultyExtractor } from "../src/faulty-extractors.ts";
import { failingCases } from "../src/suite-case.ts";

const bytes = new TextEncoder().encode("A manager may not approve her own travel.\nSecond line.");

const casesOf = (fault: ExtractorFault) =>
  extractorCases({
    name: "faulty",
    create: () => faultyExtractor({ fault }),
    samples: [
      {
        name: "policy.txt",
        mediaType: "text/plain",
        bytes,
        expectText: ["A manager may not approve her own travel."],
      },
      { name: "bad.txt", mediaType: "text/plain", bytes: Uint8Array.of(0xff, 0), expectError: "CORRUPT_DOCUMENT" },
    ],
  });

describe("an extractor that keeps the contract", () => {
  for (const suiteCase of casesOf("none")) test(suiteCase.name, suiteCase.run);
});

describe("planted faults", () => {
  const expected: Record<Exclude<ExtractorFault, "none">, RegExp> = {
    "text-not-nfc": /valid parts/,
    "box-outside-page": /valid parts/,
    "table-text-differs": /valid parts/,
    "cells-overlap": /valid parts/,
    "mark-outside-text": /valid parts/,
    "marks-out-of-order": /valid parts/,
    "link-without-address": /valid parts/,
    "part-too-big": /valid parts/,
    "unknown-kind": /valid parts/,
    "child-escapes": /valid parts/,
    "loses-text": /valid parts/,
    "differs-each-time": /same parts twice/,
    "ignores-signal": /signal has fired/,
    "checks-signal-once": /during the extraction/,
    "leaks-stream": /on break/,
    "empty-succeeds": /EMPTY_DOCUMENT/,
    "untyped-error": /untyped error/,
    "close-throws-twice": /closing twice/,
    "wrong-reference": /names itself/,
  };
  for (const [fault, caught] of Object.entries(expected)) {
    test(`${fault} is caught`, async () => {
      const failed = await failingCases(casesOf(fault as ExtractorFault));
      expect(failed.some((name) => caught.test(name))).toBe(true);
    });
  }
});
