import { type CallOptions, type DocumentContent, GroundworkError, throwIfAborted } from "@groundwork/contracts";
import { type Entry, fromBuffer, open, type ZipFile } from "yauzl";

/** The members of a book by name. */
export interface ZipReader {
  readonly names: readonly string[];
  has(name: string): boolean;
  /** Throws `ARCHIVE_BOMB` beyond the bound, `CORRUPT_DOCUMENT` when the member is absent or damaged. */
  read(name: string, mostBytes: number): Promise<Uint8Array>;
  close(): void;
}

const MOST_ENTRIES = 50_000;
/** What a book may unpack to in all. */
const MOST_TOTAL = 512_000_000;

const corrupt = (cause: unknown): GroundworkError =>
  new GroundworkError("CORRUPT_DOCUMENT", "Expected a book (a ZIP package), found a damaged one. Get the file again.", {
    cause: { name: (cause as Error)?.name, code: (cause as { code?: unknown })?.code },
  });

function openZip(content: DocumentContent, options: CallOptions): Promise<ZipFile> {
  const settings = { lazyEntries: true, autoClose: false, decodeStrings: true, strictFileNames: false } as const;
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, file?: ZipFile): void => {
      if (file === undefined) reject(corrupt(error));
      else resolve(file);
    };
    if (content.path !== undefined) open(content.path, settings, done);
    else
      content
        .bytes(options)
        .then(
          (bytes) => fromBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), settings, done),
          reject,
        );
  });
}

/** Opens a book. Close it. */
export async function openZipReader(content: DocumentContent, options: CallOptions = {}): Promise<ZipReader> {
  const file = await openZip(content, options);
  const entries = new Map<string, Entry>();
  try {
    await new Promise<void>((resolve, reject) => {
      file.on("error", (error) => reject(corrupt(error)));
      file.on("end", () => resolve());
      file.on("entry", (entry: Entry) => {
        if (entries.size < MOST_ENTRIES) entries.set(entry.fileName, entry);
        if (entries.size >= MOST_ENTRIES) resolve();
        else file.readEntry();
      });
      file.readEntry();
    });
  } catch (error) {
    file.close();
    throw error;
  }
  let total = 0;
  return {
    names: [...entries.keys()],
    has: (name) => entries.has(name),
    close: () => file.close(),
    async read(name, mostBytes) {
      throwIfAborted(options.signal);
      const entry = entries.get(name);
      if (entry === undefined) throw corrupt(undefined);
      const bound = Math.min(mostBytes, MOST_TOTAL - total);
      const bomb = (): GroundworkError =>
        new GroundworkError("ARCHIVE_BOMB", `Expected a book that unpacks to at most ${MOST_TOTAL} bytes, found more.`);
      if (entry.uncompressedSize > bound) throw bomb();
      const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
        file.openReadStream(entry, (error, opened) =>
          opened === undefined ? reject(corrupt(error)) : resolve(opened),
        );
      });
      const pieces: Buffer[] = [];
      let size = 0;
      try {
        for await (const piece of stream) {
          throwIfAborted(options.signal);
          size += (piece as Buffer).length;
          if (size > bound) throw bomb();
          pieces.push(piece as Buffer);
        }
      } catch (error) {
        throw GroundworkError.isInstance(error) ? error : corrupt(error);
      }
      total += size;
      return new Uint8Array(Buffer.concat(pieces));
    },
  };
}
