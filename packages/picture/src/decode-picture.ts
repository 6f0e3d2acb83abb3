import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { GroundworkError } from "@groundwork/contracts";
import decodeWebp, { init as initWebp } from "@jsquash/webp/decode.js";
import { decode as decodePng } from "fast-png";
import jpeg from "jpeg-js";
import { GifReader } from "omggif";
import UTIF from "utif2";
import { decodeBmp } from "./decode-bmp.ts";
import type { PictureInfo } from "./picture-info.ts";
import { mirror, type Raster, rasterOf, resize, turn } from "./raster.ts";

/** Pictures with more pixels are refused unread. */
export const MAX_PIXELS = 200_000_000;
/** Pictures with more pixels are shrunk to about this many: 12 megapixels is an A4 page at 360 dpi. */
export const WORKING_PIXELS = 12_000_000;
/** Memory that the JPEG decoder may take, MB. */
const JPEG_MEMORY = 900;

/** The pictures of a file, decoded one at a time: TIFF has pages, all other formats one picture (of an animation, the first). */
export interface DecodedPictures {
  readonly count: number;
  /** 0-based. */
  picture(index: number): Promise<Raster>;
}

function corrupt(cause?: unknown): GroundworkError {
  return new GroundworkError(
    "CORRUPT_DOCUMENT",
    "The picture could not be decoded: its data is damaged or of an unknown kind. Check that it opens in a viewer.",
    { cause },
  );
}

function checkSize(width: number, height: number): void {
  if (width < 1 || height < 1) throw corrupt();
  if (width * height > MAX_PIXELS) {
    throw new GroundworkError(
      "DOCUMENT_TOO_LARGE",
      `Expected a picture of at most ${MAX_PIXELS} pixels, found ${width} x ${height}. Make it smaller.`,
    );
  }
}

/** Opens the pictures of a file. Throws `CORRUPT_DOCUMENT` or `DOCUMENT_TOO_LARGE`. */
export function openPictures(bytes: Uint8Array, info: PictureInfo): DecodedPictures {
  if (info.format === "tiff") return openTiff(bytes);
  checkSize(info.width, info.height);
  return {
    count: 1,
    picture: async () => {
      try {
        const raster = await decodeOne(bytes, info);
        checkSize(raster.width, raster.height);
        return oriented(bounded(raster), info.orientation);
      } catch (cause) {
        throw GroundworkError.isInstance(cause) ? cause : corrupt(cause);
      }
    },
  };
}

async function decodeOne(bytes: Uint8Array, info: PictureInfo): Promise<Raster> {
  switch (info.format) {
    case "png":
      return pngRaster(bytes);
    case "jpeg": {
      const picture = jpeg.decode(bytes, {
        useTArray: true,
        formatAsRGBA: false,
        tolerantDecoding: true,
        maxResolutionInMP: MAX_PIXELS / 1e6,
        maxMemoryUsageInMB: JPEG_MEMORY,
      });
      return { width: picture.width, height: picture.height, pixels: picture.data };
    }
    case "webp": {
      await prepareWebp();
      const data = await decodeWebp(Uint8Array.from(bytes).buffer);
      return rasterOf(data.width, data.height, 4, data.data);
    }
    case "gif": {
      const reader = new GifReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      const pixels = new Uint8Array(reader.width * reader.height * 4);
      reader.decodeAndBlitFrameRGBA(0, pixels);
      return rasterOf(reader.width, reader.height, 4, pixels);
    }
    default:
      return decodeBmp(bytes);
  }
}

function pngRaster(bytes: Uint8Array): Raster {
  const { width, height, channels, depth, data, palette, transparency } = decodePng(bytes, { checkCrc: false });
  if (palette !== undefined) {
    const rgba = new Uint8Array(width * height * 4);
    for (let index = 0; index < width * height; index++) {
      // Several pixels share a byte below 8 bits.
      const perByte = 8 / depth;
      const rowBytes = Math.ceil(width / perByte);
      const x = index % width;
      const byte = data[Math.floor(index / width) * rowBytes + Math.floor(x / perByte)]!;
      const entry = depth === 8 ? byte : (byte >> (8 - depth * ((x % perByte) + 1))) & ((1 << depth) - 1);
      const colour = palette[entry] ?? [0, 0, 0];
      rgba[index * 4] = colour[0]!;
      rgba[index * 4 + 1] = colour[1]!;
      rgba[index * 4 + 2] = colour[2]!;
      rgba[index * 4 + 3] = colour[3] ?? transparency?.[entry] ?? 255;
    }
    return rasterOf(width, height, 4, rgba);
  }
  if (depth < 8) {
    const grey = new Uint8Array(width * height);
    const perByte = 8 / depth;
    const rowBytes = Math.ceil(width / perByte);
    const scale = 255 / ((1 << depth) - 1);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const byte = data[y * rowBytes + Math.floor(x / perByte)]!;
        grey[y * width + x] = ((byte >> (8 - depth * ((x % perByte) + 1))) & ((1 << depth) - 1)) * scale;
      }
    }
    return rasterOf(width, height, 1, grey);
  }
  const eight = depth === 16 ? Uint8Array.from(data as Uint16Array, (value) => value >> 8) : data;
  return rasterOf(width, height, channels as 1 | 2 | 3 | 4, eight);
}

let webpReady: Promise<void> | undefined;

/** The decoder fetches its WebAssembly by URL, which Node does not do for files: it is handed over compiled. */
function prepareWebp(): Promise<void> {
  webpReady ??= (async () => {
    const require = createRequire(import.meta.url);
    const path = require.resolve("@jsquash/webp/codec/dec/webp_dec.wasm");
    const { WebAssembly } = globalThis as unknown as { WebAssembly: { compile(bytes: Uint8Array): Promise<object> } };
    await initWebp((await WebAssembly.compile(await readFile(path))) as Parameters<typeof initWebp>[0]);
  })();
  return webpReady;
}

function openTiff(bytes: Uint8Array): DecodedPictures {
  const buffer = Uint8Array.from(bytes).buffer;
  let pages: UTIF.IFD[];
  try {
    // Reduced copies and masks are no pages: NewSubfileType bits 0 and 2.
    pages = UTIF.decode(buffer).filter((page) => {
      const kind = Number((page.t254 as number[] | undefined)?.[0] ?? 0);
      return (kind & 5) === 0 && page.t256 !== undefined;
    });
  } catch (cause) {
    throw corrupt(cause);
  }
  if (pages.length === 0) throw corrupt();
  const first = (page: UTIF.IFD, tag: "t256" | "t257" | "t274"): number =>
    Number((page[tag] as ArrayLike<number> | undefined)?.[0] ?? 0);
  return {
    count: pages.length,
    picture: async (index) => {
      // Decoding writes the pixels into the directory and does nothing where they are: each time a copy of its own.
      const page = { ...pages[index]! };
      checkSize(first(page, "t256"), first(page, "t257"));
      try {
        UTIF.decodeImage(buffer, page);
        const rgba = UTIF.toRGBA8(page);
        const raster = rasterOf(page.width, page.height, 4, rgba);
        return oriented(bounded(raster), first(page, "t274") || 1);
      } catch (cause) {
        throw GroundworkError.isInstance(cause) ? cause : corrupt(cause);
      }
    },
  };
}

/** A picture of at most `WORKING_PIXELS`. */
export function bounded(raster: Raster): Raster {
  const pixels = raster.width * raster.height;
  if (pixels <= WORKING_PIXELS) return raster;
  const scale = Math.sqrt(WORKING_PIXELS / pixels);
  return resize(raster, Math.max(1, Math.floor(raster.width * scale)), Math.max(1, Math.floor(raster.height * scale)));
}

/** The picture as EXIF says it is shown. */
function oriented(raster: Raster, orientation: number): Raster {
  switch (orientation) {
    case 2:
      return mirror(raster);
    case 3:
      return turn(raster, 2);
    case 4:
      return turn(mirror(raster), 2);
    case 5:
      return turn(mirror(raster), 3);
    case 6:
      return turn(raster, 1);
    case 7:
      return turn(mirror(raster), 1);
    case 8:
      return turn(raster, 3);
    default:
      return raster;
  }
}
