import { createHash } from "node:crypto";

/**
 * Vectors that were paid for by a call which then failed as a whole (abort, one text refused): whoever asks for the same text
 * again gets them for nothing. Bounded, the oldest go first. Keys are hashes: no text is kept.
 */
export class FinishedVectors {
  readonly #most: number;
  readonly #vectors = new Map<string, Float32Array>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#vectors.size;
  }

  put(purpose: string, text: string, vector: Float32Array): void {
    if (this.#most === 0) return;
    const key = keyOf(purpose, text);
    this.#vectors.delete(key);
    this.#vectors.set(key, vector.slice());
    for (const oldest of this.#vectors.keys()) {
      if (this.#vectors.size <= this.#most) break;
      this.#vectors.delete(oldest);
    }
  }

  /** Gives a vector away: the caller keeps it from now on. */
  take(purpose: string, text: string): Float32Array | undefined {
    if (this.#vectors.size === 0) return undefined;
    const key = keyOf(purpose, text);
    const vector = this.#vectors.get(key);
    this.#vectors.delete(key);
    return vector;
  }

  clear(): void {
    this.#vectors.clear();
  }
}

const keyOf = (purpose: string, text: string): string =>
  createHash("sha256").update(`${purpose}\0`).update(text).digest("base64");
