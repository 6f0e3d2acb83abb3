export { type TextExtractorOptions, textExtractor } from "./text-extractor.ts";
