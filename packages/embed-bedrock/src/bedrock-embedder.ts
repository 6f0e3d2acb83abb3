import {
  type Embedder,
  type EmbedOptions,
  type EmbedResult,
  GroundworkError,
  providerHintsOf,
  throwIfAborted,
  withPartialEmbedding,
} from "@groundwork/contracts";
import { bedrockClientOf } from "./bedrock-client.ts";
import {
  type BedrockEmbedderOptions,
  type ResolvedEmbedderOptions,
  resolveOptions,
} from "./bedrock-embedder-options.ts";
import { excessOf } from "./bedrock-error.ts";
import { type EmbeddedRequest, type RequestTarget, sendRequest } from "./bedrock-request.ts";
import { cutText } from "./token-estimate.ts";

/** An embedder that holds a client. */
export interface BedrockEmbedder extends Embedder {
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const DRIVER = "embed-bedrock";
/** Times that a text is made shorter when the service counts more tokens than the estimate. Such requests are refused and cost nothing. */
const MOST_CUTS = 3;
/** What a text is cut to beyond what the refusal asks for. */
const CUT_MARGIN = 0.95;

/** Errors that concern one request alone: the others of the call go on. */
function isOwn(error: GroundworkError): boolean {
  return error.code === "INVALID_ARGUMENT" || providerHintsOf(error)?.requestTooLarge === true;
}

/** One call of `doEmbed`: what has a vector and what failed, by position. */
class Call {
  readonly vectors: Float32Array;
  readonly embedded = new Set<number>();
  readonly failures = new Map<number, GroundworkError>();
  tokens: number | undefined = 0;
  /** The failure after which nothing more is sent. */
  stop: GroundworkError | undefined;
  readonly #dimensions: number;

  constructor(count: number, dimensions: number) {
    this.#dimensions = dimensions;
    this.vectors = new Float32Array(count * dimensions);
  }

  place(position: number, vector: Float32Array): void {
    this.vectors.set(vector, position * this.#dimensions);
    this.embedded.add(position);
  }

  accept(positions: readonly number[], { vectors, tokens }: EmbeddedRequest): void {
    for (const [row, position] of positions.entries())
      this.place(position, vectors.subarray(row * this.#dimensions, (row + 1) * this.#dimensions));
    this.tokens = this.tokens === undefined || tokens === undefined ? undefined : this.tokens + tokens;
  }

  reject(positions: readonly number[], error: GroundworkError): void {
    for (const position of positions) this.failures.set(position, error);
    if (!isOwn(error)) this.stop ??= error;
  }

  /** What to throw, with what was embedded although the call failed. */
  error(): GroundworkError {
    const embedded = [...this.embedded].sort((a, b) => a - b);
    const failures = [...this.failures].sort(([a], [b]) => a - b).map(([index, error]) => ({ index, error }));
    const worst = failures.find(({ error }) => !error.retryable)?.error ?? failures[0]!.error;
    const vectors = new Float32Array(embedded.length * this.#dimensions);
    for (const [row, position] of embedded.entries())
      vectors.set(
        this.vectors.subarray(position * this.#dimensions, (position + 1) * this.#dimensions),
        row * this.#dimensions,
      );
    return withPartialEmbedding(
      new GroundworkError(
        worst.code,
        `Expected ${embedded.length + failures.length} vectors of Amazon Bedrock, found ${embedded.length}. ${worst.message}`,
        { driver: DRIVER, retryable: failures.some(({ error }) => error.retryable), cause: worst },
      ),
      { embedded, vectors, failures, ...(this.tokens === undefined ? {} : { tokens: this.tokens }) },
    );
  }
}

/** Positions of the texts that go together, in order. */
function pack(
  texts: readonly { readonly position: number; readonly text: string }[],
  { model, tokenCounter }: ResolvedEmbedderOptions,
): number[][] {
  const { maxTextsPerRequest, maxTokensPerRequest = Number.POSITIVE_INFINITY } = model;
  const packed: number[][] = [];
  let tokens = 0;
  for (const { position, text } of texts) {
    const own = maxTextsPerRequest === 1 ? 0 : tokenCounter.count(text) + tokenCounter.specialTokens;
    const last = packed.at(-1);
    if (last !== undefined && last.length < maxTextsPerRequest && tokens + own <= maxTokensPerRequest) {
      last.push(position);
      tokens += own;
    } else {
      packed.push([position]);
      tokens = own;
    }
  }
  return packed;
}

/**
 * An embedder on Amazon Bedrock (`InvokeModel`): Titan and Cohere, or a model that the caller describes. It makes each request once; put
 * `governedEmbedder` of `@groundwork/provider-governor` in front of it. A call of up to `maxTextsPerCall` texts is one request; larger calls
 * are several, and when one fails the others' vectors are on the error (`partialEmbeddingOf`).
 *
 * Blank texts, which the models refuse, are not sent: they all get the vector whose values are the same, with no tokens. Texts over the limit are cut.
 * Half surrogates are sent as U+FFFD.
 *
 * Errors: `INVALID_ARGUMENT` and `MODEL_NOT_FOUND` for options that are none; from `doEmbed` those of the service (README), `ABORTED`,
 * `INVALID_ARGUMENT` after `close`.
 */
export function bedrockEmbedder(options: BedrockEmbedderOptions): BedrockEmbedder {
  const resolved = resolveOptions(options);
  const { modelId, revision, dimensions, model, maxParallelCalls, tokenCounter } = resolved;
  const { client, isOurs } = bedrockClientOf(options);
  const target: RequestTarget = { client, target: resolved.target, model, requestMetadata: resolved.requestMetadata };
  const closing = new AbortController();
  const limits = { tokens: model.maxInputTokens - tokenCounter.specialTokens, characters: model.maxCharacters };
  const blank = new Float32Array(dimensions).fill(1 / Math.sqrt(dimensions));

  /** A text as it is sent, empty when there is nothing to send. */
  function prepared(text: string): string {
    const cut = cutText(text.toWellFormed(), limits);
    return cut.trim() === "" ? "" : cut;
  }

  async function request(
    texts: readonly string[],
    purpose: "query" | "passage",
    signal: AbortSignal,
  ): Promise<EmbeddedRequest> {
    let sent = texts;
    for (let cuts = 0; ; cuts++) {
      try {
        return await sendRequest(target, sent, { dimensions, purpose }, signal);
      } catch (thrown) {
        const error = thrown as GroundworkError;
        const excess = sent.length === 1 ? excessOf(error) : undefined;
        if (excess === undefined || cuts === MOST_CUTS) throw error;
        const [text] = sent as readonly [string];
        sent = [cutText(text, { ...limits, characters: Math.max(1, Math.floor(text.length * excess * CUT_MARGIN)) })];
      }
    }
  }

  async function doEmbed(
    texts: readonly string[],
    { signal, purpose = "passage" }: EmbedOptions = {},
  ): Promise<EmbedResult> {
    throwIfAborted(signal, { driver: DRIVER });
    if (closing.signal.aborted)
      throw new GroundworkError("INVALID_ARGUMENT", "Expected an open embedder, found a closed one. Create another.", {
        driver: DRIVER,
      });
    const call = new Call(texts.length, dimensions);
    const sendable: { readonly position: number; readonly text: string }[] = [];
    for (const [position, given] of texts.entries()) {
      const text = prepared(given);
      if (text === "") call.place(position, blank);
      else sendable.push({ position, text });
    }
    const requests = pack(sendable, resolved);
    const byPosition = new Map(sendable.map(({ position, text }) => [position, text]));
    const stopped = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
    const waiting = requests.values();
    const lane = async (): Promise<void> => {
      for (const positions of waiting) {
        if (call.stop !== undefined) {
          call.reject(positions, call.stop);
          continue;
        }
        try {
          const sent = positions.map((position) => byPosition.get(position)!);
          call.accept(positions, await request(sent, purpose, stopped));
        } catch (thrown) {
          call.reject(positions, GroundworkError.from(thrown, "INTERNAL", "The request could not be made."));
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(maxParallelCalls, requests.length) }, lane));
    if (call.failures.size > 0) throw requests.length === 1 ? [...call.failures.values()][0] : call.error();
    return { vectors: call.vectors, ...(call.tokens === undefined ? {} : { tokens: call.tokens }) };
  }

  async function close(): Promise<void> {
    if (closing.signal.aborted) return;
    closing.abort();
    if (isOurs) client.destroy();
  }

  return {
    modelId,
    revision,
    dimensions,
    maxInputTokens: model.maxInputTokens,
    maxTextsPerCall: model.maxTextsPerRequest,
    ...(model.maxTokensPerRequest === undefined ? {} : { maxTokensPerCall: model.maxTokensPerRequest }),
    maxParallelCalls,
    ...(model.languages === undefined ? {} : { languages: model.languages }),
    tokenCounter,
    doEmbed,
    close,
    [Symbol.asyncDispose]: close,
  };
}
