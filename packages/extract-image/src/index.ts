export { imageExtractor } from "./image-extractor.ts";
export type { ImageExtractorOptions } from "./image-options.ts";
