const WRITTEN_IN_WORDS: ReadonlySet<string> = new Set([
  "DATE_TIME",
  "NAME",
  "ADDRESS",
  "ORGANIZATION",
  "LOCATION",
  "URL",
  "USERNAME",
]);

/**
 * The form in which two ways to write one value are the same: case, accents' composition and blanks do not matter, nor do
 * separators of what is a number or a code.
 */
export function normalizeValue(type: string, value: string): string {
  const folded = value.normalize("NFKC").toLowerCase().trim();
  if (type === "EMAIL" || type === "PASSWORD" || type === "SECRET") return folded;
  if (WRITTEN_IN_WORDS.has(type)) return folded.replace(/[\s.,]+/g, " ").trim();
  const compact = folded.replace(/[^\p{L}\p{N}]+/gu, "");
  return compact === "" ? folded : compact;
}
