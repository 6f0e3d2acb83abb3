import type { PiiFinding } from "@groundwork/contracts";
import { mergeFindings } from "@groundwork/pii-policy";
import type { Piece } from "./pieces.ts";

export interface PieceFindings {
  readonly piece: Piece;
  /** Offsets of the whole text. */
  readonly findings: readonly PiiFinding[];
}

const overlaps = (a: PiiFinding, b: PiiFinding): boolean => a.start < b.end && b.start < a.end;

/** Overlapping findings of one type become one, from the first start to the last end, with the higher score. */
function joined(findings: readonly PiiFinding[]): PiiFinding[] {
  const result: PiiFinding[] = [];
  const last = new Map<string, number>();
  for (const finding of findings.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const index = last.get(finding.type);
    const before = index === undefined ? undefined : result[index];
    if (before !== undefined && overlaps(before, finding)) {
      result[index!] = {
        ...before,
        end: Math.max(before.end, finding.end),
        score: Math.max(before.score, finding.score),
      };
    } else {
      last.set(finding.type, result.length);
      result.push(finding);
    }
  }
  return result;
}

/**
 * One list of findings for a text from the readings of its pieces, which overlap. A finding belongs to the piece in whose own stretch it
 * begins; the other reading of it, with less context, is dropped. A finding across a cut that its own piece did not see is kept where
 * nothing else is. Then overlapping findings of one type become one, and of different types the higher score wins (`mergeFindings`).
 */
export function combinePieces(parts: readonly PieceFindings[]): PiiFinding[] {
  const own: PiiFinding[] = [];
  const others: PiiFinding[] = [];
  for (const { piece, findings } of parts)
    for (const finding of findings) {
      if (finding.start >= piece.ownStart && finding.start < piece.ownEnd) own.push(finding);
      else if (finding.start < piece.ownStart && finding.end > piece.ownStart) others.push(finding);
    }
  const seam = others.filter((finding) => !own.some((kept) => overlaps(kept, finding)));
  return mergeFindings(joined([...own, ...seam]));
}
