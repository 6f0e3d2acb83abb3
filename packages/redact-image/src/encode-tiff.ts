import { promisify } from "node:util";
import { deflate } from "node:zlib";
import type { Raster } from "@groundwork/picture";
import { grayPixels } from "./gray-pixels.ts";

const SHORT = 3;
const LONG = 4;
/** Compression 8 of TIFF: a zlib stream, which every current reader takes. */
const ZLIB = 8;
const BLACK_IS_ZERO = 1;
const RGB = 2;
const ENTRY_BYTES = 12;

/** A page packed for a TIFF. */
export interface TiffPage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

export async function packTiffPage(raster: Raster): Promise<TiffPage> {
  const gray = grayPixels(raster);
  const data = await promisify(deflate)(gray ?? raster.pixels);
  return { width: raster.width, height: raster.height, channels: gray === undefined ? 3 : 1, data };
}

/** A little-endian TIFF of pages of 8 bits a channel, one strip each, with the tags that a reader needs and no other. */
export function encodeTiff(pages: readonly TiffPage[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const header = Buffer.alloc(8);
  header.write("II*\0", "latin1");
  parts.push(header);
  let at = header.length;
  /** Where the offset of the next page's directory is to be written. */
  let link: { readonly buffer: Buffer; readonly offset: number } = { buffer: header, offset: 4 };
  for (const [number, { width, height, channels, data }] of pages.entries()) {
    const strip = at;
    const padding = Buffer.alloc(data.length & 1);
    const bitsAt = strip + data.length + padding.length;
    // Three values of two bytes do not fit into an entry.
    const bits = Buffer.alloc(channels === 3 ? 6 : 0);
    for (let channel = 0; channel * 2 < bits.length; channel++) bits.writeUInt16LE(8, channel * 2);
    const entries: readonly (readonly [tag: number, type: number, count: number, value: number])[] = [
      [254, LONG, 1, 2],
      [256, LONG, 1, width],
      [257, LONG, 1, height],
      [258, SHORT, channels, channels === 3 ? bitsAt : 8],
      [259, SHORT, 1, ZLIB],
      [262, SHORT, 1, channels === 3 ? RGB : BLACK_IS_ZERO],
      [273, LONG, 1, strip],
      [277, SHORT, 1, channels],
      [278, LONG, 1, height],
      [279, LONG, 1, data.length],
      [297, SHORT, 2, number | (pages.length << 16)],
    ];
    const directory = Buffer.alloc(2 + entries.length * ENTRY_BYTES + 4);
    directory.writeUInt16LE(entries.length, 0);
    for (const [index, [tag, type, count, value]] of entries.entries()) {
      const entry = 2 + index * ENTRY_BYTES;
      directory.writeUInt16LE(tag, entry);
      directory.writeUInt16LE(type, entry + 2);
      directory.writeUInt32LE(count, entry + 4);
      directory.writeUInt32LE(value >>> 0, entry + 8);
    }
    link.buffer.writeUInt32LE(bitsAt + bits.length, link.offset);
    link = { buffer: directory, offset: directory.length - 4 };
    parts.push(data, padding, bits, directory);
    at = bitsAt + bits.length + directory.length;
  }
  return Buffer.concat(parts);
}
