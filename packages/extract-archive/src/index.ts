export { type ArchiveExtractorOptions, archiveExtractor } from "./archive-extractor.ts";
