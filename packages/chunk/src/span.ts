import type { PlacedElement } from "@groundwork/contracts";

/** How good a place is for a cut, from "only if nothing else is left" to "here". A higher one always wins. */
export const CUT = { glued: 0, sentence: 1, line: 2, item: 3, block: 4 } as const;

/** How far a span was taken apart already: an element, its sentences (rows, lines), words, characters. */
export type Grain = "element" | "sentence" | "word" | "character";

/** A part of the canonical text that packing moves as one. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  /** Whether nothing but blanks that always part tokens lies between it and the one before it. */
  readonly isParted: boolean;
  /** Worth of a cut before it. */
  readonly cut: number;
  readonly element: PlacedElement;
  readonly grain: Grain;
}

/** A stretch whose tokens were counted. */
export interface Span extends Stretch {
  /** Tokens of its text alone. */
  readonly exact: number;
  /** Upper estimate of its share in the budget. */
  readonly tokens: number;
  /** What it is made of at the next finer grain, where that was found out already. */
  readonly pieces: readonly Span[] | undefined;
}

export function isHeading(element: PlacedElement): boolean {
  return element.kind === "heading" || element.kind === "title";
}
