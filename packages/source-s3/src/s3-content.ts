import { type CallOptions, type DocumentContent, GroundworkError, throwIfAborted } from "@groundwork/contracts";
import type { S3Objects } from "./s3-objects.ts";

/** Bytes of a piece. */
const PIECE = 64 * 1024;
const PASSING: ReadonlySet<string> = new Set(["SOURCE_UNAVAILABLE", "TIMED_OUT", "THROTTLED"]);
/** How often a body that breaks off is taken up again where it ended. */
const RESUMPTIONS = 5;

/** The bytes of an object, as they were when it was listed. A body that breaks off is taken up again where it ended. */
export class S3Content implements DocumentContent {
  readonly size: number;
  readonly #objects: S3Objects;
  readonly #rawKey: string;
  readonly #etag: string;

  constructor(objects: S3Objects, rawKey: string, etag: string, size: number) {
    this.#objects = objects;
    this.#rawKey = rawKey;
    this.#etag = etag;
    this.size = size;
  }

  async bytes(options: CallOptions = {}): Promise<Uint8Array> {
    const bytes = new Uint8Array(this.size);
    let at = 0;
    for await (const piece of this.stream(options)) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  async *stream(options: CallOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    let at = 0;
    let failures = 0;
    throwIfAborted(options.signal, { key: this.#rawKey });
    while (at < this.size) {
      const before = at;
      try {
        const { body } = await this.#objects.get(this.#rawKey, this.#etag, at, options);
        for await (const chunk of body)
          for (let start = 0; start < chunk.length; start += PIECE) {
            throwIfAborted(options.signal, { key: this.#rawKey });
            const piece = chunk.subarray(start, start + PIECE);
            at += piece.length;
            if (at > this.size) throw new GroundworkError("SOURCE_CHANGED", "The object is longer than it was.");
            yield piece;
          }
        if (at < this.size) throw Object.assign(new Error("The body ended early."), { code: "ECONNRESET" });
      } catch (error) {
        const typed = this.#objects.broken(error, this.#rawKey, options) as GroundworkError;
        // What came since the last time counts as progress: a line that breaks now and then still ends.
        failures = at > before ? 1 : failures + 1;
        if (!PASSING.has(typed.code) || !typed.retryable || failures > RESUMPTIONS) throw typed;
      }
    }
  }
}
