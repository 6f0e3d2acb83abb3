import { readFileSync } from "node:fs";

/**
 * Rows of a Lance file, from its footer. In a partition of a full-text index these are documents (`_docs`) and words
 * (`_invert`). The words themselves cannot be looked for: they are arcs of an automaton, not text.
 */
export function lanceFileRows(path: string): number {
  const bytes = readFileSync(path);
  const end = bytes.length;
  if (bytes.toString("latin1", end - 4) !== "LANC") throw new Error(`${path}: expected a Lance file.`);
  const buffers = Number(bytes.readBigUInt64LE(end - 24));
  const start = Number(bytes.readBigUInt64LE(buffers));
  const descriptor = bytes.subarray(start, start + Number(bytes.readBigUInt64LE(buffers + 8)));
  let position = 0;
  const varint = (): number => {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = descriptor[position++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  let rows = 0;
  while (position < descriptor.length) {
    const tag = varint();
    const value = varint();
    if ((tag & 7) === 2) position += value;
    else if (tag >> 3 === 2) rows = value;
  }
  return rows;
}
