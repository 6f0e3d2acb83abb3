import type { Box, ElementLocation } from "./element.ts";
import type { StageIdentity } from "./fingerprint.ts";
import type { ModuleReference } from "./module-reference.ts";
import type { TextRevision } from "./text-revision.ts";

/** Counts tokens as the embedder will. */
export interface TokenCounter {
  /** Names the vocabulary, for example `wordpiece:all-MiniLM-L6-v2`; part of a chunker's fingerprint. */
  readonly id: string;
  /** Tokens of a text without the special ones that {@link TokenCounter.specialTokens} counts. */
  count(text: string): number;
  /** Tokens that the model adds to each input, for example 2 for `[CLS]` and `[SEP]`. */
  readonly specialTokens: number;
  /**
   * Set when a blank (space, tab, line feed, carriage return) always parts tokens and is none itself, so that
   * `count(a + blank + b) === count(a) + count(b)`: chunkers then add up counts instead of counting again. @default false
   */
  readonly isAdditive?: boolean;
  /** `count(text.slice(start, end))` without making the slice: for many parts of one text, one after the other. */
  countRange?(text: string, start: number, end: number): number;
  /** How to build it again in another thread or process. */
  readonly reference?: ModuleReference;
}

export interface Chunk {
  /** See {@link chunkIdOf}. */
  readonly chunkId: string;
  /** 0-based in the document. */
  readonly ordinal: number;
  /** Chunk id of the parent, for children of parent/child chunking. Parents are not embedded. */
  readonly parentChunk?: string;
  /** A parent is stored and shown, never embedded or searched. @default "passage" */
  readonly role?: "passage" | "parent";
  /** A slice of the canonical text: `revision.text.slice(charStart, charEnd)`. */
  readonly text: string;
  readonly charStart: number;
  readonly charEnd: number;
  /** Put before the text for embedding and lexical search: title, section path, caption, repeated table header. Never part of offsets. */
  readonly context: string;
  /** Of `context` + `text` as embedded, special tokens included. */
  readonly tokens: number;
  readonly sectionPath: readonly string[];
  /** Every box of the text, one per line run; `start`/`end` count from `charStart`. */
  readonly boxes: readonly Box[];
  readonly startMs?: number;
  readonly endMs?: number;
  readonly location?: ElementLocation;
  /** See {@link contentHashOf}. */
  readonly contentHash: string;
}

/** What an embedder is given: the context, a line break, the text. */
export function embedderInput(context: string, text: string): string {
  return context === "" ? text : `${context}\n${text}`;
}

/**
 * Cuts a text revision into chunks, in order.
 *
 * - `text.slice(charStart, charEnd)` is the chunk's text, always, in UTF-16 code units; a surrogate pair is never cut.
 * - `tokens` never exceeds the budget: a sentence longer than it is cut at words, a word longer than it at characters.
 * - Every body element's text is in at least one chunk; furniture (running headers, footers, page numbers) in none.
 * - An empty revision gives no chunk. The same revision and options give the same chunks.
 */
export interface Chunker {
  readonly identity: StageIdentity;
  /** How to build it again in another thread or process. Without it the stage runs in the main thread. */
  readonly reference?: ModuleReference;
  chunk(revision: TextRevision): Iterable<Chunk>;
}
