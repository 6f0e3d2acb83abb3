export { type RankedNumber, Ranking } from "./ranking.ts";
export { type Batch, type WordEntry, WordIndex, type WordIndexOptions } from "./word-index.ts";
