import { contextSamples, frameSamples, modelPath, stateShape } from "@groundwork/model-silero-vad";
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { openSession } from "./onnx-session.ts";
import { SAMPLE_RATE } from "./resample.ts";

/** Milliseconds of a frame. */
export const FRAME_MS: number = (frameSamples / SAMPLE_RATE) * 1_000;

export { frameSamples as FRAME_SAMPLES } from "@groundwork/model-silero-vad";

/** Tells how likely speech is, frame by frame. */
export class VoiceActivity {
  readonly #session: InferenceSession;
  #state = new Float32Array(stateShape.reduce((product, size) => product * size, 1));
  readonly #input = new Float32Array(contextSamples + frameSamples);

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  static async create(): Promise<VoiceActivity> {
    return new VoiceActivity(await openSession(modelPath, "@groundwork/model-silero-vad"));
  }

  /** Probability of speech in the next frame of `FRAME_SAMPLES` samples. */
  async next(frame: Float32Array): Promise<number> {
    this.#input.copyWithin(0, frameSamples, frameSamples + contextSamples);
    this.#input.set(frame, contextSamples);
    const output = await this.#session.run({
      input: new Tensor("float32", this.#input, [1, this.#input.length]),
      state: new Tensor("float32", this.#state, [...stateShape]),
      sr: new Tensor("int64", BigInt64Array.of(BigInt(SAMPLE_RATE)), []),
    });
    this.#state = Float32Array.from(output.stateN!.data as Float32Array);
    return (output.output!.data as Float32Array)[0]!;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
