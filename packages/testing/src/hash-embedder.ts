import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import {
  type Embedder,
  type EmbedOptions,
  type EmbedResult,
  GroundworkError,
  type TokenCounter,
  throwIfAborted,
} from "@groundwork/contracts";

/** What goes wrong, and when. Calls are counted from 1. */
export interface HashEmbedderFaults {
  /** Refuses these calls with `THROTTLED` (retryable). */
  readonly throttle?: (call: number) => boolean;
  /** Refuses a call that holds such a text with `INVALID_ARGUMENT`, as a service does that rejects a whole request for one entry. */
  readonly rejectText?: (text: string) => boolean;
  /** Refuses these calls with `UNAVAILABLE` (retryable). */
  readonly unavailable?: (call: number) => boolean;
}

export interface HashEmbedderOptions {
  /** @default 64 */
  readonly dimensions?: number;
  /** @default 256 */
  readonly maxInputTokens?: number;
  /** @default 96 */
  readonly maxTextsPerCall?: number;
  /** Default: no limit. */
  readonly maxTokensPerCall?: number;
  /** @default 4 */
  readonly maxParallelCalls?: number;
  /** Milliseconds that a call takes. @default 0 */
  readonly delayMs?: number;
  readonly faults?: HashEmbedderFaults;
}

export interface HashEmbedder extends Embedder {
  /** What was asked of it so far. */
  readonly log: {
    readonly calls: number;
    readonly texts: number;
    /** Most calls that were under way at once. */
    readonly mostParallel: number;
  };
}

/** Counts a token for each four letters of a word, each other sign and each group of line breaks: joined texts are not the sum of their parts. */
export function testTokenCounter(): TokenCounter {
  return {
    id: "test:four-letters",
    reference: { module: import.meta.url, name: "testTokenCounter" },
    specialTokens: 2,
    count(text: string): number {
      let tokens = 0;
      for (const [piece] of text.matchAll(/[\p{L}\p{N}\p{M}]+|\n+|\S/gu))
        tokens += /^[\p{L}\p{N}\p{M}]/u.test(piece) ? Math.ceil([...piece].length / 4) : 1;
      return tokens;
    },
  };
}

/**
 * An embedder without a model: each word has a direction of its own and a text is the sum of its words, so that texts that
 * share words are near each other. The same text has the same vector in every process.
 */
export function hashEmbedder(options: HashEmbedderOptions = {}): HashEmbedder {
  const { dimensions = 64, maxInputTokens = 256, maxTextsPerCall = 96, maxParallelCalls = 4, delayMs = 0 } = options;
  const { maxTokensPerCall, faults = {} } = options;
  const tokenCounter = testTokenCounter();
  const log = { calls: 0, texts: 0, mostParallel: 0 };
  let open = 0;
  let closed = false;

  function checkCall(texts: readonly string[]): void {
    if (closed) throw new GroundworkError("INVALID_ARGUMENT", "Expected an open embedder, found a closed one.");
    const call = ++log.calls;
    if (faults.throttle?.(call) === true)
      throw new GroundworkError("THROTTLED", "Too many calls. Wait and repeat.", { retryable: true });
    if (faults.unavailable?.(call) === true)
      throw new GroundworkError("UNAVAILABLE", "The service does not answer. Repeat later.", { retryable: true });
    if (faults.rejectText !== undefined && texts.some(faults.rejectText))
      throw new GroundworkError("INVALID_ARGUMENT", "Expected texts that the model takes, found one that it refuses.");
    if (texts.length > maxTextsPerCall)
      throw new GroundworkError(
        "INVALID_ARGUMENT",
        `Expected at most ${maxTextsPerCall} texts, found ${texts.length}.`,
      );
  }

  return {
    modelId: "test-hash",
    revision: "1",
    dimensions,
    maxInputTokens,
    maxTextsPerCall,
    ...(maxTokensPerCall === undefined ? {} : { maxTokensPerCall }),
    maxParallelCalls,
    tokenCounter,
    log,
    async doEmbed(texts: readonly string[], { signal }: EmbedOptions = {}): Promise<EmbedResult> {
      throwIfAborted(signal);
      checkCall(texts);
      open++;
      log.mostParallel = Math.max(log.mostParallel, open);
      try {
        if (delayMs > 0) await delay(delayMs, undefined, { signal });
        const vectors = new Float32Array(texts.length * dimensions);
        let tokens = 0;
        texts.forEach((text, index) => {
          const kept = firstTokens(text, maxInputTokens - tokenCounter.specialTokens);
          tokens += tokenCounter.count(kept) + tokenCounter.specialTokens;
          vectors.set(vectorOf(kept, dimensions), index * dimensions);
        });
        log.texts += texts.length;
        return { vectors, tokens };
      } catch (error) {
        throw GroundworkError.from(error, "INTERNAL", "The hash embedder failed.");
      } finally {
        open--;
      }
    },
    async close(): Promise<void> {
      closed = true;
    },
  };
}

function firstTokens(text: string, most: number): string {
  let tokens = 0;
  for (const match of text.matchAll(/[\p{L}\p{N}\p{M}]+|\n+|\S/gu)) {
    tokens += /^[\p{L}\p{N}\p{M}]/u.test(match[0]) ? Math.ceil([...match[0]].length / 4) : 1;
    if (tokens > most) return text.slice(0, match.index);
  }
  return text;
}

const directions = new Map<string, Float64Array>();

function directionOf(word: string, dimensions: number): Float64Array {
  const key = `${dimensions} ${word}`;
  let direction = directions.get(key);
  if (direction === undefined) {
    direction = new Float64Array(dimensions);
    for (let block = 0; block * 16 < dimensions; block++) {
      const digest = createHash("sha256").update(`${block} ${word}`).digest();
      for (let index = 0; index < 16 && block * 16 + index < dimensions; index++)
        direction[block * 16 + index] = digest.readInt16LE(index * 2) / 32_768;
    }
    if (directions.size > 20_000) directions.clear();
    directions.set(key, direction);
  }
  return direction;
}

function vectorOf(text: string, dimensions: number): Float32Array {
  const sum = new Float64Array(dimensions);
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  // A text without words still has a direction, so that every vector can be normalised.
  for (const word of words.length > 0 ? words : [`no words: ${text}`]) {
    const direction = directionOf(word, dimensions);
    for (let index = 0; index < dimensions; index++) sum[index]! += direction[index]!;
  }
  const norm = Math.hypot(...sum);
  return Float32Array.from(sum, (value) => value / norm);
}
