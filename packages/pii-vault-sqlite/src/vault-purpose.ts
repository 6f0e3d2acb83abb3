import { checkPolicy, type PiiAction, type PiiPolicy } from "@groundwork/pii-policy";

/** An audience: who may reveal for a purpose, and how much of which types. */
export interface VaultPurpose {
  /** Names of principals: `user:ana`, `group:fraud`. */
  readonly principals: readonly string[];
  /** What is told of types that `types` does not name. @default "keep": all of the value */
  readonly otherwise?: PiiAction;
  /** By type: `keep`, `mask` (with `keepLast`), `generalize`, `redact`; `hash` and `pseudonymize` tell nothing. */
  readonly types?: NonNullable<PiiPolicy["types"]>;
}

/** Purposes by name; a list of principals is a purpose for which all of every value is told. */
export type VaultPurposes = Readonly<Record<string, readonly string[] | VaultPurpose>>;

export type CheckedPurpose = VaultPurpose & Pick<PiiPolicy, "otherwise">;

/** Purposes with their defaults, by name. Throws `INVALID_CONFIGURATION` for rules that are none. */
export function checkPurposes(purposes: VaultPurposes): ReadonlyMap<string, CheckedPurpose> {
  return new Map(
    Object.entries(purposes).map(([name, given]) => {
      const purpose = "principals" in given ? given : { principals: given };
      const checked: CheckedPurpose = { otherwise: "keep", ...purpose };
      checkPolicy(checked);
      return [name, checked];
    }),
  );
}
