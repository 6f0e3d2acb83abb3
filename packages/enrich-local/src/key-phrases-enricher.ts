import { type CallOptions, type Enricher, type StageIdentity, throwIfAborted } from "@groundwork/contracts";
import { addAttributes, annotate } from "./annotation.ts";
import { functionWords, primaryLanguage } from "./function-words.ts";
import { rankKeyPhrases } from "./rank-key-phrases.ts";
import { readableElements } from "./readable-elements.ts";

export interface KeyPhrasesEnricherOptions {
  /** @default 10 */
  readonly most?: number;
  /** Words of a phrase. @default 4 */
  readonly mostWords?: number;
  /** BCP 47 of documents whose language nobody states. @default "en" */
  readonly language?: string;
}

/** UTF-16 units of a document that are read: what a document is about stands in them. */
const READ_LENGTH = 300_000;

/**
 * The phrases that a document is about, as `enrich.keyPhrases`, with `.scores` (1 for the best, less for the others in its
 * proportion), `.elements` (where each stands first) and `.by`. See {@link rankKeyPhrases}. Documents in a language whose function
 * words are not known, or that is written without blanks, get none.
 */
export function keyPhrasesEnricher(options: KeyPhrasesEnricherOptions = {}): Enricher {
  const { most = 10, mostWords = 4, language = "en" } = options;
  const identity: StageIdentity = { name: "key-phrases", revision: "1", options: { most, mostWords, language } };
  return {
    identity,
    reference: { module: import.meta.url, name: "keyPhrasesEnricher", options: { most, mostWords, language } },
    async enrich({ elements, metadata }, { signal }: CallOptions = {}) {
      throwIfAborted(signal, { stage: "enrich" });
      const own = primaryLanguage(metadata.language ?? language)!;
      const words = functionWords(own);
      if (words === undefined) return {};
      const readable = readableElements(elements, READ_LENGTH, true);
      const phrases = rankKeyPhrases(
        readable.map(({ text }) => text),
        { language: own, functionWords: words, most, mostWords },
      );
      const findings = phrases.map(({ text, score, first }) => ({
        value: text,
        score,
        element: readable[first]!.index,
      }));
      return addAttributes(metadata.attributes, annotate("keyPhrases", findings, identity));
    },
  };
}
