import {
  type Chunk,
  type Chunker,
  fingerprintOf,
  type StageIdentity,
  type TextRevision,
  type TokenCounter,
} from "@groundwork/contracts";
import { type ChunkPlan, createAssembler } from "./assemble-chunk.ts";
import { checkedBudget } from "./checked-budget.ts";
import { elementStretches } from "./element-spans.ts";
import { pack } from "./pack.ts";
import { bodyStretches } from "./sections.ts";
import type { Span } from "./span.ts";
import { splitAt } from "./split-span.ts";
import { NO_CONTEXT, TextMeter } from "./text-meter.ts";

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

  function* group(meter: TextMeter, sentences: readonly Span[]): Generator<ChunkPlan> {
    const measure = (spans: readonly Span[]): number => meter.inputTokens(NO_CONTEXT, spans);
    const fits = (spans: readonly Span[]): boolean => measure(spans) <= maxTokens;
    const room = { tokens: maxTokens - tokenCounter.specialTokens };
    const planOf = (spans: readonly Span[]): ChunkPlan => ({
      start: spans[0]!.start,
      end: spans[spans.length - 1]!.end,
      context: "",
      tokens: measure(spans),
    });
    let held: Span[] = [];
    for (const sentence of sentences) {
      if (held.length > 0 && (held.length === maxSentences || !fits([...held, sentence]))) {
        yield planOf(held);
        held = [];
      }
      if (held.length > 0 || fits([sentence])) {
        held.push(sentence);
        continue;
      }
      for (const spans of pack([sentence], { meter, room: () => room, fits })) yield planOf(spans);
    }
    if (held.length > 0) yield planOf(held);
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
      const meter = new TextMeter(revision.text, tokenCounter);
      const assemble = createAssembler(revision, fingerprint);
      for (const stretch of bodyStretches(revision.elements)) {
        const sentences = elementStretches(meter.text, stretch).flatMap((element) =>
          splitAt(meter, element, "sentence"),
        );
        for (const plan of group(meter, sentences)) yield assemble(plan);
      }
    },
  };
}
