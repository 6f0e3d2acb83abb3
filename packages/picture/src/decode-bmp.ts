import type { Raster } from "./raster.ts";

const UNCOMPRESSED = 0;
const BIT_FIELDS = new Set([3, 6]);

/** Decodes a Windows bitmap of 1, 4, 8, 16, 24 or 32 bits a pixel. Throws on run-length packing, which scanners do not write. */
export function decodeBmp(bytes: Uint8Array): Raster {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = view.getUint32(10, true);
  const header = view.getUint32(14, true);
  const core = header === 12;
  const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = core ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(core ? 24 : 28, true);
  const compression = core ? UNCOMPRESSED : view.getUint32(30, true);
  if (compression !== UNCOMPRESSED && !BIT_FIELDS.has(compression)) {
    throw new Error(`bitmap compression ${compression} is not supported`);
  }
  const height = Math.abs(signedHeight);
  const stride = (((width * bits + 31) >> 5) << 2) >>> 0;
  const pixels = new Uint8Array(width * height * 3);
  const masks = BIT_FIELDS.has(compression)
    ? [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true)]
    : bits === 16
      ? [0x7c00, 0x03e0, 0x001f]
      : [0xff0000, 0xff00, 0xff];
  const paletteStart = 14 + header;
  const entrySize = core ? 3 : 4;
  const field = (value: number, mask: number): number => {
    if (mask === 0) return 0;
    const shift = 31 - Math.clz32(mask & -mask);
    const most = mask >>> shift;
    return Math.round((((value & mask) >>> shift) * 255) / most);
  };
  for (let row = 0; row < height; row++) {
    const line = start + (signedHeight > 0 ? height - 1 - row : row) * stride;
    // A cut-off file keeps the rows that it has; the rest is white paper.
    if (line + stride > bytes.length) {
      pixels.fill(255, row * width * 3, (row + 1) * width * 3);
      continue;
    }
    for (let column = 0; column < width; column++) {
      const to = (row * width + column) * 3;
      if (bits <= 8) {
        const perByte = 8 / bits;
        const byte = bytes[line + Math.floor(column / perByte)]!;
        const entry = (byte >> (8 - bits * ((column % perByte) + 1))) & ((1 << bits) - 1);
        const at = paletteStart + entry * entrySize;
        pixels[to] = bytes[at + 2]!;
        pixels[to + 1] = bytes[at + 1]!;
        pixels[to + 2] = bytes[at]!;
      } else if (bits === 24) {
        const at = line + column * 3;
        pixels[to] = bytes[at + 2]!;
        pixels[to + 1] = bytes[at + 1]!;
        pixels[to + 2] = bytes[at]!;
      } else {
        const value = bits === 16 ? view.getUint16(line + column * 2, true) : view.getUint32(line + column * 4, true);
        for (let colour = 0; colour < 3; colour++) pixels[to + colour] = field(value, masks[colour]!);
      }
    }
  }
  return { width, height, pixels };
}
