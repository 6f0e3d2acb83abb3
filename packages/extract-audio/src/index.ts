export { audioExtractor } from "./audio-extractor.ts";
export type { AudioExtractorOptions } from "./audio-options.ts";
