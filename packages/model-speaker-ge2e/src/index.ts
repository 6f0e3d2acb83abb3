import { fileURLToPath } from "node:url";

// One level above `src/` and above `dist/` alike, so the paths hold in both.
const folder = new URL("../model/", import.meta.url);

function inModel(file: string): string {
  return fileURLToPath(new URL(file, folder));
}

/** Names the model in fingerprints and reports. */
export const modelId: string = "speaker-ge2e";

/** First 16 hex digits of the SHA-256 of the weights: other weights, other revision. */
export const modelRevision: string = "b2e310f50134bc3c";

/** SPDX identifier of the licence of the weights; `LICENSE` and `NOTICE` travel with them. */
export const modelLicence: string = "Apache-2.0";

/** Absolute path of the folder that holds every file of the model. */
export const modelFolder: string = fileURLToPath(folder);

/** ONNX graph: `mels` (float32, batch x frames x 40) in, `embedding` (float32, batch x 256, L2 normalised) out. */
export const modelPath: string = inModel("ge2e.onnx");

/** Length of a speaker vector. */
export const dimensions: number = 256;

/** Bands of the Slaney mel power spectrum the model takes; windows of 25 ms every 10 ms. */
export const melBands: number = 40;

/** Sample rate the spectrum is taken at, in hertz; one channel. */
export const sampleRate: number = 16_000;

/** SHA-256 of every file in `modelFolder`, by its path there. */
export const sha256: Readonly<Record<string, string>> = {
  "ge2e.onnx": "b2e310f50134bc3c93a38463ccff4ccc21c948c414a0d03871cea265384859e5",
};
