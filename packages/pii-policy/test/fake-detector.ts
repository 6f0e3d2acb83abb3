import type { PiiDetector, PiiFinding } from "@groundwork/contracts";

/** Finds what patterns say: tests of the policy need findings, not a detector. */
export function fakeDetector(patterns: Readonly<Record<string, RegExp>>): PiiDetector & { readonly seen: string[] } {
  const seen: string[] = [];
  return {
    seen,
    identity: { name: "fake", revision: "1", options: Object.keys(patterns) },
    async detect(texts) {
      seen.push(...texts);
      return texts.map((text) =>
        Object.entries(patterns)
          .flatMap(([type, pattern]): PiiFinding[] =>
            Array.from(text.matchAll(pattern), (match) => ({
              type,
              start: match.index,
              end: match.index + match[0].length,
              score: 0.9,
              detector: "fake",
            })),
          )
          .sort((a, b) => a.start - b.start),
      );
    },
  };
}

/** Patterns of test data: nobody has these values. */
export const PATTERNS = {
  NAME: /\b(?:Maria Gonzalez|Gonzalez|Wei Chen|Ana Ruiz)\b/g,
  SSN: /\b\d{3}-\d{2}-\d{4}\b/g,
  EMAIL: /[a-z.]+@[a-z]+\.org/g,
  CREDIT_DEBIT_NUMBER: /\b\d{4}[ -]\d{4}[ \n-]\d{4}[ -]\d{4}\b/g,
  PHONE: /\(\d{3}\) \d{3}-\d{4}|\b\d{11}\b/g,
  DATE_TIME: /\b\d{4}-\d{2}-\d{2}\b/g,
};
