import type { PiiEntity } from "@aws-sdk/client-comprehend";
import type { PiiFinding } from "@groundwork/contracts";
import type { ResolvedFindingOptions } from "./comprehend-pii-options.ts";
import { Utf16Offsets } from "./utf16-offsets.ts";

export const DETECTOR = "pii-comprehend";

/** Findings of a text that was sent, from the service's entities: UTF-16 offsets moved by `offset`, wanted types and scores alone. */
export function findingsOf(
  text: string,
  entities: readonly PiiEntity[],
  offset: number,
  { wants, minimumScore }: ResolvedFindingOptions,
): PiiFinding[] {
  const offsets = new Utf16Offsets(text);
  const findings: PiiFinding[] = [];
  const ordered = entities.toSorted((a, b) => (a.BeginOffset ?? 0) - (b.BeginOffset ?? 0));
  for (const { Type, Score = 0, BeginOffset, EndOffset } of ordered) {
    if (Type === undefined || BeginOffset === undefined || EndOffset === undefined) continue;
    if (!wants(Type) || Score < minimumScore) continue;
    const start = offsets.at(BeginOffset);
    const end = offsets.at(EndOffset);
    if (end > start)
      findings.push({
        type: Type,
        start: start + offset,
        end: end + offset,
        score: Math.min(1, Score),
        detector: DETECTOR,
      });
  }
  return findings;
}
