import { GroundworkError } from "@groundwork/contracts";

/**
 * What becomes of a value:
 *
 * - `keep`: it stays.
 * - `mask`: letters and digits become `*`, the form stays: `***-**-6789` with `keepLast: 4`.
 * - `redact`: the name of its type in brackets: `[SSN]`.
 * - `hash`: type and a keyed hash: `[SSN:1f0c6f2a9b3d]`. The same value has the same hash in a scope.
 * - `pseudonymize`: another value of the same form, the same for the same value in a scope.
 * - `generalize`: less of it: a date becomes its month, an age its decade, an IP address its network; what has no coarser form
 *   is redacted.
 */
export type PiiAction = "keep" | "mask" | "redact" | "hash" | "pseudonymize" | "generalize";

export interface PiiRule {
  readonly action: PiiAction;
  /** Findings with a lower score are let through. 0..1. @default the policy's `minimumScore` */
  readonly minimumScore?: number;
  /** Of `mask`: letters and digits left at the end. @default 0 */
  readonly keepLast?: number;
}

/** What becomes of personal data, by type. Plain data: it travels to other threads, and its content is part of every fingerprint. */
export interface PiiPolicy {
  /** What becomes of types that `types` does not name. */
  readonly otherwise: PiiAction;
  readonly types?: Readonly<Record<string, PiiAction | PiiRule>>;
  /** @default 0.5 */
  readonly minimumScore?: number;
  /**
   * Pseudonyms and hashes are the same within a scope and unlike each other between two: a tenant, a case, a release to a
   * third party. @default "default"
   */
  readonly scope?: string;
}

const ACTIONS: ReadonlySet<string> = new Set(["keep", "mask", "redact", "hash", "pseudonymize", "generalize"]);

/**
 * Types that are kept unless a policy names them: what questions are asked with, and what names nobody. Organisations, places,
 * nationalities, forms of address and dates decide whether a policy applies; dates of birth are found as such (`DATE_OF_BIRTH`) and are not among them.
 */
export const KEPT_TYPES: readonly string[] = ["ORGANIZATION", "LOCATION", "NATIONALITY", "TITLE", "DATE_TIME", "URL"];

interface Kept {
  /** Types that stay. @default {@link KEPT_TYPES} */
  readonly keep?: readonly string[];
  /** Exceptions, by type. */
  readonly types?: PiiPolicy["types"];
  readonly minimumScore?: number;
  readonly scope?: string;
}

function policyOf(otherwise: PiiAction, { keep = KEPT_TYPES, types, ...rest }: Kept): PiiPolicy {
  return checkPolicy({
    otherwise,
    types: { ...Object.fromEntries(keep.map((type) => [type, "keep"])), ...types },
    ...rest,
  });
}

/** The name of its type in place of each value. */
export function redact(options: Kept = {}): PiiPolicy {
  return policyOf("redact", options);
}

/** Letters and digits as `*`. */
export function mask(options: Kept = {}): PiiPolicy {
  return policyOf("mask", options);
}

/** Another value of the same form, the same for the same value everywhere in the scope. */
export function pseudonymize(options: Kept = {}): PiiPolicy {
  return policyOf("pseudonymize", options);
}

/** The rule of a type. */
export function ruleOf({ types, otherwise, minimumScore = 0.5 }: PiiPolicy, type: string): Required<PiiRule> {
  const given = types?.[type] ?? otherwise;
  const rule = typeof given === "string" ? { action: given } : given;
  return { minimumScore, keepLast: 0, ...rule };
}

/** Throws `INVALID_CONFIGURATION` for what is no policy. */
export function checkPolicy(policy: PiiPolicy): PiiPolicy {
  const refuse = (message: string): never => {
    throw new GroundworkError("INVALID_CONFIGURATION", `PII policy: ${message}`);
  };
  const checkScore = (score: number | undefined, of: string): void => {
    if (score !== undefined && !(score >= 0 && score <= 1))
      refuse(`${of}: expected a minimumScore of 0 to 1, found ${score}.`);
  };
  const rules = Object.entries(policy.types ?? {});
  for (const [type, rule] of [["otherwise", policy.otherwise] as const, ...rules]) {
    const action = typeof rule === "string" ? rule : rule?.action;
    if (!ACTIONS.has(action)) refuse(`${type}: expected one of ${[...ACTIONS].join(", ")}, found "${action}".`);
    if (typeof rule === "string") continue;
    checkScore(rule.minimumScore, type);
    const { keepLast = 0 } = rule;
    if (!Number.isSafeInteger(keepLast) || keepLast < 0 || keepLast > 4)
      refuse(`${type}: expected keepLast of 0 to 4, found ${keepLast}.`);
  }
  for (const [type] of rules)
    if (!/^[A-Z][A-Z0-9_]*$/.test(type)) refuse(`expected a type in capitals, for example NAME, found "${type}".`);
  checkScore(policy.minimumScore, "policy");
  return policy;
}
