import {
  type CallOptions,
  type Extractor,
  GroundworkError,
  type PiiDetector,
  throwIfAborted,
} from "@groundwork/contracts";
import { openPictures, pictureInfo } from "@groundwork/picture";
import type { PiiPolicy } from "@groundwork/pii-policy";
import { checkRegions, type Redaction, type Region, ValueFinder } from "@groundwork/redaction";
import { redactPictures } from "./redact-pictures.ts";

export interface RedactImageOptions extends CallOptions {
  /** May be empty where `regions` say what to burn out: the picture is not read then. */
  readonly detectors: readonly PiiDetector[];
  /** What its rules keep is shown; whatever else they say, all other values are burned out. */
  readonly policy: PiiPolicy;
  /** Reads the letters of the picture: an extractor with `recognizePage`. Needed as soon as there is a detector. */
  readonly recognizer?: Extractor;
  /** Places to burn out as well, 0..1 from the top left of the picture as it is shown, pages from 1. */
  readonly regions?: readonly Region[];
}

export interface RedactedImage {
  readonly bytes: Uint8Array;
  /** A TIFF of several pages stays one; all else becomes a PNG. */
  readonly mediaType: "image/png" | "image/tiff";
  readonly pages: number;
  readonly redactions: readonly Redaction[];
}

function checkOptions({ detectors, recognizer, regions = [] }: RedactImageOptions): void {
  const refuse = (message: string): never => {
    throw new GroundworkError("INVALID_ARGUMENT", `redactImage: ${message}`, { stage: "redact" });
  };
  checkRegions(regions);
  if (detectors.length === 0 && regions.length === 0) refuse("expected at least one detector or region, found none.");
  if (detectors.length > 0 && recognizer?.recognizePage === undefined)
    refuse("expected a recognizer with recognizePage, such as imageExtractor(): detectors need a text.");
}

/**
 * A copy of a picture for those who may not see what is in it: what is written in it is read by the recognizer, and the values that
 * detectors find, and given regions, become black bars. Only pixels are taken over, upright as EXIF says: no metadata, thumbnail,
 * colour profile, transparency or further frame. The copy is decoded and read again before it is given.
 *
 * PNG, JPEG, TIFF (all pages), WebP, GIF (the first frame) and BMP; the content tells which. Above 12 megapixels the copy is smaller.
 *
 * @throws GroundworkError `EMPTY_DOCUMENT`, `CORRUPT_DOCUMENT` (also of one page among good ones), `UNSUPPORTED_MEDIA_TYPE`,
 * `DOCUMENT_TOO_LARGE` (over 200 megapixels); `PII_POLICY_VIOLATION` when the copy does not verify or still shows a value;
 * `INVALID_ARGUMENT`; `INVALID_CONFIGURATION`; `ABORTED`; what the recognizer and the detectors throw.
 */
export async function redactImage(bytes: Uint8Array, options: RedactImageOptions): Promise<RedactedImage> {
  checkOptions(options);
  const { detectors, policy, recognizer, regions = [], signal } = options;
  const finder = new ValueFinder({ detectors, policy });
  throwIfAborted(signal, { stage: "redact" });
  const pictures = openPictures(bytes, pictureInfo(bytes));
  for (const { page } of regions)
    if (page > pictures.count)
      throw new GroundworkError(
        "INVALID_ARGUMENT",
        `redactImage: expected regions on pages 1 to ${pictures.count}, found page ${page}.`,
        { stage: "redact" },
      );
  const { copy, redactions } = await redactPictures(pictures, {
    finder,
    recognizer: detectors.length === 0 ? undefined : recognizer,
    regions,
    signal,
  });
  const mediaType = pictures.count === 1 ? "image/png" : "image/tiff";
  return { bytes: copy, mediaType, pages: pictures.count, redactions };
}
