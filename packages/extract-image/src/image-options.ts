import { GroundworkError } from "@groundwork/contracts";

export interface ImageExtractorOptions {
  /** A box for each word instead of one for each line. @default false */
  readonly wordBoxes?: boolean;
  /** Threads of the networks; more than one helps only on idle cores. Not part of the identity. @default 1 */
  readonly threads?: number;
}

/** Fills in the defaults and checks the values. Throws `INVALID_ARGUMENT`. */
export function resolveImageOptions({
  wordBoxes = false,
  threads = 1,
}: ImageExtractorOptions): Required<ImageExtractorOptions> {
  if (!Number.isInteger(threads) || threads < 1 || threads > 64) {
    throw new GroundworkError("INVALID_ARGUMENT", `Expected threads from 1 to 64, found ${threads}.`);
  }
  return { wordBoxes, threads };
}
