import type { BigIntStats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import {
  type CallOptions,
  type DocumentContent,
  type ErrorIds,
  GroundworkError,
  throwIfAborted,
} from "@groundwork/contracts";
import { fromFileError } from "./file-errors.ts";
import type { FilePath } from "./file-name.ts";

/** Bytes. */
const PIECE = 64 * 1024;

/** Bytes that one array may hold. */
const MAX_BYTES = 2 ** 32;

/** Bytes up to which a file is read once and kept while its document is worked on: it is hashed, recognised and parsed. */
const MAX_HELD = 256 * 1024;

/** Changes whenever the bytes do. Without the inode: a corpus that is copied with its times keeps its hints. */
export function hintOf(stats: BigIntStats): string {
  return `${stats.size}-${stats.mtimeNs}`;
}

/** The bytes of a file that must stay as they were at `hint`. */
export class FileContent implements DocumentContent {
  readonly size: number;
  readonly path?: string;
  readonly #path: FilePath;
  readonly #hint: string;
  readonly #ids: ErrorIds;
  #held: Promise<Uint8Array> | undefined;

  constructor(path: FilePath, size: number, hint: string, ids: ErrorIds) {
    this.size = size;
    if (typeof path === "string") this.path = path;
    this.#path = path;
    this.#hint = hint;
    this.#ids = ids;
  }

  async bytes(options: CallOptions = {}): Promise<Uint8Array> {
    if (this.size > MAX_BYTES) {
      throw new GroundworkError(
        "DOCUMENT_TOO_LARGE",
        `The file has ${this.size} bytes; at most ${MAX_BYTES} fit into one array. Read it by stream() or from its path.`,
        this.#ids,
      );
    }
    if (this.size <= MAX_HELD) return this.#hold(options);
    const bytes = new Uint8Array(this.size);
    let length = 0;
    for await (const piece of this.stream(options)) {
      bytes.set(piece, length);
      length += piece.length;
    }
    return bytes;
  }

  async *stream(options: CallOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    throwIfAborted(options.signal, this.#ids);
    if (this.size <= MAX_HELD) {
      if (this.size > 0) yield await this.#hold(options);
      return;
    }
    let file: FileHandle | undefined;
    try {
      file = await open(this.#path, "r");
      await this.#verify(file);
      for (let position = 0; position < this.size; ) {
        throwIfAborted(options.signal, this.#ids);
        const piece = new Uint8Array(Math.min(PIECE, this.size - position));
        const { bytesRead } = await file.read(piece, 0, piece.length, position);
        if (bytesRead === 0) throw changed(this.#ids);
        position += bytesRead;
        yield piece.subarray(0, bytesRead);
      }
      await this.#verify(file);
    } catch (error) {
      throw fromFileError(error, this.#ids);
    } finally {
      await file?.close();
    }
  }

  /** All bytes, read once. Who got them may have given their buffer away to a thread: then they are read again. */
  async #hold({ signal }: CallOptions): Promise<Uint8Array> {
    throwIfAborted(signal, this.#ids);
    this.#held ??= this.#read();
    const held = await this.#held.catch((error: unknown) => {
      this.#held = undefined;
      throw error;
    });
    throwIfAborted(signal, this.#ids);
    if (held.length === this.size) return held;
    this.#held = undefined;
    return this.#hold({ signal });
  }

  async #read(): Promise<Uint8Array> {
    let file: FileHandle | undefined;
    try {
      file = await open(this.#path, "r");
      const bytes = new Uint8Array(this.size);
      for (let position = 0; position < this.size; ) {
        const { bytesRead } = await file.read(bytes, position, this.size - position, position);
        if (bytesRead === 0) throw changed(this.#ids);
        position += bytesRead;
      }
      // Behind the reading alone: a file that is still as it was listed was so before it, too.
      await this.#verify(file);
      return bytes;
    } catch (error) {
      throw fromFileError(error, this.#ids);
    } finally {
      await file?.close();
    }
  }

  async #verify(file: FileHandle): Promise<void> {
    if (hintOf(await file.stat({ bigint: true })) !== this.#hint) throw changed(this.#ids);
  }
}

export function changed(ids: ErrorIds): GroundworkError {
  return new GroundworkError("SOURCE_CHANGED", "The file has changed since it was listed. List the source again.", {
    ...ids,
    retryable: true,
  });
}
