import { GroundworkError } from "@groundwork/contracts";
import { type OwnRecognizer, recognizerOf } from "./own-recognizers.ts";
import { PII_TYPES } from "./pii-types.ts";
import type { Recognizer } from "./recognizer.ts";
import { ruleRecognizers } from "./rules/rule-recognizers.ts";

export interface RulePiiOptions {
  /** Types to look for: those of `PII_TYPES` and of own recognisers. @default all */
  readonly types?: readonly string[];
  /**
   * Countries (ISO 3166-1 alpha-2) whose identity numbers, and whose phone numbers without a country code, are looked for.
   * @default all that are known; phone numbers of ten large countries
   */
  readonly countries?: readonly string[];
  /** Findings with a lower score are left out, 0..1. @default 0.4 */
  readonly minimumScore?: number;
  /** Recognisers of one's own, beside those of this package. */
  readonly recognizers?: readonly OwnRecognizer[];
}

export const DEFAULT_MINIMUM_SCORE = 0.4;

/** Options checked once, with what follows from them. */
export interface ResolvedOptions {
  readonly wants: (type: string) => boolean;
  readonly minimumScore: number;
  readonly recognizers: readonly Recognizer[];
  /** What makes the findings what they are, for the fingerprint. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** Whether the options can be cloned to another thread. */
  readonly isPlain: boolean;
}

/** Errors: `INVALID_ARGUMENT` for a type that nothing finds, a country that is no code, a score outside 0..1. */
export function resolveOptions(options: RulePiiOptions): ResolvedOptions {
  const { types, countries, minimumScore = DEFAULT_MINIMUM_SCORE, recognizers = [] } = options;
  const own = recognizers.map(recognizerOf);
  const known = new Set([...PII_TYPES, ...own.flatMap((recognizer) => recognizer.types)]);
  const refuse = (message: string): never => {
    throw new GroundworkError("INVALID_ARGUMENT", message, { driver: "pii-local" });
  };
  if (!(minimumScore >= 0 && minimumScore <= 1)) refuse(`Expected minimumScore from 0 to 1, found ${minimumScore}.`);
  for (const type of types ?? [])
    if (!known.has(type)) refuse(`Expected a type of PII_TYPES or of an own recogniser, found "${type}".`);
  for (const country of countries ?? [])
    if (!/^[A-Z]{2}$/.test(country))
      refuse(`Expected countries as two capital letters (ISO 3166-1), found "${country}".`);
  const wanted = new Set(types ?? known);
  const wants = (type: string): boolean => wanted.has(type);
  const all = [...own, ...ruleRecognizers(countries === undefined ? {} : { countries })];
  return {
    wants,
    minimumScore,
    recognizers: all.filter((recognizer) => recognizer.types.some(wants)),
    identity: {
      types: types === undefined ? "all" : [...types].sort(),
      countries: countries === undefined ? "all" : [...countries].sort(),
      minimumScore,
      recognizers: recognizers.map((one) => ("find" in one ? { name: one.name, types: one.types } : one)),
    },
    isPlain: recognizers.every((one) => !("find" in one)),
  };
}
