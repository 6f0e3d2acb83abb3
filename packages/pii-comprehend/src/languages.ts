import { GroundworkError } from "@groundwork/contracts";

/** Languages in which the service finds personal data. */
export const COMPREHEND_LANGUAGES = ["en", "es"] as const;
export type ComprehendLanguage = (typeof COMPREHEND_LANGUAGES)[number];

export interface LanguageOptions {
  /** Languages that are asked for as themselves. @default ["en", "es"] */
  readonly languages?: readonly ComprehendLanguage[];
  /**
   * What happens to texts of another language or of none that is known: they are read as this language, left out (`skip`: no findings), or refused
   * (`fail`: `INVALID_ARGUMENT`). @default the first of `languages`
   */
  readonly otherLanguages?: ComprehendLanguage | "skip" | "fail";
}

/** The language to ask in; `undefined`: the texts are left out. `language` is a BCP 47 tag. */
export function languageFor(
  language: string | undefined,
  options: Required<LanguageOptions>,
): ComprehendLanguage | undefined {
  const primary = language?.toLowerCase().split(/[-_]/)[0];
  const known = options.languages.find((candidate) => candidate === primary);
  if (known !== undefined) return known;
  if (options.otherLanguages === "skip") return undefined;
  if (options.otherLanguages === "fail")
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      `Expected texts in ${options.languages.join(" or ")}, found ${language === undefined ? "no language" : "another"}. Name the language, or set otherLanguages.`,
      { driver: "pii-comprehend" },
    );
  return options.otherLanguages;
}
