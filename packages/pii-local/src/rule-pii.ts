import type { ModuleReference, PiiDetector } from "@groundwork/contracts";
import { detectTexts } from "./detect-texts.ts";
import { type RulePiiOptions, resolveOptions } from "./detector-options.ts";

/** Bumped when rules, lexicon or the handling of conflicts change what is found. */
export const RULES_REVISION = "2";

/** A detector that can be built again in another thread from its `reference`, unless it holds functions. */
export interface LocalPiiDetector extends PiiDetector {
  readonly reference?: ModuleReference;
  /** Frees the model. A detector without one does nothing. */
  close(): Promise<void>;
}

/**
 * Patterns, checksums, context words and word lists, without a model. Everything happens in this thread, in turns of some
 * milliseconds. Names and addresses are found where the lexicon or the words around them tell.
 *
 * Errors: `INVALID_ARGUMENT`, `ABORTED`.
 */
export function rulePii(options: RulePiiOptions = {}): LocalPiiDetector {
  const resolved = resolveOptions(options);
  return {
    identity: { name: "pii-rules", revision: RULES_REVISION, options: resolved.identity },
    ...(resolved.isPlain ? { reference: { module: import.meta.url, name: "rulePii", options } } : {}),
    detect: (texts, callOptions = {}) => detectTexts(texts, resolved, callOptions),
    close: async () => {},
  };
}
