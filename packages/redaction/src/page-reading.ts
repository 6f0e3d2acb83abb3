import type { Box } from "@groundwork/contracts";

/** What a page says and where. A page may have several: its text layer, and what was recognised in its picture. */
export interface PageReading {
  /** 1-based. */
  readonly page: number;
  readonly text: string;
  /** The places of a stretch of the text, one a line, as large as they must be to cover it. Throws `PII_POLICY_VIOLATION` when they are not known. */
  boxesOf(start: number, end: number): readonly Box[];
}
