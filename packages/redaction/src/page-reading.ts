import type { Box } from "@groundwork/contracts";

/** A stretch of a text and what names it where it comes from: the head of its column, the cell before it. */
export interface LabelledStretch {
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

/** What a page says and where. A page may have several: its text layer, and what was recognised in its picture. */
export interface PageReading {
  /** 1-based. */
  readonly page: number;
  readonly text: string;
  /** Stretches that a detector is to see with their label, too: a number in a table is known by the head of its column. */
  readonly labelled?: readonly LabelledStretch[];
  /** The places of a stretch of the text, one a line, as large as they must be to cover it. Throws `PII_POLICY_VIOLATION` when they are not known. */
  boxesOf(start: number, end: number): readonly Box[];
}
