import { GroundworkError, type PageImage } from "@groundwork/contracts";
import { encode as encodePng } from "fast-png";
import { encode as encodeJpeg } from "jpeg-js";
import { DRIVER } from "./textract-error.ts";

/** Of a document that is sent in the request, as documented. */
export const MAX_SYNC_BYTES: number = 10 * 1024 * 1024;
/** Sides of a picture that the service takes, pixels. */
const MAX_SIDE = 10_000;
const JPEG_QUALITY = 92;

/** Averages squares of pixels, so that no side is longer than the service takes. */
function shrunk(image: PageImage, factor: number): PageImage {
  const { channels } = image;
  const width = Math.floor(image.width / factor);
  const height = Math.floor(image.height / factor);
  const pixels = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let dy = 0; dy < factor; dy++)
          for (let dx = 0; dx < factor; dx++)
            sum += image.pixels[((y * factor + dy) * image.width + x * factor + dx) * channels + channel]!;
        pixels[(y * width + x) * channels + channel] = Math.round(sum / (factor * factor));
      }
  return { ...image, width, height, pixels };
}

/** Grey pages in one channel, transparent ones on white paper: smaller to send, and read the same. */
function plain({ pixels, channels, ...rest }: PageImage): PageImage {
  if (channels === 1) return { ...rest, pixels, channels };
  const count = rest.width * rest.height;
  const on = (value: number, alpha: number): number => Math.round((value * alpha + 255 * (255 - alpha)) / 255);
  let isGrey = true;
  for (let at = 0; isGrey && at < count; at++) {
    const from = at * channels;
    isGrey = pixels[from] === pixels[from + 1] && pixels[from] === pixels[from + 2];
  }
  const kept = isGrey ? 1 : 3;
  if (kept === channels) return { ...rest, pixels, channels };
  const result = new Uint8Array(count * kept);
  for (let at = 0; at < count; at++) {
    const alpha = channels === 4 ? pixels[at * 4 + 3]! : 255;
    for (let channel = 0; channel < kept; channel++) {
      const value = pixels[at * channels + channel]!;
      result[at * kept + channel] = alpha === 255 ? value : on(value, alpha);
    }
  }
  return { ...rest, pixels: result, channels: kept };
}

function jpegOf({ width, height, channels, pixels }: PageImage): Uint8Array {
  const data = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at++) {
    for (let channel = 0; channel < 3; channel++)
      data[at * 4 + channel] = pixels[at * channels + (channels === 1 ? 0 : channel)]!;
    data[at * 4 + 3] = 255;
  }
  return encodeJpeg({ width, height, data }, JPEG_QUALITY).data;
}

/**
 * A picture of a page as a file that the service takes: PNG, or JPEG where PNG would be larger than a request may be.
 *
 * @throws GroundworkError `INVALID_ARGUMENT` for pixels that are no picture, `DOCUMENT_TOO_LARGE`.
 */
export function pagePicture(image: PageImage): Uint8Array {
  const { width, height, channels, pixels } = image;
  if (width < 1 || height < 1 || pixels.length !== width * height * channels)
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      "Expected width × height × channels pixels in a page image, found another number.",
      { driver: DRIVER },
    );
  const factor = Math.ceil(Math.max(width, height) / MAX_SIDE);
  const small = plain(factor > 1 ? shrunk(image, factor) : image);
  const png = encodePng({ width: small.width, height: small.height, channels: small.channels, data: small.pixels });
  if (png.length <= MAX_SYNC_BYTES) return png;
  const jpeg = jpegOf(small);
  if (jpeg.length <= MAX_SYNC_BYTES) return jpeg;
  throw new GroundworkError(
    "DOCUMENT_TOO_LARGE",
    `Expected a picture of at most ${MAX_SYNC_BYTES} bytes, found ${jpeg.length}. Render the page with fewer dots an inch.`,
    { driver: DRIVER },
  );
}
