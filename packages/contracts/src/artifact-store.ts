import type { CallOptions } from "./call-options.ts";

/**
 * Durable home of text revisions and other immutable artefacts. Not a cache.
 *
 * Keys are relative, parts divided by `/`, of `[A-Za-z0-9._-]` without `..`. `put` is atomic: a reader sees all of it or
 * nothing, also after a crash; putting a key again replaces it. `get` of an absent key gives `undefined`. `deletePrefix`
 * returns how many were removed; the empty prefix is refused.
 */
export interface ArtifactStore {
  readonly name: string;
  put(key: string, bytes: Uint8Array, options?: CallOptions): Promise<void>;
  get(key: string, options?: CallOptions): Promise<Uint8Array | undefined>;
  has(key: string, options?: CallOptions): Promise<boolean>;
  /** Keys in ascending order. */
  list(prefix: string, options?: CallOptions): AsyncIterable<string>;
  deletePrefix(prefix: string, options?: CallOptions): Promise<number>;
  close(): Promise<void>;
}
