import { fileURLToPath } from "node:url";

// One level above `src/` and above `dist/` alike, so the paths hold in both.
const folder = new URL("../model/", import.meta.url);

function inModel(file: string): string {
  return fileURLToPath(new URL(file, folder));
}

/** Names the model in fingerprints and reports. */
export const modelId: string = "whisper-tiny.en-q5_1";

/** First 16 hex digits of the SHA-256 of the weights: other weights, other revision. */
export const modelRevision: string = "f7834aebc87cf81c";

/** SPDX identifier of the licence of the weights; `LICENSE` and `NOTICE` travel with them. */
export const modelLicence: string = "MIT";

/** Absolute path of the folder that holds every file of the model. */
export const modelFolder: string = fileURLToPath(folder);

/** Weights in the file format of whisper.cpp, quantised to q5_1. */
export const modelPath: string = inModel("ggml-tiny.en-q5_1.bin");

/** Sample rate the model expects, in hertz; one channel. */
export const sampleRate: number = 16_000;

/** SHA-256 of every file in `modelFolder`, by its path there. */
export const sha256: Readonly<Record<string, string>> = {
  "ggml-tiny.en-q5_1.bin": "f7834aebc87cf81c24913294f93b87acf134120c808473e3f5a51af4e4c832c8",
};
