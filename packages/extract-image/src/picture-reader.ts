import {
  type CallOptions,
  type DocumentElement,
  type ExtractionPart,
  GroundworkError,
  type PageImage,
  type SourceDocument,
  throwIfAborted,
} from "@groundwork/contracts";
import { bounded, openPictures, pictureInfo, type Raster, rasterOf } from "@groundwork/picture";
import type { ImageExtractorOptions } from "./image-options.ts";
import { loadOcrModels, type OcrModels } from "./ocr-models.ts";
import { pageElements } from "./page-elements.ts";
import { recognizePageLines } from "./recognize-page.ts";

/** Reads pictures with models that it loads for the first and holds until it is closed. */
export class PictureReader {
  readonly #options: Required<ImageExtractorOptions>;
  #models: Promise<OcrModels> | undefined;

  constructor(options: Required<ImageExtractorOptions>) {
    this.#options = options;
  }

  async *extract(document: SourceDocument, { signal }: CallOptions): AsyncGenerator<ExtractionPart> {
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
        const elements = await this.#read(await pictures.picture(index), page, signal);
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

  async recognizePage(image: PageImage, { signal }: CallOptions): Promise<readonly DocumentElement[]> {
    throwIfAborted(signal);
    const { width, height, channels, pixels, page } = image;
    if (pixels.length !== width * height * channels || width < 1 || height < 1) {
      throw new GroundworkError(
        "INVALID_ARGUMENT",
        `Expected ${width * height * channels} bytes of pixels, found ${pixels.length}.`,
      );
    }
    return this.#read(bounded(rasterOf(width, height, channels, pixels)), page, signal);
  }

  async close(): Promise<void> {
    const held = this.#models;
    this.#models = undefined;
    const sessions = await held?.catch(() => undefined);
    if (sessions === undefined) return;
    await Promise.all([sessions.detection.release(), sessions.recognition.release(), sessions.orientation.release()]);
  }

  #loaded(): Promise<OcrModels> {
    this.#models ??= loadOcrModels(this.#options.threads);
    this.#models.catch(() => {
      this.#models = undefined;
    });
    return this.#models;
  }

  async #read(raster: Raster, page: number, signal: AbortSignal | undefined): Promise<readonly DocumentElement[]> {
    const { wordBoxes } = this.#options;
    throwIfAborted(signal);
    try {
      return pageElements(await recognizePageLines(await this.#loaded(), raster, signal), page, { wordBoxes });
    } catch (cause) {
      throwIfAborted(signal);
      throw GroundworkError.from(cause, "CORRUPT_DOCUMENT", "The picture could not be read: its recognition failed.", {
        stage: "extract",
      });
    }
  }
}
