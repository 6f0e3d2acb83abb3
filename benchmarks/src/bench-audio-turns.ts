import type { SpeakerTurn } from "./bench-audio-references.ts";

/** Seconds between the moments that are compared. */
const STEP = 0.01;

/**
 * Diarization error rate: missed speech, false alarm and confusion over the speech of the reference, overlaps counted, no collar, speakers
 * matched so that the error is least (Fiscus et al., NIST RT).
 */
export function diarizationError(reference: readonly SpeakerTurn[], heard: readonly SpeakerTurn[]): number {
  const names = [...new Set(reference.map(({ speaker }) => speaker))];
  const guesses = [...new Set(heard.map(({ speaker }) => speaker))];
  const end = Math.max(...[...reference, ...heard].map((turn) => turn.end));
  const together = guesses.map(() => names.map(() => 0));
  let total = 0;
  let errors = 0;
  for (let time = STEP / 2; time < end; time += STEP) {
    const at = (turns: readonly SpeakerTurn[]): Set<string> =>
      new Set(turns.filter((turn) => turn.start <= time && time < turn.end).map(({ speaker }) => speaker));
    const gold = at(reference);
    const found = at(heard);
    total += gold.size;
    // Every moment of the larger side is an error unless the match below takes it back.
    errors += Math.max(gold.size, found.size);
    for (const guess of found) for (const name of gold) together[guesses.indexOf(guess)]![names.indexOf(name)]!++;
  }
  return total === 0 ? 0 : (errors - bestMatch(together, names.length)) / total;
}

/** Most moments that a one-to-one match of guesses (rows) to names (columns) explains. */
function bestMatch(together: readonly (readonly number[])[], names: number): number {
  const visit = (row: number, taken: ReadonlySet<number>): number => {
    const counts = together[row];
    if (counts === undefined) return 0;
    let best = visit(row + 1, taken);
    for (let column = 0; column < names; column++) {
      if (!taken.has(column)) best = Math.max(best, counts[column]! + visit(row + 1, new Set([...taken, column])));
    }
    return best;
  };
  return visit(0, new Set());
}
