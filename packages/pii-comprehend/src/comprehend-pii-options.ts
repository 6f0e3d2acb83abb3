import { GroundworkError } from "@groundwork/contracts";
import type { ComprehendConnectionOptions } from "./comprehend-client.ts";
import { COMPREHEND_PII_TYPES, type ComprehendPiiType } from "./comprehend-types.ts";
import { COMPREHEND_LANGUAGES, type ComprehendLanguage, type LanguageOptions } from "./languages.ts";
import { SMALLEST_PIECE_BYTES } from "./pieces.ts";

/** The documented limit of one request, bytes of UTF-8. */
export const MAX_REQUEST_BYTES = 100_000;
export const DEFAULT_MINIMUM_SCORE = 0.5;
const DEFAULT_CONCURRENCY = 4;

/** What stands between the detector and the service: `Governor` of `@groundwork/provider-governor` fits. */
export interface RequestGovernor {
  /** `tokens` are units that will be billed (100 characters). */
  run<T>(
    cost: { readonly tokens: number },
    call: (context: { readonly signal: AbortSignal }) => Promise<T>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<T>;
}

/** What is found, wherever it is asked for. */
export interface ComprehendFindingOptions extends LanguageOptions {
  /** Types to report. @default all of `COMPREHEND_PII_TYPES` */
  readonly types?: readonly ComprehendPiiType[];
  /** Findings with a lower score are left out, 0..1. @default 0.5 */
  readonly minimumScore?: number;
  /** Longest text of one request, bytes of UTF-8; longer ones are cut. @default 100,000, the limit of the service */
  readonly maxBytes?: number;
}

export interface ComprehendPiiOptions extends ComprehendConnectionOptions, ComprehendFindingOptions {
  /**
   * Asks `ContainsPiiEntities` first, which costs a fraction, and goes on only where it names a wanted type with at least this score. It saves where most
   * texts hold nothing; what it misses is missed. @default off; `true` means a score of 0.5
   */
  readonly gate?: boolean | { readonly minimumScore: number };
  /**
   * Sends texts of less than 300 characters together, since a request is billed as 300 at least. The service reads the neighbours as context then, so that
   * findings of a text may depend on what it was sent with. @default false
   */
  readonly packing?: boolean;
  /** Requests at once. @default 4 */
  readonly concurrency?: number;
  /** Paces and repeats requests; without one a request is made once. */
  readonly governor?: RequestGovernor;
}

export interface ResolvedFindingOptions {
  readonly types: readonly string[] | undefined;
  readonly wants: (type: string) => boolean;
  readonly minimumScore: number;
  readonly maxBytes: number;
  readonly languages: {
    readonly languages: readonly ComprehendLanguage[];
    readonly otherLanguages: ComprehendLanguage | "skip" | "fail";
  };
}

function refuse(message: string): never {
  throw new GroundworkError("INVALID_ARGUMENT", message, { driver: "pii-comprehend" });
}

function checkScore(name: string, score: number): void {
  if (!(score >= 0 && score <= 1)) refuse(`Expected ${name} from 0 to 1, found ${score}.`);
}

/** Errors: `INVALID_ARGUMENT` for a type or language that the service does not know and for numbers out of range. */
export function resolveFindingOptions(options: ComprehendFindingOptions): ResolvedFindingOptions {
  const { types, minimumScore = DEFAULT_MINIMUM_SCORE, maxBytes = MAX_REQUEST_BYTES } = options;
  const { languages = COMPREHEND_LANGUAGES } = options;
  checkScore("minimumScore", minimumScore);
  const known: readonly string[] = COMPREHEND_PII_TYPES;
  for (const type of types ?? []) if (!known.includes(type)) refuse(`Expected a type of Comprehend, found "${type}".`);
  for (const language of languages)
    if (!COMPREHEND_LANGUAGES.includes(language)) refuse(`Expected the languages en and es, found "${language}".`);
  if (languages.length === 0) refuse("Expected at least one language, found none.");
  const { otherLanguages = languages[0]! } = options;
  if (![...COMPREHEND_LANGUAGES, "skip", "fail"].includes(otherLanguages))
    refuse(`Expected otherLanguages as en, es, skip or fail, found "${otherLanguages}".`);
  if (!Number.isInteger(maxBytes) || maxBytes < SMALLEST_PIECE_BYTES || maxBytes > MAX_REQUEST_BYTES)
    refuse(`Expected maxBytes from ${SMALLEST_PIECE_BYTES} to ${MAX_REQUEST_BYTES}, found ${maxBytes}.`);
  const wanted = new Set<string>(types ?? known);
  return {
    types: types === undefined ? undefined : [...types].sort(),
    wants: (type) => wanted.has(type),
    minimumScore,
    maxBytes,
    languages: { languages, otherLanguages },
  };
}

export interface ResolvedComprehendPiiOptions extends ResolvedFindingOptions {
  /** Lowest score of the gate, where there is one. */
  readonly gate: number | undefined;
  readonly packing: boolean;
  readonly concurrency: number;
}

/** Errors: `INVALID_ARGUMENT`. */
export function resolveOptions(options: ComprehendPiiOptions): ResolvedComprehendPiiOptions {
  const { gate = false, packing = false, concurrency = DEFAULT_CONCURRENCY } = options;
  const gateScore = typeof gate === "object" ? gate.minimumScore : gate ? DEFAULT_MINIMUM_SCORE : undefined;
  if (gateScore !== undefined) checkScore("gate.minimumScore", gateScore);
  if (!Number.isInteger(concurrency) || concurrency < 1)
    refuse(`Expected concurrency as a whole number from 1, found ${concurrency}.`);
  return { ...resolveFindingOptions(options), gate: gateScore, packing, concurrency };
}
