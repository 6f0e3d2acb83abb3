import type { PiiFinding } from "@groundwork/contracts";

/** What is sent at once: one text, or several short ones with separators between them. */
export interface Package {
  readonly text: string;
  /** Where each text begins in the package. */
  readonly parts: readonly { readonly index: number; readonly start: number; readonly end: number }[];
}

/** A blank line on both sides of a rule: an end of a paragraph to any reader, and no part of any value. */
const SEPARATOR = "\n\n---\n\n";
/** Below it the service bills three units of 100 characters whatever the length. */
const BILLED_AT_LEAST = 300;
/** Characters of a package: beyond it the minimum hardly matters, while neighbours would. */
const FULL = 3_000;

/** Packs texts shorter than what is billed at least into packages, in order; longer ones go alone. */
export function packTexts(texts: readonly string[]): Package[] {
  const packages: Package[] = [];
  let open: { text: string; parts: { index: number; start: number; end: number }[] } | undefined;
  for (const [index, text] of texts.entries()) {
    if (text.length >= BILLED_AT_LEAST) {
      packages.push({ text, parts: [{ index, start: 0, end: text.length }] });
      continue;
    }
    if (open === undefined || open.text.length + SEPARATOR.length + text.length > FULL) {
      open = { text, parts: [{ index, start: 0, end: text.length }] };
      packages.push(open);
    } else {
      const start = open.text.length + SEPARATOR.length;
      open.text += SEPARATOR + text;
      open.parts.push({ index, start, end: start + text.length });
    }
  }
  return packages;
}

/** Findings of a package by its texts. One across a separator is cut at the ends of the texts: what was pointed at stays found. */
export function unpackFindings({ parts }: Package, findings: readonly PiiFinding[]): PiiFinding[][] {
  return parts.map(({ start, end }) =>
    findings
      .filter((finding) => finding.start < end && finding.end > start)
      .map((finding) => ({
        ...finding,
        start: Math.max(finding.start, start) - start,
        end: Math.min(finding.end, end) - start,
      })),
  );
}
