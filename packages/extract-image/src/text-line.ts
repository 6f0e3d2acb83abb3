import type { RotatedRectangle } from "./geometry.ts";

/** A word with its place along the line, 0..1. */
export interface TextWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** UTF-16 offsets in the line's text. */
  readonly offset: number;
  readonly confidence: number;
}

/** A line of text as read: where it lies in the picture that was read, and what it says. */
export interface TextLine {
  readonly rectangle: RotatedRectangle;
  readonly text: string;
  readonly words: readonly TextWord[];
  /** Mean probability of its characters, 0..1. */
  readonly confidence: number;
}
