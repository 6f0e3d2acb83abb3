export { type EmailExtractorOptions, emailExtractor } from "./email-extractor.ts";
