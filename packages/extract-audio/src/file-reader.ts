import { type FileHandle, open } from "node:fs/promises";
import type { DocumentContent } from "@groundwork/contracts";

const PIECE = 256 * 1024;

/** Random access to the bytes of a document: read in place from a file, else held in memory. */
export interface ByteReader {
  readonly size: number;
  /** Up to `length` bytes from `position`; fewer at the end. */
  read(position: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export async function openBytes(content: DocumentContent, signal: AbortSignal | undefined): Promise<ByteReader> {
  if (content.path === undefined) {
    const bytes = await content.bytes({ signal });
    return {
      size: bytes.length,
      read: async (position, length) => bytes.subarray(position, position + length),
      close: async () => {},
    };
  }
  const file: FileHandle = await open(content.path);
  const { size } = await file.stat();
  return {
    size,
    read: async (position, length) => {
      const buffer = new Uint8Array(Math.max(0, Math.min(length, size - position)));
      let filled = 0;
      while (filled < buffer.length) {
        const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    },
    close: () => file.close(),
  };
}

/** The bytes from `start` to `end` in pieces. */
export async function* pieces(
  reader: ByteReader,
  start: number,
  end: number = reader.size,
): AsyncGenerator<Uint8Array> {
  for (let position = start; position < end; position += PIECE) {
    const piece = await reader.read(position, Math.min(PIECE, end - position));
    if (piece.length === 0) return;
    yield piece;
  }
}
