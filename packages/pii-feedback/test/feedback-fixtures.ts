import { randomBytes } from "node:crypto";
import type { PiiDetector, PiiFinding } from "@groundwork/contracts";
import { PiiKey } from "@groundwork/pii-policy";
import {
  buildCorrections,
  type Corrections,
  correctedPii,
  type ManifestEntry,
  type ReviewCase,
  type ReviewedCase,
  readManifest,
  uncertainTexts,
} from "../src/index.ts";

export const keyBytes = randomBytes(32);
export const key = new PiiKey(keyBytes);

/** Finds each of some words, with a score of its own. */
export function wordDetector(words: Readonly<Record<string, readonly [type: string, score: number]>>): PiiDetector {
  return {
    identity: { name: "words", revision: "1", options: words },
    detect: async (texts) =>
      texts.map((text) =>
        Object.entries(words)
          .flatMap(([word, [type, score]]) =>
            Array.from(
              text.matchAll(new RegExp(word, "g")),
              ({ index }): PiiFinding => ({ type, start: index, end: index + word.length, score, detector: "words" }),
            ),
          )
          .sort((a, b) => a.start - b.start),
      ),
  };
}

export async function casesOf(
  detectors: readonly PiiDetector[],
  texts: readonly string[],
  options = {},
): Promise<ReviewCase[]> {
  const cases: ReviewCase[] = [];
  const detector = uncertainTexts({ detectors, onCase: (one) => void cases.push(one), ...options });
  await detector.detect(texts);
  return cases;
}

export async function entriesOf(lines: readonly string[], options = {}): Promise<ManifestEntry[]> {
  const entries: ManifestEntry[] = [];
  for await (const entry of readManifest(lines, options)) entries.push(entry);
  return entries;
}

/** The line as a labeling job gives it back. */
export function answered(
  line: string,
  entities: readonly (readonly [label: string, start: number, end: number])[],
): string {
  return JSON.stringify({
    ...JSON.parse(line),
    "review-1": {
      annotations: {
        entities: entities.map(([label, startOffset, endOffset]) => ({ endOffset, startOffset, label })),
        labels: [...new Set(entities.map(([label]) => label))].map((label) => ({ label })),
      },
    },
    "review-1-metadata": {
      entities: entities.map(() => ({ confidence: 0.08 })),
      "job-name": "labeling-job/review-1",
      type: "groundtruth/text-span",
      "creation-date": "2026-02-03T10:00:00.000000",
      "human-annotated": "yes",
    },
  });
}

export function reviewedCase(
  text: string,
  proposed: readonly PiiFinding[],
  labels: readonly [string, string][],
): ReviewedCase {
  return {
    id: text.slice(0, 8),
    text,
    proposed,
    labelled: labels.map(([type, value]) => {
      const start = text.indexOf(value);
      return { type, start, end: start + value.length };
    }),
  };
}

export async function corrected(
  detector: PiiDetector,
  cases: readonly ReviewedCase[],
  options = {},
): Promise<{ detector: PiiDetector; corrections: Corrections }> {
  const { corrections } = await buildCorrections(cases, { key });
  const stored = JSON.parse(JSON.stringify(corrections)) as Corrections;
  return {
    corrections,
    detector: correctedPii({ detectors: [detector], corrections: stored, key: keyBytes, ...options }),
  };
}

export async function found(detector: PiiDetector, text: string): Promise<string[]> {
  const [findings] = await detector.detect([text]);
  return findings!.map(({ type, start, end }) => `${type}=${text.slice(start, end)}`);
}
