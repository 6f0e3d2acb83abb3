import { open } from "node:fs/promises";
import { type CallOptions, type DocumentContent, throwIfAborted } from "@groundwork/contracts";

/** Reads any part of a document. */
export interface RandomAccess {
  readonly size: number;
  /** May be shorter at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

function overBytes(bytes: Uint8Array): RandomAccess {
  return {
    size: bytes.length,
    read: async (offset, length) => bytes.subarray(Math.max(0, offset), Math.max(0, offset + length)),
    close: async () => {},
  };
}

/**
 * Opens bytes, a file in place, or a content that is neither: of that the head is streamed, and all bytes are asked for
 * only when something beyond it is read.
 */
export async function openRandomAccess(
  content: DocumentContent | Uint8Array,
  headBytes: number,
  options: CallOptions,
): Promise<RandomAccess> {
  if (content instanceof Uint8Array) return overBytes(content);
  if (content.path !== undefined) {
    const handle = await open(content.path, "r");
    return {
      size: content.size,
      read: async (offset, length) => {
        throwIfAborted(options.signal);
        const buffer = Buffer.alloc(Math.max(0, Math.min(length, content.size - offset)));
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
        return new Uint8Array(buffer.buffer, buffer.byteOffset, bytesRead);
      },
      close: () => handle.close(),
    };
  }
  if (content.size <= headBytes) return overBytes(await content.bytes(options));
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of content.stream(options)) {
    throwIfAborted(options.signal);
    pieces.push(piece);
    length += piece.length;
    if (length >= headBytes) break;
  }
  const head = new Uint8Array(Buffer.concat(pieces));
  let whole: Promise<Uint8Array> | undefined;
  return {
    size: content.size,
    read: async (offset, wanted) => {
      if (offset + wanted <= head.length || head.length >= content.size) return head.subarray(offset, offset + wanted);
      whole ??= content.bytes(options);
      return (await whole).subarray(offset, offset + wanted);
    },
    close: async () => {},
  };
}
