import { GroundworkError } from "@groundwork/contracts";

/** Formats that are read. */
export type PictureFormat = "png" | "jpeg" | "tiff" | "webp" | "gif" | "bmp";

/** What the head of a file says of the picture, without decoding it. */
export interface PictureInfo {
  readonly format: PictureFormat;
  /** 0 where the head does not say (TIFF: each page has its own). */
  readonly width: number;
  readonly height: number;
  /** Orientation of EXIF, 1 to 8. @default 1 */
  readonly orientation: number;
  /** When the picture was taken, milliseconds since the epoch, its clock taken as UTC. */
  readonly createdAt?: number;
}

const latin1 = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, Math.min(end, bytes.length)));

/** Tells format, size and EXIF of a picture. Throws `EMPTY_DOCUMENT`, `UNSUPPORTED_MEDIA_TYPE` or `CORRUPT_DOCUMENT`. */
export function pictureInfo(bytes: Uint8Array): PictureInfo {
  if (bytes.length === 0) {
    throw new GroundworkError(
      "EMPTY_DOCUMENT",
      "Expected a picture, found a file of 0 bytes. Check how it was copied.",
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (latin1(bytes, 1, 4) === "PNG" && bytes[0] === 0x89) return pngInfo(bytes, view);
    if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpegInfo(bytes, view);
    if (latin1(bytes, 0, 3) === "GIF") {
      return { format: "gif", width: view.getUint16(6, true), height: view.getUint16(8, true), orientation: 1 };
    }
    if (latin1(bytes, 0, 2) === "BM") {
      const core = view.getUint32(14, true) === 12;
      const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
      const height = core ? view.getUint16(20, true) : view.getInt32(22, true);
      return { format: "bmp", width: Math.abs(width), height: Math.abs(height), orientation: 1 };
    }
    if (latin1(bytes, 0, 4) === "RIFF" && latin1(bytes, 8, 12) === "WEBP") return webpInfo(bytes, view);
    const order = latin1(bytes, 0, 2);
    if (order === "II" || order === "MM")
      return { format: "tiff", width: 0, height: 0, ...exifOf(bytes), orientation: 1 };
  } catch (cause) {
    if (GroundworkError.isInstance(cause)) throw cause;
    throw new GroundworkError("CORRUPT_DOCUMENT", "The head of the picture is cut off. Get a whole copy of the file.", {
      cause,
    });
  }
  if (latin1(bytes, 4, 8) === "ftyp") {
    throw new GroundworkError(
      "UNSUPPORTED_MEDIA_TYPE",
      "Expected PNG, JPEG, TIFF, WebP, GIF or BMP, found a HEIF or AVIF container. Convert it to JPEG or PNG.",
    );
  }
  throw new GroundworkError(
    "CORRUPT_DOCUMENT",
    "Expected PNG, JPEG, TIFF, WebP, GIF or BMP, found none of their signatures. Check that the file opens in a viewer.",
  );
}

function pngInfo(bytes: Uint8Array, view: DataView): PictureInfo {
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  let exif: Exif = { orientation: 1 };
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    if (latin1(bytes, at + 4, at + 8) === "eXIf") exif = exifOf(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return { format: "png", width, height, ...exif };
}

function jpegInfo(bytes: Uint8Array, view: DataView): PictureInfo {
  let exif: Exif = { orientation: 1 };
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) {
      at++;
      continue;
    }
    const marker = bytes[at + 1]!;
    if (marker === 0xff || marker === 0 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    const length = view.getUint16(at + 2);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { format: "jpeg", width: view.getUint16(at + 7), height: view.getUint16(at + 5), ...exif };
    if (marker === 0xe1 && latin1(bytes, at + 4, at + 8) === "Exif") {
      exif = exifOf(bytes.subarray(at + 10, at + 2 + length));
    }
    at += 2 + length;
  }
  throw new GroundworkError("CORRUPT_DOCUMENT", "The JPEG has no picture in it. Get a whole copy of the file.");
}

function webpInfo(bytes: Uint8Array, view: DataView): PictureInfo {
  const kind = latin1(bytes, 12, 16);
  let width = 0;
  let height = 0;
  if (kind === "VP8X") {
    width = 1 + (view.getUint32(24, true) & 0xffffff);
    height = 1 + (view.getUint32(26, true) >>> 8);
  } else if (kind === "VP8L") {
    const packed = view.getUint32(21, true);
    width = 1 + (packed & 0x3fff);
    height = 1 + ((packed >>> 14) & 0x3fff);
  } else {
    width = view.getUint16(26, true) & 0x3fff;
    height = view.getUint16(28, true) & 0x3fff;
  }
  let exif: Exif = { orientation: 1 };
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4, true);
    if (latin1(bytes, at, at + 4) === "EXIF") {
      const start = latin1(bytes, at + 8, at + 12) === "Exif" ? 14 : 8;
      exif = exifOf(bytes.subarray(at + start, at + 8 + length));
    }
    at += 8 + length + (length & 1);
  }
  return { format: "webp", width, height, ...exif };
}

interface Exif {
  readonly orientation: number;
  readonly createdAt?: number;
}

const ORIENTATION_TAG = 0x0112;
const EXIF_POINTER_TAG = 0x8769;
const TAKEN_TAG = 0x9003;

/** Orientation and time of a TIFF-formed EXIF block; damage in it is no reason to refuse the picture. */
function exifOf(bytes: Uint8Array): Exif {
  let orientation = 1;
  let createdAt: number | undefined;
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const little = bytes[0] === 0x49;
    const directory = (offset: number, depth: number): void => {
      const count = Math.min(view.getUint16(offset, little), 512);
      for (let index = 0; index < count; index++) {
        const at = offset + 2 + index * 12;
        const tag = view.getUint16(at, little);
        if (tag === ORIENTATION_TAG) {
          const value = view.getUint16(at + 8, little);
          if (value >= 1 && value <= 8) orientation = value;
        } else if (tag === EXIF_POINTER_TAG && depth === 0) directory(view.getUint32(at + 8, little), 1);
        else if (tag === TAKEN_TAG) {
          const start = view.getUint32(at + 8, little);
          const match = /^(\d{4}):(\d{2}):(\d{2}) (\d{2}):(\d{2}):(\d{2})/.exec(latin1(bytes, start, start + 19));
          if (match !== null) {
            const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
              number,
              number,
              number,
              number,
              number,
              number,
            ];
            const time = Date.UTC(year, month - 1, day, hour, minute, second);
            if (month >= 1 && month <= 12 && day >= 1 && Number.isFinite(time)) createdAt = time;
          }
        }
      }
    };
    directory(view.getUint32(4, little), 0);
  } catch {
    // The block is cut off: what was read of it stands.
  }
  return { orientation, ...(createdAt === undefined ? {} : { createdAt }) };
}
