import {
  type CallOptions,
  type DocumentElement,
  type ExtractionPart,
  type Extractor,
  GroundworkError,
  type PageImage,
  type SourceDocument,
  throwIfAborted,
} from "@groundwork/contracts";
import { bounded, openPictures } from "./decode-picture.ts";
import { type ImageExtractorOptions, resolveImageOptions } from "./image-options.ts";
import { loadOcrModels, OCR_MODEL, type OcrModels } from "./ocr-models.ts";
import { pageElements } from "./page-elements.ts";
import { pictureInfo } from "./picture-info.ts";
import { type Raster, rasterOf } from "./raster.ts";
import { recognizePageLines } from "./recognize-page.ts";

/** Bumped whenever the same bytes may give other parts. */
const REVISION = "1";

/**
 * Reads text from pictures and from page images of other extractors: PP-OCRv6 small, run locally. The page is turned upright and its
 * skew taken out; boxes lie in the picture as it is shown. A picture without text gives no elements.
 *
 * Fails with `EMPTY_DOCUMENT`, `CORRUPT_DOCUMENT`, `UNSUPPORTED_MEDIA_TYPE` (HEIF), `DOCUMENT_TOO_LARGE` (over 200 megapixels) or
 * `MODEL_NOT_FOUND`. A damaged page among good ones of a TIFF is a warning `unreadable-page`. The signal is looked at between
 * runs of the networks: a run (at most about 3 s) is never interrupted.
 */
export function imageExtractor(options: ImageExtractorOptions = {}): Extractor {
  const { wordBoxes, threads } = resolveImageOptions(options);
  let models: Promise<OcrModels> | undefined;
  const loaded = (): Promise<OcrModels> => {
    models ??= loadOcrModels(threads);
    models.catch(() => {
      models = undefined;
    });
    return models;
  };
  const read = async (
    raster: Raster,
    page: number,
    signal: AbortSignal | undefined,
  ): Promise<readonly DocumentElement[]> => {
    throwIfAborted(signal);
    try {
      return pageElements(await recognizePageLines(await loaded(), raster, signal), page, { wordBoxes });
    } catch (cause) {
      throwIfAborted(signal);
      throw GroundworkError.from(cause, "CORRUPT_DOCUMENT", "The picture could not be read: its recognition failed.", {
        stage: "extract",
      });
    }
  };
  return {
    identity: { name: "extract-image", revision: REVISION, options: { wordBoxes }, artifacts: [OCR_MODEL] },
    mediaTypes: [
      "image/png",
      "image/jpeg",
      "image/tiff",
      "image/webp",
      "image/gif",
      "image/bmp",
      "image/x-ms-bmp",
      "image/heic",
      "image/heif",
    ],
    isolation: "process",
    reference: {
      module: new URL(import.meta.url.endsWith(".ts") ? "./index.ts" : "./index.js", import.meta.url).href,
      name: "imageExtractor",
      options,
    },
    extract: (document, callOptions = {}) => extract(document, read, callOptions),
    async recognizePage(image: PageImage, { signal }: CallOptions = {}) {
      throwIfAborted(signal);
      const { width, height, channels, pixels, page } = image;
      if (pixels.length !== width * height * channels || width < 1 || height < 1) {
        throw new GroundworkError(
          "INVALID_ARGUMENT",
          `Expected ${width * height * channels} bytes of pixels, found ${pixels.length}.`,
        );
      }
      return read(bounded(rasterOf(width, height, channels, pixels)), page, signal);
    },
    async close() {
      const held = models;
      models = undefined;
      const sessions = await held?.catch(() => undefined);
      if (sessions === undefined) return;
      await Promise.all([sessions.detection.release(), sessions.recognition.release(), sessions.orientation.release()]);
    },
  };
}

async function* extract(
  document: SourceDocument,
  read: (raster: Raster, page: number, signal: AbortSignal | undefined) => Promise<readonly DocumentElement[]>,
  { signal }: CallOptions,
): AsyncGenerator<ExtractionPart> {
  throwIfAborted(signal);
  const bytes = await document.content.bytes({ signal });
  const info = pictureInfo(bytes);
  const pictures = openPictures(bytes, info);
  yield {
    type: "metadata",
    metadata: {
      pages: pictures.count,
      ...(info.createdAt === undefined ? {} : { createdAt: info.createdAt }),
    },
  };
  let failure: GroundworkError | undefined;
  let good = 0;
  for (let index = 0; index < pictures.count; index++) {
    throwIfAborted(signal);
    const page = index + 1;
    try {
      const elements = await read(await pictures.picture(index), page, signal);
      good++;
      if (elements.length > 0) yield { type: "elements", elements };
    } catch (cause) {
      const error = GroundworkError.from(cause, "CORRUPT_DOCUMENT", "The picture of a page could not be read.");
      if (pictures.count === 1 || (error.code !== "CORRUPT_DOCUMENT" && error.code !== "DOCUMENT_TOO_LARGE"))
        throw error;
      failure ??= error;
      yield {
        type: "warning",
        warning: {
          code: "unreadable-page",
          message: `The picture of the page could not be read (${error.code}).`,
          page,
        },
      };
    }
    if (pictures.count > 1) yield { type: "progress", unit: "page", done: page, total: pictures.count };
  }
  if (good === 0 && failure !== undefined) throw failure;
}
