import { createHash } from "node:crypto";
import { type CallOptions, type DocumentContent, throwIfAborted } from "@groundwork/contracts";

/** `version` of a document: SHA-256 of its bytes, hex, read as a stream. */
export async function documentVersion(content: DocumentContent, options: CallOptions = {}): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of content.stream(options)) {
    throwIfAborted(options.signal);
    hash.update(piece);
  }
  return hash.digest("hex");
}
