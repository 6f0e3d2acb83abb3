import { canonicalJson, stableHash } from "./identity.ts";

/**
 * What makes a stage's result what it is: `revision` is bumped by hand when the code's output changes (golden outputs
 * guard it), `options` are those that matter to the output, `artifacts` are ids of models and tables it read. A patch
 * release that changes no output keeps the fingerprint, so nothing is done again.
 */
export interface StageIdentity {
  readonly name: string;
  readonly revision: string;
  readonly options?: unknown;
  readonly artifacts?: readonly string[];
}

/** 16 hex digits. */
export function fingerprintOf(stage: StageIdentity): string {
  return stableHash(
    ["stage", stage.name, stage.revision, canonicalJson(stage.options ?? null), ...(stage.artifacts ?? [])],
    16,
  );
}
