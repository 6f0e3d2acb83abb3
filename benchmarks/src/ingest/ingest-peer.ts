/** A row of a peer's store, as its reader would get it. */
export interface StoredText {
  readonly key: string;
  readonly text: string;
}

/** One way to bring a folder of texts into a vector store and to keep it there. Every call runs in a process of its own. */
export interface IngestPeer {
  /** Brings the store in `state` to what the folder holds now. `state` is empty the first time. */
  ingest(corpus: string, state: string): Promise<void>;
  /** Everything that a search could give. */
  rows(state: string): AsyncIterable<StoredText>;
}

/** Characters of a chunk at most, for all. */
export const CHUNK_CHARACTERS = 1_800;

/** Peers by name; the modules of the packages under comparison are in a folder with a lockfile of its own. */
export const PEERS: Readonly<Record<string, { readonly module: string; readonly installed?: string }>> = {
  bare: { module: "./bare-peer.ts" },
  "bare-words": { module: "./bare-words-peer.ts" },
  groundwork: { module: "./groundwork-peer.ts" },
  langchain: { module: "../../peers/src/langchain-peer.ts", installed: "@langchain/core" },
  llamaindex: { module: "../../peers/src/llamaindex-peer.ts", installed: "llamaindex" },
  mastra: { module: "../../peers/src/mastra-peer.ts", installed: "@mastra/rag" },
};
