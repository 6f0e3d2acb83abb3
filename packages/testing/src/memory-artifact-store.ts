import { type ArtifactStore, type CallOptions, GroundworkError, throwIfAborted } from "@groundwork/contracts";

/** What an artifact store in memory keeps, for several handles on one place. */
export type MemoryArtifactSpace = Map<string, Uint8Array>;

export function createMemoryArtifactSpace(): MemoryArtifactSpace {
  return new Map();
}

const KEY = /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/;

/** The artifact store in memory: the reference of the contract. */
export function memoryArtifactStore(space: MemoryArtifactSpace = createMemoryArtifactSpace()): ArtifactStore {
  let closed = false;
  const ready = (options: CallOptions | undefined): void => {
    if (closed) throw new GroundworkError("INVALID_ARGUMENT", "The artifact store is closed.");
    throwIfAborted(options?.signal);
  };
  const checkKey = (key: string): void => {
    if (!KEY.test(key) || key.split("/").some((part) => part === "." || part === "..")) {
      throw new GroundworkError("INVALID_ARGUMENT", "Expected an artifact key of parts of A-Z a-z 0-9 . _ -.");
    }
  };
  /** A prefix may end anywhere: its last part is the beginning of one. */
  const checkPrefix = (prefix: string): void => {
    if (prefix !== "") checkKey(`${prefix}_`);
  };
  const keysWith = (prefix: string): string[] =>
    [...space.keys()].filter((key) => key.startsWith(prefix)).sort((a, b) => (a < b ? -1 : 1));
  return {
    name: "memory",
    async put(key, bytes, options) {
      ready(options);
      checkKey(key);
      space.set(key, bytes.slice());
    },
    async get(key, options) {
      ready(options);
      checkKey(key);
      return space.get(key)?.slice();
    },
    async has(key, options) {
      ready(options);
      checkKey(key);
      return space.has(key);
    },
    async *list(prefix, options) {
      ready(options);
      checkPrefix(prefix);
      for (const key of keysWith(prefix)) {
        ready(options);
        yield key;
      }
    },
    async deletePrefix(prefix, options) {
      ready(options);
      if (prefix === "") throw new GroundworkError("INVALID_ARGUMENT", "Expected a prefix, found an empty one.");
      checkPrefix(prefix);
      const keys = keysWith(prefix);
      for (const key of keys) space.delete(key);
      return keys.length;
    },
    async close() {
      closed = true;
    },
  };
}
