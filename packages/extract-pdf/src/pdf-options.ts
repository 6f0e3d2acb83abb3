import { GroundworkError } from "@groundwork/contracts";

export interface PdfExtractorOptions {
  /** Tried when the document brings no password of its own. Not part of the extractor's identity. */
  readonly password?: string;
  /** Text of notes and comments as `comment` elements. @default false */
  readonly annotations?: boolean;
  /** Embedded files as child documents. @default true */
  readonly attachments?: boolean;
  /**
   * What to do with text that nobody sees where it stands. `mark` gives it as paragraphs of their own with the attribute `hidden`,
   * `drop` leaves it out; it is never part of other elements. @default "mark"
   */
  readonly hidden?: "mark" | "drop";
  /** Resolution of page images. @default 200 */
  readonly imageDpi?: number;
  /** Pixels of a page image at most; larger pages are rendered at a lower resolution. @default 12_000_000 */
  readonly maxImagePixels?: number;
}

export type ResolvedPdfOptions = Required<Omit<PdfExtractorOptions, "password">> &
  Pick<PdfExtractorOptions, "password">;

/** Fills in the defaults and checks the values. Throws `INVALID_ARGUMENT`. */
export function resolvePdfOptions(options: PdfExtractorOptions = {}): ResolvedPdfOptions {
  const { hidden = "mark", imageDpi = 200, maxImagePixels = 12_000_000 } = options;
  if (hidden !== "mark" && hidden !== "drop") {
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      `Expected option hidden to be "mark" or "drop", found ${JSON.stringify(hidden)}. Correct the option.`,
    );
  }
  if (!(imageDpi >= 36 && imageDpi <= 1200)) {
    throw new GroundworkError("INVALID_ARGUMENT", `Expected imageDpi from 36 to 1200, found ${imageDpi}.`);
  }
  if (!(maxImagePixels >= 10_000 && maxImagePixels <= 200_000_000)) {
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      `Expected maxImagePixels from 10,000 to 200,000,000, found ${maxImagePixels}.`,
    );
  }
  return {
    annotations: options.annotations ?? false,
    attachments: options.attachments ?? true,
    hidden,
    imageDpi,
    maxImagePixels,
    ...(options.password === undefined ? {} : { password: options.password }),
  };
}
