import type { LanguageModel, Reranker } from "@groundwork/contracts";
import type { Governor } from "./governor.ts";
import type { RunOptions } from "./governor-options.ts";

export interface GovernedModelOptions extends Pick<RunOptions, "deadlineMs" | "onOpen"> {
  /** Estimates the tokens of a text. @default a quarter of its characters */
  readonly countTokens?: (text: string) => number;
}

const aQuarter = (text: string): number => Math.ceil(text.length / 4);

/**
 * A language model whose every call goes through a governor. The estimate counts the prompt and the most that may be answered; the
 * tokens that the model reports correct it. Somebody waits for an answer: `onOpen` is `"fail"` unless said otherwise.
 */
export function governedLanguageModel(
  model: LanguageModel,
  governor: Governor,
  options: GovernedModelOptions = {},
): LanguageModel {
  const { countTokens = aQuarter, ...run } = options;
  return {
    modelId: model.modelId,
    doGenerate(request, { signal } = {}) {
      const tokens = countTokens(request.system ?? "") + countTokens(request.prompt) + (request.maxTokens ?? 512);
      return governor.run(
        { tokens },
        async (context) => {
          const result = await model.doGenerate(request, { signal: context.signal });
          const { inputTokens, outputTokens } = result;
          if (inputTokens !== undefined || outputTokens !== undefined)
            context.report({ tokens: (inputTokens ?? 0) + (outputTokens ?? 0) });
          return result;
        },
        { onOpen: "fail", ...run, signal },
      );
    },
  };
}

/** A reranker whose every call goes through a governor. */
export function governedReranker(reranker: Reranker, governor: Governor, options: GovernedModelOptions = {}): Reranker {
  const { countTokens = aQuarter, ...run } = options;
  return {
    modelId: reranker.modelId,
    maxPassages: reranker.maxPassages,
    doRerank(query, passages, { signal } = {}) {
      const tokens =
        passages.reduce((sum, { text }) => sum + countTokens(text), 0) + countTokens(query) * passages.length;
      return governor.run({ tokens }, (context) => reranker.doRerank(query, passages, { signal: context.signal }), {
        onOpen: "fail",
        ...run,
        signal,
      });
    },
  };
}
