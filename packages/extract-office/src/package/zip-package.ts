import { open } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { createInflateRaw } from "node:zlib";
import { type CallOptions, type DocumentContent, GroundworkError, throwIfAborted } from "@groundwork/contracts";
import { type Entry, fromBufferPromise, openPromise, type ZipFile } from "yauzl";
import { corruptDocument, tooLarge, unsupported } from "../office-errors.ts";

/** Most parts a package may have. Real workbooks stay below 5,000. */
const MAX_ENTRIES = 50_000;
/** Bytes that may be decompressed from one package, parts read twice counted twice. */
const MAX_TOTAL_BYTES = 4 * 1024 ** 3;
/** A part beyond {@link RATIO_FLOOR_BYTES} that grows by more than this is a bomb: DEFLATE ends at 1032, sheets of equal rows near 300. */
const MAX_RATIO = 600;
const STORED = 0;
const DEFLATED = 8;
const PIECE_BYTES = 128 * 1024;
const RATIO_FLOOR_BYTES = 32 * 1024 ** 2;
/** A part that is read whole (everything but sheets and document bodies) may not be larger than this. */
export const MAX_WHOLE_PART_BYTES: number = 32 * 1024 ** 2;

/** The first bytes of the content, for telling formats apart. */
export async function readHead(content: DocumentContent, length: number, options?: CallOptions): Promise<Uint8Array> {
  throwIfAborted(options?.signal);
  if (content.path !== undefined) {
    const handle = await open(content.path, "r");
    try {
      const buffer = new Uint8Array(length);
      const { bytesRead } = await handle.read(buffer, 0, length, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }
  for await (const piece of content.stream(options)) return piece.subarray(0, length);
  return new Uint8Array();
}

function archiveBomb(detail: string): GroundworkError {
  return new GroundworkError(
    "ARCHIVE_BOMB",
    `Expected a document that decompresses to a reasonable size, found ${detail}. Check the file; it was not read further.`,
  );
}

/** Random access to the parts of a ZIP package. Part names are matched without regard to case, as OPC asks. */
export class ZipPackage {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #signal: AbortSignal | undefined;
  #budget: number = MAX_TOTAL_BYTES;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>, signal: AbortSignal | undefined) {
    this.#zip = zip;
    this.#entries = entries;
    this.#signal = signal;
  }

  static async open(content: DocumentContent, options?: CallOptions): Promise<ZipPackage> {
    let zip: ZipFile | undefined;
    try {
      zip =
        content.path === undefined
          ? await fromBufferPromise(Buffer.from(await content.bytes(options)))
          : await openPromise(content.path, { autoClose: false });
      // A damaged central directory may also surface here, outside of any promise.
      zip.on("error", () => {});
      const entries = new Map<string, Entry>();
      for await (const entry of zip.eachEntry()) {
        throwIfAborted(options?.signal);
        if (entry.fileName.endsWith("/")) continue;
        const name = entry.fileName.toLowerCase();
        if (!entries.has(name)) entries.set(name, entry);
        if (entries.size > MAX_ENTRIES) throw archiveBomb(`more than ${MAX_ENTRIES} parts`);
      }
      return new ZipPackage(zip, entries, options?.signal);
    } catch (error) {
      zip?.close();
      throw corruptDocument(error, "Expected a complete ZIP package, found a damaged or truncated one.");
    }
  }

  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase());
  }

  names(): string[] {
    return Array.from(this.#entries.values(), (entry) => entry.fileName);
  }

  /** Size when decompressed, as the directory states it. */
  size(name: string): number {
    return this.#entries.get(name.toLowerCase())?.uncompressedSize ?? 0;
  }

  /** The decompressed bytes of a part, in pieces. Stopping early releases the inflater. A part that is absent is empty. */
  async *stream(name: string): AsyncGenerator<Uint8Array> {
    const entry = this.#entries.get(name.toLowerCase());
    if (entry === undefined) return;
    throwIfAborted(this.#signal);
    if (entry.isEncrypted()) {
      throw new GroundworkError(
        "PASSWORD_REQUIRED",
        "Expected parts that can be read, found a password-protected ZIP. Remove the protection and try again.",
      );
    }
    if (
      entry.uncompressedSize > RATIO_FLOOR_BYTES &&
      entry.uncompressedSize > MAX_RATIO * Math.max(1, entry.compressedSize)
    ) {
      throw archiveBomb(`a part that grows more than ${MAX_RATIO} times`);
    }
    let readable: Readable | undefined;
    let left = entry.uncompressedSize;
    try {
      readable = await this.#inflated(entry);
      for await (const piece of readable) {
        throwIfAborted(this.#signal);
        const { byteLength } = piece as Uint8Array;
        this.#budget -= byteLength;
        left -= byteLength;
        if (this.#budget < 0) throw archiveBomb(`more than ${MAX_TOTAL_BYTES} bytes`);
        if (left < 0) break;
        yield piece as Uint8Array;
      }
      if (left !== 0) throw corruptDocument(undefined, "Expected a part of the size it states, found another size.");
    } catch (error) {
      throw corruptDocument(error, "Expected a part that decompresses, found damaged data.");
    } finally {
      readable?.destroy();
    }
  }

  /** Large pieces: with the 16 KiB that are usual, the hand-over costs more than the inflating. */
  async #inflated(entry: Entry): Promise<Readable> {
    const raw = await this.#zip.openReadStreamPromise(entry, { decodeFileData: false });
    if (entry.compressionMethod === STORED) return raw;
    if (entry.compressionMethod === DEFLATED) {
      // Errors of both reach whoever reads the second; the callback has nothing to add.
      return pipeline(raw, createInflateRaw({ chunkSize: PIECE_BYTES }), () => {});
    }
    raw.destroy();
    throw unsupported("a package with a compression other than DEFLATE");
  }

  /** A whole part; `undefined` when it is absent. */
  async read(name: string, maxBytes: number = MAX_WHOLE_PART_BYTES): Promise<Uint8Array | undefined> {
    if (!this.has(name)) return undefined;
    if (this.size(name) > maxBytes) throw tooLarge("a part", maxBytes);
    const pieces: Uint8Array[] = [];
    for await (const piece of this.stream(name)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  /** Closing twice is allowed. */
  close(): void {
    if (this.#zip.isOpen) this.#zip.close();
  }
}
