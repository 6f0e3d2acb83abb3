import { type ExtractionPart, GroundworkError, throwIfAborted } from "@groundwork/contracts";
import { createTarDecoder, type ParsedTarEntry } from "modern-tar";
import type { ArchiveInput } from "./archive-extractor.ts";
import { isLeftover, memberNames } from "./member-names.ts";

async function* readAll(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Members of a tar archive that comes in pieces. `isCounted`: the bytes are counted here, not by who unpacked them. */
export async function* extractTar(
  { budget, signal }: ArchiveInput,
  bytes: AsyncIterable<Uint8Array>,
  isCounted = true,
): AsyncGenerator<ExtractionPart> {
  const decoder = createTarDecoder({ strict: true });
  const entries = decoder.readable.getReader();
  const feeding = feed(bytes, decoder.writable, signal);
  // The failure surfaces through the entries; without this it would also be an unhandled rejection.
  feeding.catch(() => {});
  const safeName = memberNames();
  let given = 0;
  let isDone = false;
  try {
    for (let next = await entries.read(); !next.done; next = await entries.read()) {
      throwIfAborted(signal);
      budget.addEntry();
      const { header, body }: ParsedTarEntry = next.value;
      const isFile = header.type === undefined || header.type === "file";
      const name = isFile && !isLeftover(header.name) ? safeName(header.name) : undefined;
      if (name === undefined) {
        await body.cancel();
        continue;
      }
      budget.checkStated(header.size);
      const member = await budget.gather(readAll(body), isCounted);
      given++;
      const modifiedAt = header.mtime?.getTime();
      yield {
        type: "child",
        child: { name, bytes: member, ...(modifiedAt === undefined || Number.isNaN(modifiedAt) ? {} : { modifiedAt }) },
      };
      yield { type: "progress", unit: "part", done: given };
    }
    isDone = true;
    await feeding;
  } finally {
    if (!isDone) {
      await entries.cancel().catch(() => {});
      await feeding.catch(() => {});
    }
  }
}

async function feed(
  bytes: AsyncIterable<Uint8Array>,
  writable: WritableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const writer = writable.getWriter();
  try {
    for await (const piece of bytes) {
      throwIfAborted(signal);
      await writer.ready;
      await writer.write(piece);
    }
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => {});
    throw GroundworkError.from(
      error,
      "CORRUPT_DOCUMENT",
      "Expected a tar archive, found a damaged or cut one. Get the file again.",
    );
  }
}
