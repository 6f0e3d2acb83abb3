import { type CallOptions, type Extractor, type PageImage, throwIfAborted } from "@groundwork/contracts";
import { type DecodedPictures, openPictures, pictureInfo, type Raster } from "@groundwork/picture";
import {
  type PageReading,
  type Redaction,
  type Region,
  recognizePicture,
  redactUntilClean,
  type ValueFinder,
} from "@groundwork/redaction";
import { encode } from "fast-png";
import { drawBars } from "./bars.ts";
import { encodeTiff, packTiffPage, type TiffPage } from "./encode-tiff.ts";
import { grayPixels } from "./gray-pixels.ts";
import { verifyRedactedImage } from "./verify-redacted-image.ts";

export interface RedactPicturesOptions extends CallOptions {
  readonly finder: ValueFinder;
  /** Absent: nothing is read. */
  readonly recognizer?: Extractor | undefined;
  readonly regions: readonly Region[];
  /** @default drawBars */
  readonly draw?: typeof drawBars;
}

function encodePng(raster: Raster): Uint8Array {
  const gray = grayPixels(raster);
  const { width, height } = raster;
  return encode({ width, height, channels: gray === undefined ? 3 : 1, depth: 8, data: gray ?? raster.pixels });
}

function imageOf({ width, height, pixels }: Raster, page: number): PageImage {
  return { page, width, height, channels: 3, pixels };
}

/** A copy of pictures, one decoded at a time, with values burned out. */
export async function redactPictures(
  pictures: DecodedPictures,
  options: RedactPicturesOptions,
): Promise<{ readonly copy: Uint8Array; readonly redactions: readonly Redaction[] }> {
  const { finder, recognizer, regions, draw = drawBars, signal } = options;
  const readAll = async (from: DecodedPictures, pages: readonly number[]): Promise<PageReading[]> => {
    const readings: PageReading[] = [];
    if (recognizer !== undefined)
      for (const page of pages)
        readings.push(await recognizePicture(recognizer, imageOf(await from.picture(page - 1), page), { signal }));
    return readings;
  };
  const all = Array.from({ length: pictures.count }, (_, index) => index + 1);
  return redactUntilClean<Uint8Array>({
    readings: await readAll(pictures, all),
    finder,
    regions,
    signal,
    async burn(bars) {
      const packed: TiffPage[] = [];
      for (const page of all) {
        throwIfAborted(signal, { stage: "redact" });
        const raster = await pictures.picture(page - 1);
        draw(
          raster,
          bars.filter((bar) => bar.page === page),
        );
        if (pictures.count === 1) return encodePng(raster);
        packed.push(await packTiffPage(raster));
      }
      return encodeTiff(packed);
    },
    check: (copy, bars) => verifyRedactedImage(copy, { pages: pictures.count, boxes: bars, signal }),
    read: (copy, pages) => readAll(openPictures(copy, pictureInfo(copy)), pages),
  });
}
