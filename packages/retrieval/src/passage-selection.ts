import { type ReadOptions, throwIfAborted } from "@groundwork/contracts";
import type { CandidateRow } from "./candidates.ts";
import type { CitationVerifier, VerifiedPassage } from "./citation.ts";
import { Collapser } from "./collapse.ts";
import type { RankedCandidate } from "./ranking.ts";

export interface SelectedPassage {
  readonly candidate: RankedCandidate;
  readonly passage: VerifiedPassage;
}

export interface Selection {
  readonly selected: readonly SelectedPassage[];
  /** Chunks that were left out because their text could not be found where they say. */
  readonly unverifiedIds: ReadonlySet<string>;
  readonly collapser: Collapser;
}

/** Candidates after the last passage that are still compared with the passages, so that what repeats them is listed. */
const LOOK_AHEAD = 20;

/** The best passages that verify and do not repeat a better one. A passage that does not verify leaves its place to the next. */
export async function selectPassages(
  ranked: readonly RankedCandidate[],
  request: { readonly limit: number; readonly collapse: boolean; readonly lookAhead?: number },
  verifier: CitationVerifier,
  principals: readonly string[],
  options: ReadOptions,
): Promise<Selection> {
  const { lookAhead = LOOK_AHEAD } = request;
  const collapser = new Collapser();
  const repeats = (row: CandidateRow): boolean => request.collapse && collapser.original(row) !== undefined;
  const selected: SelectedPassage[] = [];
  const unverifiedIds = new Set<string>();
  let beyond = 0;
  for (const candidate of ranked) {
    if (selected.length >= request.limit) {
      if (!request.collapse || ++beyond > lookAhead) break;
      repeats(candidate.row);
      continue;
    }
    throwIfAborted(options.signal);
    if (repeats(candidate.row)) continue;
    const passage = await verifier.verify(candidate.whole(), principals, options);
    if (passage === undefined) {
      unverifiedIds.add(candidate.row.chunkId);
      continue;
    }
    selected.push({ candidate, passage });
    collapser.keep(candidate.row);
  }
  return { selected, unverifiedIds, collapser };
}
