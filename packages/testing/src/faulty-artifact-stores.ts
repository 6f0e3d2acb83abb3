import type { ArtifactStore } from "@groundwork/contracts";
import { type MemoryArtifactSpace, memoryArtifactStore } from "./memory-artifact-store.ts";

/** What an artifact store does instead of what it should. */
export type ArtifactStoreFault = (store: ArtifactStore, space: MemoryArtifactSpace) => Partial<ArtifactStore>;

/** The artifact store in memory with a fault. */
export function faultyArtifactStore(fault: ArtifactStoreFault, space: MemoryArtifactSpace): ArtifactStore {
  const store = memoryArtifactStore(space);
  return { ...store, ...fault(store, space) };
}

interface PlantedFault {
  readonly fault: ArtifactStoreFault;
  readonly caughtBy: RegExp;
}

/** What artifact stores are seen to do wrong, and the cases that catch each. */
export const ARTIFACT_STORE_FAULTS: Readonly<Record<string, PlantedFault>> = {
  "writes piece by piece": {
    fault: (store, space) => ({
      async put(key, bytes, options) {
        await store.put(key, bytes, options);
        space.set(key, bytes.slice(0, bytes.length / 2));
        await new Promise((done) => setImmediate(done));
        space.set(key, bytes.slice());
      },
    }),
    caughtBy: /all of an artifact/,
  },
  "keeps the caller's buffer": {
    fault: (store, space) => ({
      async put(key, bytes, options) {
        await store.put(key, bytes, options);
        space.set(key, bytes);
      },
    }),
    caughtBy: /caller's own/,
  },
  "puts the whole buffer of a view": {
    fault: (store) => ({ put: (key, bytes, options) => store.put(key, new Uint8Array(bytes.buffer), options) }),
    caughtBy: /larger buffer/,
  },
  "throws for an absent key": {
    fault: (store) => ({
      async get(key, options) {
        const bytes = await store.get(key, options);
        if (bytes === undefined) throw new Error("no such key");
        return bytes;
      },
    }),
    caughtBy: /absent key/,
  },
  "takes an empty artifact for none": {
    fault: (store) => ({
      async get(key, options) {
        const bytes = await store.get(key, options);
        return bytes?.length === 0 ? undefined : bytes;
      },
    }),
    caughtBy: /also none and many/,
  },
  "does not replace": {
    fault: (store) => ({
      put: async (key, bytes, options) => ((await store.has(key)) ? undefined : store.put(key, bytes, options)),
    }),
    caughtBy: /replaces/,
  },
  "lists in the order of writing": {
    fault: (store, space) => ({
      async *list(prefix, options) {
        for await (const _ of store.list(prefix, options)) break;
        for (const key of space.keys()) if (key.startsWith(prefix)) yield key;
      },
    }),
    caughtBy: /ascending/,
  },
  "takes a prefix for a folder": {
    fault: (store) => ({
      async *list(prefix, options) {
        for await (const key of store.list(prefix, options)) {
          if (prefix === "" || key.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`)) yield key;
        }
      },
    }),
    caughtBy: /ascending/,
  },
  "deletes nothing but says so": {
    fault: (store, space) => ({
      async deletePrefix(prefix, options) {
        const kept = new Map(space);
        const count = await store.deletePrefix(prefix, options);
        for (const [key, bytes] of kept) space.set(key, bytes);
        return count;
      },
    }),
    caughtBy: /deleting by prefix/,
  },
  "counts what it did not delete": {
    fault: (store) => ({ deletePrefix: async (prefix, options) => (await store.deletePrefix(prefix, options)) + 1 }),
    caughtBy: /deleting by prefix/,
  },
  "deletes all for the empty prefix": {
    fault: (store, space) => ({
      async deletePrefix(prefix, options) {
        if (prefix !== "") return store.deletePrefix(prefix, options);
        const { size } = space;
        space.clear();
        return size;
      },
    }),
    caughtBy: /empty prefix/,
  },
  "lets keys climb out": {
    fault: (store, space) => ({
      async put(key, bytes, options) {
        if (key.includes("..")) space.set(key, bytes);
        else await store.put(key, bytes, options);
      },
    }),
    caughtBy: /plain are refused/,
  },
  "ignores a signal": {
    fault: (store) => ({ put: (key, bytes) => store.put(key, bytes) }),
    caughtBy: /aborted call/,
  },
  "works after close": { fault: () => ({ close: async () => undefined }), caughtBy: /after close/ },
};
