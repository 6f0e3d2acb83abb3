import { modelId, modelRevision } from "@groundwork/model-rampart-pii";
import { TokenClassifier } from "./classifier/token-classifier.ts";
import { detectTexts } from "./detect-texts.ts";
import { type RulePiiOptions, resolveOptions } from "./detector-options.ts";
import { ENTITY_TYPES } from "./entities/find-entities.ts";
import { type LocalPiiDetector, RULES_REVISION } from "./rule-pii.ts";

export interface LocalPiiOptions extends RulePiiOptions {
  /** Folder with the files of the model. @default the folder of `@groundwork/model-rampart-pii` */
  readonly modelFolder?: string;
}

/**
 * The rules, and a token classifier (Rampart, on the CPU) for names, places and addresses. The model is loaded at the first sentence
 * that may hold one (about 0.3 s, 60 MB); sentences of everyday words in lower case never reach it. Model runs hold one core and
 * return between batches; at an abort the batch under way still ends.
 *
 * Errors: `INVALID_ARGUMENT`, `MODEL_NOT_FOUND`, `ABORTED`.
 */
export function localPii(options: LocalPiiOptions = {}): LocalPiiDetector {
  const { modelFolder, ...ruleOptions } = options;
  const resolved = resolveOptions(ruleOptions);
  const needsModel = ENTITY_TYPES.some(resolved.wants);
  let opened: Promise<TokenClassifier> | undefined;
  const open = (): Promise<TokenClassifier> => {
    if (opened === undefined) {
      opened = TokenClassifier.open(modelFolder);
      // A failed start is not remembered.
      opened.catch(() => {
        opened = undefined;
      });
    }
    return opened;
  };
  return {
    identity: {
      name: "pii-local",
      revision: RULES_REVISION,
      options: resolved.identity,
      artifacts: [`${modelId}@${modelRevision}`],
    },
    ...(resolved.isPlain ? { reference: { module: import.meta.url, name: "localPii", options } } : {}),
    detect: (texts, callOptions = {}) => detectTexts(texts, resolved, callOptions, needsModel ? open : undefined),
    async close() {
      const classifier = opened;
      opened = undefined;
      if (classifier !== undefined) await (await classifier).close();
    },
  };
}
