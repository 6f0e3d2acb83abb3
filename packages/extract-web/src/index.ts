export { type WebExtractorOptions, webExtractor } from "./web-extractor.ts";
