import {
  type Chunk,
  type Chunker,
  fingerprintOf,
  GroundworkError,
  type StageIdentity,
  type TextRevision,
  type TokenCounter,
} from "@groundwork/contracts";
import { type ChunkPlan, createAssembler } from "./assemble-chunk.ts";
import { checkedBudget } from "./checked-budget.ts";
import { elementStretches } from "./element-spans.ts";
import { bodyStretches } from "./sections.ts";
import type { Span, Stretch } from "./span.ts";
import { splitAt } from "./split-span.ts";
import { NO_CONTEXT, TextMeter } from "./text-meter.ts";

export interface FixedSizeChunkerOptions {
  /** The embedder's own. */
  readonly tokenCounter: TokenCounter;
  /** Most tokens of a chunk as embedded, special tokens included. At least 8. @default 256 */
  readonly maxTokens?: number;
  /** Most tokens that a chunk repeats from the end of the one before; less than half of `maxTokens`. @default 0 */
  readonly overlapTokens?: number;
}

/**
 * Fills each chunk with as many words as fit, whatever the structure: the plain baseline. Without context. A word over the
 * budget is cut at characters. Page furniture ends a chunk, as everywhere.
 */
export function fixedSizeChunker(options: FixedSizeChunkerOptions): Chunker {
  const { tokenCounter } = options;
  const maxTokens = checkedBudget("maxTokens", options.maxTokens ?? 256, 8);
  const overlapTokens = checkedBudget("overlapTokens", options.overlapTokens ?? 0, 0);
  if (overlapTokens * 2 >= maxTokens)
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      `Expected overlapTokens to be less than half of maxTokens (${maxTokens}), found ${overlapTokens}.`,
      { stage: "chunk" },
    );
  const identity: StageIdentity = {
    name: "fixed-size-chunker",
    revision: "1",
    options: { maxTokens, overlapTokens },
    artifacts: [tokenCounter.id],
  };
  const fingerprint = fingerprintOf(identity);
  const room = maxTokens - tokenCounter.specialTokens;

  function wordsOf(meter: TextMeter, element: Stretch): Span[] {
    return splitAt(meter, element, "word").flatMap((word) =>
      word.tokens <= room
        ? [word]
        : splitAt(meter, word, "character").flatMap((piece) =>
            piece.tokens <= room ? [piece] : splitAt(meter, piece, "character"),
          ),
    );
  }

  function* windows(meter: TextMeter, words: readonly Span[]): Generator<ChunkPlan> {
    const tokensBetween = (from: number, to: number): number => meter.inputTokens(NO_CONTEXT, words.slice(from, to));
    let from = 0;
    let covered = 0;
    while (covered < words.length) {
      // What is repeated must leave room for a word at least.
      while (from < covered && tokensBetween(from, covered + 1) > maxTokens) from++;
      let to = covered + 1;
      let tokens = tokensBetween(from, to) - tokenCounter.specialTokens;
      while (to < words.length && tokens + words[to]!.tokens <= room) tokens += words[to++]!.tokens;
      let total = tokensBetween(from, to);
      while (to > covered + 1 && total > maxTokens) total = tokensBetween(from, --to);
      yield { start: words[from]!.start, end: words[to - 1]!.end, context: "", tokens: total };
      covered = to;
      from = to;
      let repeated = 0;
      while (from > 0 && repeated + words[from - 1]!.tokens <= overlapTokens) repeated += words[--from]!.tokens;
    }
  }

  return {
    identity,
    ...(tokenCounter.reference === undefined
      ? {}
      : {
          reference: {
            module: import.meta.url,
            name: "fixedSizeChunker",
            options: { maxTokens, overlapTokens, tokenCounter: { reference: tokenCounter.reference } },
          },
        }),
    *chunk(revision: TextRevision): Generator<Chunk> {
      const meter = new TextMeter(revision.text, tokenCounter);
      const assemble = createAssembler(revision, fingerprint);
      for (const stretch of bodyStretches(revision.elements)) {
        const words = elementStretches(meter.text, stretch).flatMap((element) => wordsOf(meter, element));
        for (const plan of windows(meter, words)) yield assemble(plan);
      }
    },
  };
}
