export { type LocalEmbedderOptions, localEmbedder } from "./local-embedder.ts";
export { createTokenCounter, type TokenCounterOptions } from "./token-counter.ts";
