import type { DocumentContent } from "@groundwork/contracts";

/** Bytes in memory as the content of a document. */
export function heldContent(bytes: Uint8Array): DocumentContent {
  return {
    size: bytes.length,
    bytes: async () => bytes,
    stream: async function* () {
      for (let offset = 0; offset < bytes.length; offset += 64 * 1024) yield bytes.subarray(offset, offset + 64 * 1024);
    },
  };
}
