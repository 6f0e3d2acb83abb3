import type { PiiFinding, ProtectedFinding } from "@groundwork/contracts";
import type { BrokenPart } from "./broken-values.ts";
import { maskValue } from "./mask-value.ts";
import { mergeFindings } from "./merge-findings.ts";
import type { ReplaceValue } from "./replace-value.ts";
import { ReplacedText } from "./replacements.ts";

/** A finding in the protected text, before it is known which element it is in. */
export type FindingInText = Omit<ProtectedFinding, "element">;

export interface ProtectedText {
  readonly replaced: ReplacedText;
  readonly findings: readonly FindingInText[];
}

/** Findings as parts, without those that a value which crosses the text's end overlaps. */
function partsOf(text: string, findings: readonly PiiFinding[], broken: readonly BrokenPart[]): BrokenPart[] {
  const own = findings
    .filter(({ start, end }) => !broken.some((part) => part.start < end && part.end > start))
    .map((finding) => ({ ...finding, value: text.slice(finding.start, finding.end), isFirst: true }));
  return [...own, ...broken].sort((a, b) => a.start - b.start);
}

/** Replaces what the policy does not keep. */
export function protectText(
  text: string,
  findings: readonly (readonly PiiFinding[])[],
  replace: ReplaceValue,
  broken: readonly BrokenPart[] = [],
): ProtectedText {
  const parts = partsOf(text, mergeFindings(...findings), broken).map((part) => {
    const instead = replace(part.type, part.value, part.score);
    const isBroken = part.value.length > part.end - part.start;
    if (instead === undefined || !isBroken || (part.isFirst && instead.action !== "mask")) return { part, instead };
    const rest = instead.action === "mask" ? maskValue(text.slice(part.start, part.end), 0) : `[${part.type}]`;
    return { part, instead: { ...instead, text: rest } };
  });
  const replaced = new ReplacedText(
    text,
    parts.flatMap(({ part: { start, end }, instead }) =>
      instead === undefined ? [] : [{ start, end, text: instead.text }],
    ),
  );
  return {
    replaced,
    findings: parts.map(({ part: { type, score, detector, start, end }, instead }) => ({
      type,
      score,
      detector,
      start: replaced.mapStart(start),
      end: replaced.mapEnd(end),
      action: instead?.action ?? "keep",
    })),
  };
}
