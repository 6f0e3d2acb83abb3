export { type FixedSizeChunkerOptions, fixedSizeChunker } from "./fixed-size-chunker.ts";
export { type SentenceChunkerOptions, sentenceChunker } from "./sentence-chunker.ts";
export { type StructureChunkerOptions, structureChunker } from "./structure-chunker.ts";
