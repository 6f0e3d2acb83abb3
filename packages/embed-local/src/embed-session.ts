import { InferenceSession, Tensor } from "onnxruntime-node";
import { DIMENSIONS, type EmbeddedTexts, MAX_INPUT_TOKENS, type Output, stopped } from "./embedding-run.ts";
import { WordPiece } from "./word-piece.ts";

/** Run before and after each call into native code; `enter` returns false to refuse it. */
export interface RunGuard {
  enter(): boolean;
  leave(): void;
}

/** The model in this thread: one session, one native thread. A run holds the thread. */
export class EmbedSession {
  readonly #session: InferenceSession;
  readonly #wordPiece: WordPiece;

  private constructor(session: InferenceSession, wordPiece: WordPiece) {
    this.#session = session;
    this.#wordPiece = wordPiece;
  }

  static async open(modelPath: string, tokenizerJson: string): Promise<EmbedSession> {
    const session = await InferenceSession.create(modelPath, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      graphOptimizationLevel: "all",
      executionProviders: ["cpu"],
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
    return new EmbedSession(session, new WordPiece(tokenizerJson));
  }

  async embed(texts: readonly string[], output: Output, guard?: RunGuard): Promise<EmbeddedTexts> {
    const ids = texts.map((text) => this.#wordPiece.encode(text, MAX_INPUT_TOKENS));
    const lengths = Uint32Array.from(ids, (list) => list.length);
    const width = Math.max(...lengths);
    const feeds = inputTensors(ids, width);
    const inputs = Object.values(feeds);
    if (guard?.enter() === false) throw stopped();
    let hidden: Tensor;
    try {
      hidden = (await this.#session.run(feeds)).last_hidden_state as Tensor;
    } finally {
      guard?.leave();
      for (const input of inputs) input.dispose();
    }
    const states = hidden.data as Float32Array;
    const vectors = output === "pooled" ? meanVectors(states, lengths, width) : tokenVectors(states, lengths, width);
    hidden.dispose();
    return { vectors, lengths };
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

function inputTensors(ids: readonly (readonly number[])[], width: number): Record<string, Tensor> {
  const shape = [ids.length, width];
  const inputIds = new BigInt64Array(ids.length * width);
  const attentionMask = new BigInt64Array(ids.length * width);
  for (let row = 0; row < ids.length; row++) {
    const list = ids[row]!;
    for (let column = 0; column < list.length; column++) {
      inputIds[row * width + column] = BigInt(list[column]!);
      attentionMask[row * width + column] = 1n;
    }
  }
  return {
    input_ids: new Tensor("int64", inputIds, shape),
    attention_mask: new Tensor("int64", attentionMask, shape),
    token_type_ids: new Tensor("int64", new BigInt64Array(ids.length * width), shape),
  };
}

/** Divides by the Euclidean norm in place. A vector of zeros stays one. */
function normalize(vectors: Float32Array, from: number): void {
  let squares = 0;
  for (let index = from; index < from + DIMENSIONS; index++) squares += vectors[index]! * vectors[index]!;
  const factor = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let index = from; index < from + DIMENSIONS; index++) vectors[index] = vectors[index]! * factor;
}

/** Mean of the states of a text's own tokens (padding left out), L2-normalised. */
function meanVectors(states: Float32Array, lengths: Uint32Array, width: number): Float32Array {
  const vectors = new Float32Array(lengths.length * DIMENSIONS);
  const sums = new Float64Array(DIMENSIONS);
  for (let row = 0; row < lengths.length; row++) {
    sums.fill(0);
    let offset = row * width * DIMENSIONS;
    for (let token = 0; token < lengths[row]!; token++)
      for (let index = 0; index < DIMENSIONS; index++) sums[index]! += states[offset++]!;
    const from = row * DIMENSIONS;
    for (let index = 0; index < DIMENSIONS; index++) vectors[from + index] = sums[index]! / lengths[row]!;
    normalize(vectors, from);
  }
  return vectors;
}

/** States of the texts' own tokens, each L2-normalised, text after text. */
function tokenVectors(states: Float32Array, lengths: Uint32Array, width: number): Float32Array {
  const vectors = new Float32Array(lengths.reduce((sum, length) => sum + length, 0) * DIMENSIONS);
  let target = 0;
  for (let row = 0; row < lengths.length; row++) {
    const source = row * width * DIMENSIONS;
    vectors.set(states.subarray(source, source + lengths[row]! * DIMENSIONS), target);
    for (let token = 0; token < lengths[row]!; token++) normalize(vectors, target + token * DIMENSIONS);
    target += lengths[row]! * DIMENSIONS;
  }
  return vectors;
}
