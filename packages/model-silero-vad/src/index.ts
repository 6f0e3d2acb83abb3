import { fileURLToPath } from "node:url";

// One level above `src/` and above `dist/` alike, so the paths hold in both.
const folder = new URL("../model/", import.meta.url);

function inModel(file: string): string {
  return fileURLToPath(new URL(file, folder));
}

/** Names the model in fingerprints and reports. */
export const modelId: string = "silero-vad";

/** First 16 hex digits of the SHA-256 of the weights: other weights, other revision. */
export const modelRevision: string = "1a153a22f4509e29";

/** SPDX identifier of the licence of the weights; `LICENSE.silero` and `NOTICE` travel with them. */
export const modelLicence: string = "MIT";

/** Absolute path of the folder that holds every file of the model. */
export const modelFolder: string = fileURLToPath(folder);

/** ONNX graph: `input`, `state`, `sr` in; `output`, `stateN` out. */
export const modelPath: string = inModel("silero_vad.onnx");

/** Sample rate the graph is used at here, in hertz; one channel. */
export const sampleRate: number = 16_000;

/** New samples of one run: 32 ms. */
export const frameSamples: number = 512;

/** Samples before them that the run wants to see again. */
export const contextSamples: number = 64;

/** Shape of the recurrent state. */
export const stateShape: readonly number[] = [2, 1, 128];

/** SHA-256 of every file in `modelFolder`, by its path there. */
export const sha256: Readonly<Record<string, string>> = {
  "silero_vad.onnx": "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
};
