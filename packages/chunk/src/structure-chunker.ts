import {
  type Chunk,
  type Chunker,
  ELEMENT_SEPARATOR,
  fingerprintOf,
  type StageIdentity,
  type TextRevision,
  type TokenCounter,
} from "@groundwork/contracts";
import { createAssembler, inputTokens } from "./assemble-chunk.ts";
import { checkedBudget } from "./checked-budget.ts";
import { type ChunkContext, contextOf } from "./chunk-context.ts";
import { elementSpans } from "./element-spans.ts";
import { pack } from "./pack.ts";
import { bodyStretches, sectionsOf } from "./sections.ts";
import type { Span } from "./span.ts";

export interface StructureChunkerOptions {
  /** The embedder's own. */
  readonly tokenCounter: TokenCounter;
  /** Most tokens of a chunk as embedded: context, text and special tokens. At least 32. @default 256 */
  readonly maxTokens?: number;
  /** Also makes larger chunks of role `parent`, to be shown around the passages that lie in them. Default: none. */
  readonly parents?: { readonly maxTokens: number };
}

const LEAST_TOKENS = 32;

/**
 * Cuts where the document itself has cuts: chunks begin anew at each section, and inside a section end at paragraphs,
 * list items, speaker turns, table rows, lines of code, then sentences, words, characters. No overlap.
 *
 * - The context is the title and the section path (at most a quarter of the budget), for the later parts of a table its
 *   caption and header rows, for those of a list the sentence that announces it (at most another quarter).
 * - A table or a block of code that fits into one chunk is never cut. A list is not parted from its lead-in.
 * - After an edit the cuts fall where they fell before, except around the edit.
 */
export function structureChunker(options: StructureChunkerOptions): Chunker {
  const { tokenCounter, parents } = options;
  const maxTokens = checkedBudget("maxTokens", options.maxTokens ?? 256, LEAST_TOKENS);
  if (parents !== undefined) checkedBudget("parents.maxTokens", parents.maxTokens, maxTokens);
  const identity: StageIdentity = {
    name: "structure-chunker",
    revision: "1",
    options: { maxTokens, ...(parents === undefined ? {} : { parents: { maxTokens: parents.maxTokens } }) },
    artifacts: [tokenCounter.id],
  };
  const fingerprint = fingerprintOf(identity);
  return {
    identity,
    ...(tokenCounter.reference === undefined
      ? {}
      : {
          reference: {
            module: import.meta.url,
            name: "structureChunker",
            options: {
              maxTokens,
              ...(parents === undefined ? {} : { parents }),
              tokenCounter: { reference: tokenCounter.reference },
            },
          },
        }),
    *chunk(revision: TextRevision): Generator<Chunk> {
      const assemble = createAssembler(revision, fingerprint, tokenCounter);
      for (const stretch of bodyStretches(revision.elements)) {
        for (const section of sectionsOf(stretch)) {
          const spans = elementSpans(revision.text, section, (text) => tokenCounter.count(text));
          if (parents === undefined) {
            for (const plan of plans(revision, spans, maxTokens, tokenCounter)) yield assemble(plan);
            continue;
          }
          for (const parent of plans(revision, spans, parents.maxTokens, tokenCounter)) {
            const children = [...plans(revision, parent.spans, maxTokens, tokenCounter)];
            // A parent that is no more than its only child would be stored twice.
            if (children.length === 1) {
              yield assemble(children[0]!);
              continue;
            }
            const parentChunk = assemble({ ...parent, role: "parent" });
            yield parentChunk;
            for (const child of children) yield assemble({ ...child, parentChunk: parentChunk.chunkId });
          }
        }
      }
    },
  };
}

interface Plan {
  readonly start: number;
  readonly end: number;
  readonly context: string;
  readonly tokens?: number;
  readonly spans: readonly Span[];
}

function* plans(
  revision: TextRevision,
  spans: readonly Span[],
  maxTokens: number,
  counter: TokenCounter,
): Generator<Plan> {
  const count = (text: string): number => counter.count(text);
  const contexts = new Map<Span, ChunkContext>();
  const contextBefore = (first: Span): ChunkContext => {
    let context = contexts.get(first);
    if (context === undefined) {
      context = contextOf(first, { revision, maxTokens, count });
      contexts.set(first, context);
    }
    return context;
  };
  const room = (first: Span): { readonly tokens: number; readonly until?: number } => {
    const { text, until } = contextBefore(first);
    const tokens = maxTokens - counter.specialTokens - (text === "" ? 0 : count(`${text}\n`));
    return until === undefined ? { tokens } : { tokens, until };
  };
  let counted = { start: -1, end: -1, tokens: 0 };
  const fits = (first: Span, end: number): boolean => {
    const { start } = first;
    const tokens = inputTokens(counter, contextBefore(first).text, revision.text.slice(start, end));
    counted = { start, end, tokens };
    return tokens <= maxTokens;
  };
  const gap = Math.max(0, count(`a${ELEMENT_SEPARATOR}a`) - 2 * count("a"));
  for (const taken of pack(spans, { text: revision.text, count, gap, room, fits })) {
    const first = taken[0]!;
    const { start } = first;
    const { end } = taken[taken.length - 1]!;
    const known = counted.start === start && counted.end === end ? { tokens: counted.tokens } : {};
    yield { start, end, context: contextBefore(first).text, spans: taken, ...known };
    contexts.clear();
  }
}
