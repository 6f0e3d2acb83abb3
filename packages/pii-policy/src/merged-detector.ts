import type { PiiDetector } from "@groundwork/contracts";
import { mergeFindings } from "./merge-findings.ts";

/** Several detectors as one: what they find is joined by {@link mergeFindings}. */
export function mergedDetector(detectors: readonly PiiDetector[]): PiiDetector {
  return {
    identity: { name: "pii-merged", revision: "1", options: { detectors: detectors.map(({ identity }) => identity) } },
    async detect(texts, options) {
      const lists = await Promise.all(detectors.map((detector) => detector.detect(texts, options)));
      return texts.map((_, index) => mergeFindings(...lists.map((list) => list[index] ?? [])));
    },
  };
}
