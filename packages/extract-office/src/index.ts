export { officeExtractor } from "./office-extractor.ts";
export type { OfficeExtractorOptions } from "./office-options.ts";
