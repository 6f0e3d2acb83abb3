import type { Extractor } from "@groundwork/contracts";
import { modelId, modelRevision } from "@groundwork/model-ppocr-v6-small";
import { type ImageExtractorOptions, resolveImageOptions } from "./image-options.ts";
import type { PictureReader } from "./picture-reader.ts";

/** Bumped whenever the same bytes may give other parts. */
const REVISION = "2";

/**
 * Reads text from pictures and from page images of other extractors: PP-OCRv6 small, run locally. The page is turned upright and its
 * skew taken out; boxes lie in the picture as it is shown. A picture without text gives no elements.
 *
 * Fails with `EMPTY_DOCUMENT`, `CORRUPT_DOCUMENT`, `UNSUPPORTED_MEDIA_TYPE` (HEIF), `DOCUMENT_TOO_LARGE` (over 200 megapixels) or
 * `MODEL_NOT_FOUND`. A damaged page among good ones of a TIFF is a warning `unreadable-page`. The signal is looked at between
 * runs of the networks: a run (at most about 3 s) is never interrupted.
 */
export function imageExtractor(options: ImageExtractorOptions = {}): Extractor {
  const resolved = resolveImageOptions(options);
  const { wordBoxes } = resolved;
  let reader: Promise<PictureReader> | undefined;
  // Decoders and networks are loaded with the first picture only.
  const readerOf = (): Promise<PictureReader> => {
    reader ??= import("./picture-reader.ts").then((module) => new module.PictureReader(resolved));
    return reader;
  };
  return {
    identity: {
      name: "extract-image",
      revision: REVISION,
      options: { wordBoxes },
      artifacts: [`${modelId}@${modelRevision}`],
    },
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
    async *extract(document, callOptions = {}) {
      yield* (await readerOf()).extract(document, callOptions);
    },
    recognizePage: async (image, callOptions = {}) => (await readerOf()).recognizePage(image, callOptions),
    close: async () => (await reader)?.close(),
  };
}
