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
import { type ChunkContext, ContextBuilder } from "./chunk-context.ts";
import { elementSpans } from "./element-spans.ts";
import { pack } from "./pack.ts";
import { bodyStretches, sectionsOf } from "./sections.ts";
import type { Span } from "./span.ts";
import { TextMeter } from "./text-meter.ts";

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
      const meter = new TextMeter(revision.text, tokenCounter);
      const assemble = createAssembler(revision, fingerprint);
      const contexts = new ContextBuilder(revision, meter, maxTokens);
      const parentContexts = parents === undefined ? undefined : new ContextBuilder(revision, meter, parents.maxTokens);
      for (const stretch of bodyStretches(revision.elements)) {
        for (const section of sectionsOf(stretch)) {
          const spans = elementSpans(meter, section, maxTokens);
          if (parents === undefined || parentContexts === undefined) {
            for (const plan of plans(spans, maxTokens, meter, contexts)) yield assemble(plan);
            continue;
          }
          for (const parent of plans(spans, parents.maxTokens, meter, parentContexts)) {
            const children = [...plans(parent.spans, maxTokens, meter, contexts)];
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

interface Plan extends ChunkPlan {
  readonly spans: readonly Span[];
}

function plans(spans: readonly Span[], maxTokens: number, meter: TextMeter, contexts: ContextBuilder): Iterable<Plan> {
  const whole = wholePlan(spans, maxTokens, meter, contexts);
  return whole === undefined ? packedPlans(spans, maxTokens, meter, contexts) : [whole];
}

/** All spans as one chunk, where that is what packing would give: so it is with most sections and short documents. */
function wholePlan(
  spans: readonly Span[],
  maxTokens: number,
  meter: TextMeter,
  contexts: ContextBuilder,
): Plan | undefined {
  let least = 0;
  for (const span of spans) {
    least += span.tokens;
    if (least > maxTokens) return undefined;
  }
  const first = spans[0]!;
  const context = contexts.contextOf(first);
  let room = maxTokens - meter.counter.specialTokens - context.tokens;
  for (let index = 0; index < spans.length; index++) {
    const span = spans[index]!;
    if (index > 0 && context.until !== undefined && span.end > context.until) return undefined;
    room -= span.tokens + (index === 0 || spans[index - 1]!.element === span.element ? 0 : meter.gap);
    if (room < 0) return undefined;
  }
  const tokens = meter.inputTokens(context, spans);
  if (tokens > maxTokens) return undefined;
  return { start: first.start, end: spans[spans.length - 1]!.end, context: context.text, tokens, spans };
}

function* packedPlans(
  spans: readonly Span[],
  maxTokens: number,
  meter: TextMeter,
  contexts: ContextBuilder,
): Generator<Plan> {
  const known = new Map<Span, ChunkContext>();
  const contextBefore = (first: Span): ChunkContext => {
    let context = known.get(first);
    if (context === undefined) {
      context = contexts.contextOf(first);
      known.set(first, context);
    }
    return context;
  };
  const room = (first: Span): { readonly tokens: number; readonly until?: number } => {
    const context = contextBefore(first);
    const tokens = maxTokens - meter.counter.specialTokens - context.tokens;
    return context.until === undefined ? { tokens } : { tokens, until: context.until };
  };
  let tokens = 0;
  const fits = (candidate: readonly Span[]): boolean => {
    tokens = meter.inputTokens(contextBefore(candidate[0]!), candidate);
    return tokens <= maxTokens;
  };
  // What is yielded was the last to be measured.
  for (const taken of pack(spans, { meter, room, fits })) {
    const first = taken[0]!;
    const { end } = taken[taken.length - 1]!;
    yield { start: first.start, end, context: contextBefore(first).text, tokens, spans: taken };
    known.clear();
  }
}
