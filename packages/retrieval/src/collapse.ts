import { words } from "@groundwork/terms";
import type { CandidateRow } from "./candidates.ts";

/** Words of a shingle; texts whose shingles agree by this share say the same (Broder 1997, "On the resemblance of documents"). */
const SHINGLE = 5;
export const NEAR_DUPLICATE = 0.85;
/** Shorter texts say nothing without their headings: they are duplicates only in an equal context. */
const STANDALONE_WORDS = 8;
/** Share of the shorter passage that an overlap in one document must cover. */
const OVERLAP = 0.5;

/** Words that turn a rule into its opposite or bound it: texts that differ in them are different rules. */
const DECISIVE = new Set(
  "no not nor never none cannot without unless except only neither must may shall should can will t don doesn isn aren wasn won".split(
    " ",
  ),
);

/** A passage as it is compared. */
export interface Fingerprint {
  readonly row: CandidateRow;
  readonly wordCount: number;
  readonly shingles: ReadonlySet<string>;
  /** Numbers and decisive words in order. */
  readonly decisive: string;
  readonly plain: string;
}

export function fingerprintOfPassage(row: CandidateRow): Fingerprint {
  const found = words(row.text);
  const shingles = new Set<string>();
  for (let index = 0; index + SHINGLE <= found.length; index++)
    shingles.add(found.slice(index, index + SHINGLE).join(" "));
  return {
    row,
    wordCount: found.length,
    shingles,
    decisive: found.filter((word) => DECISIVE.has(word) || /\p{N}/u.test(word)).join(" "),
    plain: found.join(" "),
  };
}

function resemblance(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  if (small.size === 0 || small.size < large.size * NEAR_DUPLICATE) return 0;
  let common = 0;
  for (const shingle of small) if (large.has(shingle)) common++;
  return common / (a.size + b.size - common);
}

function overlap(a: CandidateRow, b: CandidateRow): number {
  if (a.revision !== b.revision) return 0;
  const common = Math.min(a.charEnd, b.charEnd) - Math.max(a.charStart, b.charStart);
  return Math.max(0, common) / Math.max(1, Math.min(a.charEnd - a.charStart, b.charEnd - b.charStart));
}

/**
 * How far one passage repeats another, 0 to 1; 0 unless it can stand for it. Two versions of a rule that differ in a number or
 * in a "not" never do, however alike they are otherwise.
 */
export function duplication(a: Fingerprint, b: Fingerprint): number {
  if (a.row.contentHash === b.row.contentHash && a.plain === b.plain) return 1;
  const overlapping = overlap(a.row, b.row);
  if (overlapping >= OVERLAP) return overlapping;
  if (a.decisive !== b.decisive) return 0;
  if (a.plain === b.plain) return a.wordCount >= STANDALONE_WORDS ? 1 : 0;
  const similarity = resemblance(a.shingles, b.shingles);
  return similarity >= NEAR_DUPLICATE ? similarity : 0;
}

/** Finds out, best first, what each passage repeats. */
export class Collapser {
  readonly #kept: Fingerprint[] = [];
  readonly #collapsed = new Map<string, { chunkId: string; documentId: string; similarity: number }[]>();

  /** The kept passage that this one repeats; `undefined` keeps nothing. */
  original(row: CandidateRow): CandidateRow | undefined {
    const candidate = fingerprintOfPassage(row);
    for (const kept of this.#kept) {
      const similarity = duplication(kept, candidate);
      if (similarity === 0) continue;
      const { chunkId, documentId } = row;
      const list = this.#collapsed.get(kept.row.chunkId) ?? [];
      list.push({ chunkId, documentId, similarity });
      this.#collapsed.set(kept.row.chunkId, list);
      return kept.row;
    }
    return undefined;
  }

  keep(row: CandidateRow): void {
    this.#kept.push(fingerprintOfPassage(row));
  }

  collapsedInto(
    chunkId: string,
  ): readonly { readonly chunkId: string; readonly documentId: string; readonly similarity: number }[] {
    return this.#collapsed.get(chunkId) ?? [];
  }
}
