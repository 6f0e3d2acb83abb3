import {
  type Chunk,
  type Chunker,
  fingerprintOf,
  type StageIdentity,
  type TextRevision,
  type TokenCounter,
} from "@groundwork/contracts";
import { createAssembler, inputTokens } from "./assemble-chunk.ts";
import { checkedBudget } from "./checked-budget.ts";
import { elementSpans } from "./element-spans.ts";
import { pack } from "./pack.ts";
import { bodyStretches } from "./sections.ts";
import type { Span } from "./span.ts";
import { splitAt } from "./split-span.ts";

export interface SentenceChunkerOptions {
  /** The embedder's own. */
  readonly tokenCounter: TokenCounter;
  /** Most tokens of a chunk as embedded, special tokens included. At least 8. @default 256 */
  readonly maxTokens?: number;
  /** Most sentences of a chunk. @default 1 */
  readonly maxSentences?: number;
}

/**
 * One chunk a sentence (or a few), without context and without overlap. Table rows, list items, headings and lines of code
 * count as sentences; a sentence over the budget is cut at words, a word at characters.
 */
export function sentenceChunker(options: SentenceChunkerOptions): Chunker {
  const { tokenCounter } = options;
  const maxTokens = checkedBudget("maxTokens", options.maxTokens ?? 256, 8);
  const maxSentences = checkedBudget("maxSentences", options.maxSentences ?? 1, 1);
  const identity: StageIdentity = {
    name: "sentence-chunker",
    revision: "1",
    options: { maxTokens, maxSentences },
    artifacts: [tokenCounter.id],
  };
  const fingerprint = fingerprintOf(identity);
  const count = (text: string): number => tokenCounter.count(text);

  function* group(
    text: string,
    sentences: readonly Span[],
  ): Generator<{ readonly start: number; readonly end: number }> {
    const fits = (first: Span, end: number): boolean =>
      inputTokens(tokenCounter, "", text.slice(first.start, end)) <= maxTokens;
    const room = { tokens: maxTokens - tokenCounter.specialTokens };
    let held: Span[] = [];
    for (const sentence of sentences) {
      if (held.length > 0 && (held.length === maxSentences || !fits(held[0]!, sentence.end))) {
        yield { start: held[0]!.start, end: held[held.length - 1]!.end };
        held = [];
      }
      if (held.length > 0 || fits(sentence, sentence.end)) {
        held.push(sentence);
        continue;
      }
      for (const piece of pack([sentence], { text, count, gap: 0, fits, room: () => room }))
        yield { start: piece[0]!.start, end: piece[piece.length - 1]!.end };
    }
    if (held.length > 0) yield { start: held[0]!.start, end: held[held.length - 1]!.end };
  }

  return {
    identity,
    ...(tokenCounter.reference === undefined
      ? {}
      : {
          reference: {
            module: import.meta.url,
            name: "sentenceChunker",
            options: { maxTokens, maxSentences, tokenCounter: { reference: tokenCounter.reference } },
          },
        }),
    *chunk(revision: TextRevision): Generator<Chunk> {
      const assemble = createAssembler(revision, fingerprint, tokenCounter);
      for (const stretch of bodyStretches(revision.elements)) {
        const sentences = elementSpans(revision.text, stretch, count).flatMap((span) =>
          splitAt(revision.text, span, "sentence", count),
        );
        for (const slice of group(revision.text, sentences)) yield assemble({ ...slice, context: "" });
      }
    },
  };
}
