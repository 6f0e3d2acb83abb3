import type { PiiDetector, PiiFinding } from "@groundwork/contracts";
import { failingCases, piiDetectorCases } from "@groundwork/testing";
import { describe, expect, test } from "vitest";
import { rulePii } from "../src/index.ts";

/** The rules with a planted fault. */
function faulty(
  spoil: (text: string, findings: readonly PiiFinding[], index: number) => readonly PiiFinding[],
): PiiDetector {
  const detector = rulePii();
  return {
    identity: detector.identity,
    async detect(texts, options) {
      const found = await detector.detect(texts, options);
      return found.map((findings, index) => spoil(texts[index]!, findings, index));
    },
  };
}

const moved = (findings: readonly PiiFinding[], by: (finding: PiiFinding) => number): PiiFinding[] =>
  findings.map((finding) => ({ ...finding, start: finding.start - by(finding), end: finding.end - by(finding) }));

describe("the suite catches", () => {
  test.each<[fault: string, detector: PiiDetector, title: string]>([
    [
      "offsets that count code points",
      faulty((text, findings) => moved(findings, ({ start }) => start - [...text.slice(0, start)].length)),
      "offsets count UTF-16 units",
    ],
    ["findings out of order", faulty((_, findings) => findings.toReversed()), "the same text has the same findings"],
    [
      "overlaps",
      faulty((_, findings) => findings.flatMap((finding) => [finding, { ...finding, type: "OTHER" }])),
      "one list a text",
    ],
    ["texts that are cut", faulty((_, findings) => findings.filter(({ end }) => end < 100_000)), "a long text"],
    [
      "findings that depend on the neighbours",
      faulty((_, findings, index) => (index === 3 ? findings.slice(1) : findings)),
      "the same text has the same findings",
    ],
    [
      "a signal that is not looked at",
      { identity: rulePii().identity, detect: (texts) => rulePii().detect(texts) },
      "a signal that has fired",
    ],
  ])("%s", async (_, detector, title) => {
    // Findings that share their text with others must be there for some of the faults to show.
    const failed = await failingCases(piiDetectorCases({ name: "faulty", create: () => detector }));
    expect(
      failed.some((name) => name.includes(title)),
      failed.join(),
    ).toBe(true);
  });
});
