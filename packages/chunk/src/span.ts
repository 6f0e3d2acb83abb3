import type { PlacedElement } from "@groundwork/contracts";

/** How good a place is for a cut, from "only if nothing else is left" to "here". A higher one always wins. */
export const CUT = { glued: 0, sentence: 1, line: 2, item: 3, block: 4 } as const;

/** How far a span was taken apart already: an element, its sentences (rows, lines), words, characters. */
export type Grain = "element" | "sentence" | "word" | "character";

/** A stretch of the canonical text that packing moves as one. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** Upper estimate of its share in the budget. */
  readonly tokens: number;
  /** Worth of a cut before it. */
  readonly cut: number;
  readonly element: PlacedElement;
  readonly grain: Grain;
}

export function isHeading(element: PlacedElement): boolean {
  return element.kind === "heading" || element.kind === "title";
}
