import { decoderPath, encoderPath, headCount, headSize, layerCount } from "@groundwork/model-whisper-tiny-en";
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { openSession } from "./onnx-session.ts";

const PACKAGE = "@groundwork/model-whisper-tiny-en";
/** Score of what a token may not look at. */
const HIDDEN = -1e9;

type Tensors = Readonly<Record<string, Tensor>>;

/** A sound as the decoder sees it. */
export type EncodedSound = Tensors;

export interface DecoderState {
  readonly past: Tensors;
  readonly length: number;
}

export interface DecoderStep {
  readonly state: DecoderState;
  /** Of each token as the next one; may be written to. */
  readonly scores: Float32Array;
  /** Where the last token attends: heads by frames of 20 ms, each head's row summing to 1. */
  readonly attention: readonly Float32Array[];
}

const LAYERS = Array.from({ length: layerCount }, (_, layer) => layer);

/** The two networks of Whisper. */
export class WhisperModel {
  readonly #encoder: InferenceSession;
  readonly #decoder: InferenceSession;

  private constructor(encoder: InferenceSession, decoder: InferenceSession) {
    this.#encoder = encoder;
    this.#decoder = decoder;
  }

  static async create(threads: number): Promise<WhisperModel> {
    const encoder = await openSession(encoderPath, PACKAGE, threads);
    try {
      return new WhisperModel(encoder, await openSession(decoderPath, PACKAGE, threads));
    } catch (error) {
      await encoder.release();
      throw error;
    }
  }

  /** Takes at most 30 s at 16 kHz, a multiple of 320 samples. */
  async encode(samples: Float32Array): Promise<EncodedSound> {
    return this.#encoder.run({ samples: new Tensor("float32", samples, [1, samples.length]) });
  }

  start(): DecoderState {
    const past: Record<string, Tensor> = {};
    for (const layer of LAYERS) {
      past[`past_keys_${layer}`] = new Tensor("float32", new Float32Array(), [1, headCount, headSize, 0]);
      past[`past_values_${layer}`] = new Tensor("float32", new Float32Array(), [1, headCount, 0, headSize]);
    }
    return { past, length: 0 };
  }

  /** Goes on with tokens. */
  async step(sound: EncodedSound, { past, length }: DecoderState, tokens: readonly number[]): Promise<DecoderStep> {
    const count = tokens.length;
    const all = length + count;
    const mask = new Float32Array(count * all);
    for (let row = 0; row < count; row++) mask.fill(HIDDEN, row * all + length + row + 1, (row + 1) * all);
    const output = await this.#decoder.run({
      tokens: new Tensor("int64", BigInt64Array.from(tokens, BigInt), [1, count]),
      positions: new Tensor(
        "int64",
        BigInt64Array.from(tokens, (_, index) => BigInt(length + index)),
        [count],
      ),
      mask: new Tensor("float32", mask, [count, all]),
      ...past,
      ...sound,
    });
    const next: Record<string, Tensor> = {};
    for (const layer of LAYERS) {
      next[`past_keys_${layer}`] = output[`keys_${layer}`]!;
      next[`past_values_${layer}`] = output[`values_${layer}`]!;
    }
    const { data, dims } = output.attention!;
    const [heads, , frames] = dims as unknown as readonly [number, number, number];
    const attention = Array.from({ length: heads }, (_, head) =>
      (data as Float32Array).slice(((head + 1) * count - 1) * frames, (head + 1) * count * frames),
    );
    return { state: { past: next, length: all }, scores: output.scores!.data as Float32Array, attention };
  }

  async close(): Promise<void> {
    await Promise.all([this.#encoder.release(), this.#decoder.release()]);
  }
}
