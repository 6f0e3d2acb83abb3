import {
  type Embedder,
  type EmbedOptions,
  type EmbedResult,
  GroundworkError,
  type PartialEmbedding,
  partialEmbeddingOf,
  providerHintsOf,
  type TokenCounter,
  throwIfAborted,
  withPartialEmbedding,
} from "@groundwork/contracts";
import { FinishedVectors } from "./finished-vectors.ts";
import type { Governor } from "./governor.ts";
import { type GovernorEvent, publishEvent } from "./governor-event.ts";
import type { AttemptContext } from "./governor-options.ts";
import { LearnedLimits, type RequestSize } from "./learned-limits.ts";

export interface GovernedEmbedderOptions {
  /**
   * Vectors kept of calls that failed as a whole, so that nobody pays for them again: about 4 KB each at 1,024 dimensions.
   * @default 2_048
   */
  readonly keepFinished?: number;
  /** See `RunOptions`. Default: none. */
  readonly deadlineMs?: number;
  /** Hears of limits that were learned; attempts and waits are events of the governor. */
  readonly onEvent?: (event: GovernorEvent) => void;
}

interface Piece {
  readonly text: string;
  readonly tokens: number;
}

const sizeOf = (pieces: readonly Piece[]): RequestSize => ({
  texts: pieces.length,
  tokens: pieces.reduce((sum, { tokens }) => sum + tokens, 0),
});

/** One call of `doEmbed`: which of its texts have a vector, which never will. */
class EmbeddingCall {
  readonly vectors: Float32Array;
  readonly positions = new Map<string, number[]>();
  readonly done = new Set<string>();
  readonly failures = new Map<string, GroundworkError>();
  /** Fires when the call has failed: what has not been sent yet is not sent any more. */
  readonly failed = new AbortController();
  readonly #dimensions: number;
  tokens = 0;

  constructor(texts: readonly string[], dimensions: number) {
    this.#dimensions = dimensions;
    this.vectors = new Float32Array(texts.length * dimensions);
    for (const [position, text] of texts.entries()) {
      const same = this.positions.get(text);
      if (same === undefined) this.positions.set(text, [position]);
      else same.push(position);
    }
  }

  place(text: string, vector: Float32Array): void {
    this.done.add(text);
    for (const position of this.positions.get(text)!) this.vectors.set(vector, position * this.#dimensions);
  }

  vectorOf(text: string): Float32Array {
    const [position] = this.positions.get(text)!;
    return this.vectors.subarray(position! * this.#dimensions, (position! + 1) * this.#dimensions);
  }

  partial(): PartialEmbedding {
    const positions = [...this.done].flatMap((text) => this.positions.get(text)!).sort((a, b) => a - b);
    const vectors = new Float32Array(positions.length * this.#dimensions);
    for (const [place, position] of positions.entries())
      vectors.set(
        this.vectors.subarray(position * this.#dimensions, (position + 1) * this.#dimensions),
        place * this.#dimensions,
      );
    const failures = [...this.failures].flatMap(([text, error]) =>
      this.positions.get(text)!.map((index) => ({ index, error })),
    );
    return { embedded: positions, vectors, failures: failures.sort((a, b) => a.index - b.index), tokens: this.tokens };
  }
}

class GovernedEmbedder implements Embedder {
  readonly modelId: string;
  readonly revision: string;
  readonly dimensions: number;
  readonly maxInputTokens: number;
  readonly maxParallelCalls: number;
  readonly tokenCounter: TokenCounter;
  readonly languages?: readonly string[];
  readonly #embedder: Embedder;
  readonly #governor: Governor;
  readonly #options: GovernedEmbedderOptions;
  readonly #limits: LearnedLimits;
  readonly #finished: FinishedVectors;
  readonly #closing = new AbortController();

  constructor(embedder: Embedder, governor: Governor, options: GovernedEmbedderOptions) {
    this.modelId = embedder.modelId;
    this.revision = embedder.revision;
    this.dimensions = embedder.dimensions;
    this.maxInputTokens = embedder.maxInputTokens;
    this.maxParallelCalls = Math.min(embedder.maxParallelCalls, governor.maxConcurrency);
    this.tokenCounter = embedder.tokenCounter;
    if (embedder.languages !== undefined) this.languages = embedder.languages;
    this.#embedder = embedder;
    this.#governor = governor;
    this.#options = options;
    this.#limits = new LearnedLimits({
      texts: embedder.maxTextsPerCall,
      tokens: embedder.maxTokensPerCall ?? Number.POSITIVE_INFINITY,
    });
    this.#finished = new FinishedVectors(options.keepFinished ?? 2_048);
  }

  get maxTextsPerCall(): number {
    return this.#limits.maxTexts;
  }

  get maxTokensPerCall(): number {
    return this.#limits.maxTokens;
  }

  async doEmbed(texts: readonly string[], options: EmbedOptions = {}): Promise<EmbedResult> {
    const { signal, purpose = "passage" } = options;
    throwIfAborted(signal, { stage: "embed" });
    if (this.#closing.signal.aborted)
      throw new GroundworkError("INVALID_ARGUMENT", "Expected an open embedder, found a closed one.");
    const call = new EmbeddingCall(texts, this.dimensions);
    const pieces = [...call.positions.keys()].map((text) => ({
      text,
      tokens: Math.min(this.maxInputTokens, this.tokenCounter.count(text) + this.tokenCounter.specialTokens),
    }));
    const stop = signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
    await this.#embedAll(call, this.#withoutFinished(call, pieces, purpose), purpose, stop);
    if (call.failures.size === 0) return { vectors: call.vectors, tokens: call.tokens };
    for (const text of call.done) this.#finished.put(purpose, text, call.vectorOf(text));
    throw this.#failureOf(call, texts.length);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new GroundworkError("ABORTED", "The embedder was closed before the call was done."));
    this.#finished.clear();
    await this.#embedder.close?.();
  }

  async #embedAll(
    call: EmbeddingCall,
    pieces: readonly Piece[],
    purpose: "query" | "passage",
    signal: AbortSignal,
  ): Promise<void> {
    let rest = pieces;
    if (!this.#limits.proven) {
      // The first request ever goes alone: if it is too large, the others need not be refused too.
      const [first = []] = this.#pack(rest);
      if (first.length > 0) await this.#embedBatch(call, first, purpose, signal);
      rest = rest.slice(first.length);
    }
    await Promise.all(this.#pack(rest).map((batch) => this.#embedBatch(call, batch, purpose, signal)));
  }

  /** Embeds the batch or records why not; never throws. */
  async #embedBatch(
    call: EmbeddingCall,
    batch: readonly Piece[],
    purpose: "query" | "passage",
    signal: AbortSignal,
  ): Promise<void> {
    let rest = batch;
    try {
      await this.#governor.run(
        () => ({ tokens: sizeOf(rest).tokens }),
        async (context) => {
          rest = this.#withoutFinished(call, rest, purpose);
          if (rest.length > 0) rest = await this.#request(call, rest, purpose, context);
          const [first] = rest;
          if (first !== undefined) throw this.#retryableFailure(call, rest);
        },
        {
          signal,
          // Each call of doEmbed takes turns with the others: a question does not wait for an ingestion's whole queue.
          caller: call,
          waitSignal: call.failed.signal,
          // Somebody waits for the answer of a query; an ingestion can wait for the provider.
          onOpen: purpose === "query" ? "fail" : "wait",
          ...(this.#options.deadlineMs === undefined ? {} : { deadlineMs: this.#options.deadlineMs }),
        },
      );
    } catch (thrown) {
      const error = GroundworkError.from(thrown, "UNAVAILABLE", `The embedder ${this.modelId} failed.`);
      const hints = providerHintsOf(error);
      if (hints?.requestTooLarge !== true) {
        for (const { text } of rest) call.failures.set(text, error);
        call.failed.abort(error);
        return;
      }
      this.#learn(sizeOf(rest), hints.limits);
      if (rest.length === 1) {
        call.failures.set(rest[0]!.text, error);
        return;
      }
      const smaller = this.#pack(rest);
      const [first = rest] = smaller.length > 1 ? smaller : halves(rest);
      // One at a time until a size passes: all parts at once would only be refused together.
      await this.#embedBatch(call, first, purpose, signal);
      await this.#embedAll(call, rest.slice(first.length), purpose, signal);
    }
  }

  /** One request. Gives the pieces that have to be asked for again; those that never can are recorded as failures. */
  async #request(
    call: EmbeddingCall,
    pieces: readonly Piece[],
    purpose: "query" | "passage",
    context: AttemptContext,
  ): Promise<readonly Piece[]> {
    const { signal } = context;
    const texts = pieces.map(({ text }) => text);
    let result: EmbedResult;
    try {
      result = await this.#embedder.doEmbed(texts, { signal, purpose });
    } catch (error) {
      const partial = partialEmbeddingOf(error);
      if (partial === undefined || partial.embedded.length + partial.failures.length !== pieces.length) throw error;
      this.#keep(call, pieces, partial.embedded, partial.vectors, purpose, signal);
      if (partial.embedded.length > 0) context.progress();
      call.tokens += partial.tokens ?? 0;
      if (partial.tokens !== undefined) context.report({ tokens: partial.tokens });
      const again: Piece[] = [];
      for (const { index, error: reason } of partial.failures) {
        call.failures.set(texts[index]!, reason);
        if (reason.retryable) again.push(pieces[index]!);
      }
      return again;
    }
    if (result.vectors.length !== pieces.length * this.dimensions) {
      throw new GroundworkError(
        "INTERNAL",
        `Expected ${pieces.length} vectors of ${this.dimensions} dimensions of the embedder ${this.modelId}, found ${result.vectors.length / this.dimensions}.`,
      );
    }
    this.#keep(call, pieces, [...pieces.keys()], result.vectors, purpose, signal);
    const size = sizeOf(pieces);
    this.#limits.accepted(size);
    call.tokens += result.tokens ?? size.tokens;
    const hints = providerHintsOf(result);
    context.report({
      ...(result.tokens === undefined ? {} : { tokens: result.tokens }),
      ...(hints === undefined ? {} : { hints }),
    });
    return [];
  }

  /** Takes over vectors that arrived. Those of a request that was given up meanwhile are kept for whoever asks next. */
  #keep(
    call: EmbeddingCall,
    pieces: readonly Piece[],
    embedded: readonly number[],
    vectors: Float32Array,
    purpose: string,
    signal: AbortSignal,
  ): void {
    for (const [place, index] of embedded.entries()) {
      const { text } = pieces[index]!;
      const vector = vectors.subarray(place * this.dimensions, (place + 1) * this.dimensions);
      if (signal.aborted) this.#finished.put(purpose, text, vector);
      else {
        call.place(text, vector);
        call.failures.delete(text);
      }
    }
    throwIfAborted(signal, { stage: "embed" });
  }

  #withoutFinished(call: EmbeddingCall, pieces: readonly Piece[], purpose: string): readonly Piece[] {
    return pieces.filter(({ text }) => {
      const vector = this.#finished.take(purpose, text);
      if (vector === undefined) return true;
      call.place(text, vector);
      call.failures.delete(text);
      return false;
    });
  }

  #retryableFailure(call: EmbeddingCall, rest: readonly Piece[]): GroundworkError {
    const reasons = rest.map(({ text }) => call.failures.get(text)!);
    for (const { text } of rest) call.failures.delete(text);
    return reasons.find(({ code }) => code === "THROTTLED") ?? reasons[0]!;
  }

  /** Fills requests up to what the provider takes, by number of texts, by tokens, and by padded tokens as the contract counts. */
  #pack(pieces: readonly Piece[]): Piece[][] {
    const batches: Piece[][] = [];
    let batch: Piece[] = [];
    let tokens = 0;
    let longest = 0;
    for (const piece of pieces) {
      const padded = Math.max(longest, piece.tokens) * (batch.length + 1);
      const probes = batches.length === 0;
      const full =
        batch.length >= (probes ? this.#limits.maxTexts : this.#limits.safeTexts) ||
        tokens + piece.tokens > (probes ? this.#limits.maxTokens : this.#limits.safeTokens) ||
        padded > (this.#embedder.maxTokensPerCall ?? Number.POSITIVE_INFINITY);
      if (batch.length > 0 && full) {
        batches.push(batch);
        batch = [];
        tokens = 0;
        longest = 0;
      }
      batch.push(piece);
      tokens += piece.tokens;
      longest = Math.max(longest, piece.tokens);
    }
    if (batch.length > 0) batches.push(batch);
    return batches;
  }

  #learn(
    refused: RequestSize,
    stated: { readonly maxTextsPerRequest?: number; readonly maxTokensPerRequest?: number } = {},
  ): void {
    const { maxTextsPerRequest: texts, maxTokensPerRequest: tokens } = stated;
    this.#limits.refused(refused, {
      ...(texts === undefined ? {} : { texts }),
      ...(tokens === undefined ? {} : { tokens }),
    });
    const { maxTexts, maxTokens } = this.#limits;
    publishEvent({ type: "limits", governor: this.#governor.name, maxTexts, maxTokens }, this.#options.onEvent);
  }

  #failureOf(call: EmbeddingCall, texts: number): GroundworkError {
    const failures = [...call.failures.values()];
    const worst = failures.find(({ retryable }) => !retryable) ?? failures[0]!;
    const partial = call.partial();
    const error = new GroundworkError(
      worst.code,
      `Expected ${texts} vectors of ${this.modelId}, found ${partial.embedded.length}. ${worst.message}`,
      { stage: "embed", retryable: worst.retryable, cause: worst },
    );
    return withPartialEmbedding(error, partial);
  }
}

function halves(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const middle = Math.ceil(pieces.length / 2);
  return [pieces.slice(0, middle), pieces.slice(middle)];
}

/**
 * An embedder whose every request goes through a governor. It takes any number of texts and packs them; it never asks again for a
 * text that it has a vector of: neither after a throttling, nor after a partial failure, nor when the whole call is repeated after
 * an error or an abort. When texts fail for good the error carries what was embedded (`partialEmbeddingOf`). It closes the
 * embedder, not the governor.
 */
export function governedEmbedder(
  embedder: Embedder,
  governor: Governor,
  options: GovernedEmbedderOptions = {},
): Embedder {
  return new GovernedEmbedder(embedder, governor, options);
}
