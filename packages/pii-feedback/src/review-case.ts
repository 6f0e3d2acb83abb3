import type { PiiFinding } from "@groundwork/contracts";

/** A stretch of a text that is personal data. Offsets are UTF-16 code units of the text. */
export interface LabelledSpan {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/**
 * A text for a person to look at, with what detectors found in it. It holds personal data as it is: whoever keeps it keeps it as the
 * documents themselves are kept.
 */
export interface ReviewCase {
  /** The same for the same text: 24 hexadecimal digits of its SHA-256. */
  readonly id: string;
  readonly text: string;
  /** What detectors found, certain or not. */
  readonly proposed: readonly PiiFinding[];
  /** The text is a part of a longer one that goes on before it. @default false */
  readonly cutBefore?: boolean;
  /** The text is a part of a longer one that goes on after it. @default false */
  readonly cutAfter?: boolean;
}

/** A case with a person's answer: all that is personal data in the text, and nothing else is. */
export interface ReviewedCase extends ReviewCase {
  readonly labelled: readonly LabelledSpan[];
}
