import { createHash } from "node:crypto";
import { GroundworkError, type PiiDetector, type PiiFinding } from "@groundwork/contracts";
import { mergedDetector } from "@groundwork/pii-policy";
import type { ReviewCase } from "./review-case.ts";

export interface UncertainTextsOptions {
  readonly detectors: readonly PiiDetector[];
  /** A finding with a lower score is in doubt, 0..1. @default 0.7 */
  readonly maximumScore?: number;
  /** Types that are asked about. @default all */
  readonly types?: readonly string[];
  /**
   * Share of the texts without a finding in doubt that are asked about, too, to find what detectors miss, 0..1. Which ones follows
   * from the texts alone. @default 0
   */
  readonly sampleShare?: number;
  /** Characters of a case at most: of longer texts the parts with doubts are given. @default 4,000, at most 18,000 */
  readonly maximumLength?: number;
  /** Called once for each different text, and waited for. */
  readonly onCase: (reviewCase: ReviewCase) => void | Promise<void>;
}

const DEFAULT_SCORE = 0.7;
const DEFAULT_LENGTH = 4_000;
/** Ground Truth takes attributes of up to 20,000 characters. */
const LONGEST = 18_000;
/** Words of a text that is worth to be sampled. */
const SAMPLED_WORDS = 4;

interface Part {
  readonly start: number;
  readonly end: number;
}

function refuse(message: string): never {
  throw new GroundworkError("INVALID_ARGUMENT", message, { driver: "pii-feedback" });
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Where a long text can be cut: after the end of a sentence or line, otherwise after a blank, and never inside a finding. */
function cutBefore(text: string, from: number, limit: number, findings: readonly PiiFinding[]): number {
  const isFree = (at: number): boolean => !findings.some(({ start, end }) => start < at && at < end);
  let blank = -1;
  for (let at = limit; at > from + (limit - from) / 2; at--) {
    if (!/\s/.test(text[at - 1]!) || !isFree(at)) continue;
    if (text[at - 1] === "\n" || /[.!?]/.test(text[at - 2] ?? "")) return at;
    if (blank < 0) blank = at;
  }
  if (blank > 0) return blank;
  const holding = findings.find(({ start, end }) => start < limit && limit < end);
  return holding !== undefined && holding.start > from ? holding.start : limit;
}

function partsOf(text: string, maximumLength: number, findings: readonly PiiFinding[]): Part[] {
  const parts: Part[] = [];
  for (let start = 0; start < text.length; ) {
    const limit = start + maximumLength;
    const end = limit >= text.length ? text.length : cutBefore(text, start, limit, findings);
    parts.push({ start, end });
    start = end;
  }
  return parts;
}

/**
 * A detector that finds what the given ones find, and hands on the texts in which they are in doubt. In the place of the detectors of a
 * stage it sees the texts just as they do.
 *
 * @throws GroundworkError `INVALID_ARGUMENT` for options outside of their ranges.
 */
export function uncertainTexts(options: UncertainTextsOptions): PiiDetector {
  const { detectors, onCase, maximumScore = DEFAULT_SCORE, sampleShare = 0, maximumLength = DEFAULT_LENGTH } = options;
  if (detectors.length === 0) refuse("Expected at least one detector, found none.");
  if (!(maximumScore >= 0 && maximumScore <= 1)) refuse(`Expected maximumScore from 0 to 1, found ${maximumScore}.`);
  if (!(sampleShare >= 0 && sampleShare <= 1)) refuse(`Expected sampleShare from 0 to 1, found ${sampleShare}.`);
  if (!(maximumLength >= 100 && maximumLength <= LONGEST))
    refuse(`Expected maximumLength from 100 to ${LONGEST}, found ${maximumLength}.`);
  const asked = options.types === undefined ? undefined : new Set(options.types);
  const isDoubtful = ({ score, type }: PiiFinding): boolean => score < maximumScore && (asked?.has(type) ?? true);
  const seen = new Set<string>();
  const together = mergedDetector(detectors);

  const isSampled = (text: string, digest: Buffer): boolean =>
    sampleShare > 0 &&
    digest.readUInt32BE(24) < sampleShare * 2 ** 32 &&
    (text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0) >= SAMPLED_WORDS;

  const handOn = async (whole: string, findings: readonly PiiFinding[]): Promise<void> => {
    for (const { start, end } of partsOf(whole, maximumLength, findings)) {
      // Half surrogates are no text that another system would take; the length stays.
      const text = whole.slice(start, end).toWellFormed();
      const inside = findings.filter((finding) => finding.start >= start && finding.end <= end);
      const digest = digestOf(text);
      if (!inside.some(isDoubtful) && !isSampled(text, digest)) continue;
      const id = digest.toString("hex").slice(0, 24);
      if (seen.has(id)) continue;
      seen.add(id);
      await onCase({
        id,
        text,
        proposed: inside.map((finding) => ({ ...finding, start: finding.start - start, end: finding.end - start })),
        ...(start > 0 ? { cutBefore: true } : {}),
        ...(end < whole.length ? { cutAfter: true } : {}),
      });
    }
  };

  return {
    identity: {
      name: "pii-review",
      revision: "1",
      options: { detectors: detectors.map(({ identity }) => identity) },
    },
    async detect(texts, call) {
      const merged = await together.detect(texts, call);
      for (const [index, text] of texts.entries()) await handOn(text, merged[index]!);
      return merged;
    },
  };
}
