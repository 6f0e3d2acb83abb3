export { effectiveDatesEnricher } from "./effective-dates-enricher.ts";
export { type LanguageEnricherOptions, languageEnricher } from "./language-enricher.ts";
export { titleEnricher } from "./title-enricher.ts";
