import { fileURLToPath } from "node:url";

// One level above `src/` and above `dist/` alike, so the paths hold in both.
const folder = new URL("../model/", import.meta.url);

function inModel(file: string): string {
  return fileURLToPath(new URL(file, folder));
}

/** Names the model in fingerprints and reports. */
export const modelId: string = "whisper-tiny.en-int8";

/** First 8 hex digits of the SHA-256 of each network: other weights, other revision. */
export const modelRevision: string = "c4594b90-35dcbb5f";

/** SPDX identifier of the licence of the weights; `LICENSE` and `NOTICE` travel with them. */
export const modelLicence: string = "MIT";

/** Absolute path of the folder that holds every file of the model. */
export const modelFolder: string = fileURLToPath(folder);

/** Network from sound to the keys and values of the decoder's attention. */
export const encoderPath: string = inModel("encoder.onnx");

/** Network from tokens and sound to the scores of the next token, and to where tokens attend in the sound. */
export const decoderPath: string = inModel("decoder.onnx");

/** Bytes of each token (one character a byte), and the tokens that are never said. */
export const vocabularyPath: string = inModel("vocabulary.json");

/** Sample rate the model expects, in hertz; one channel. */
export const sampleRate: number = 16_000;

/** Layers of the decoder, heads of a layer, and numbers of a head: the shapes of its memory. */
export const layerCount: number = 4;
export const headCount: number = 6;
export const headSize: number = 64;

/** SHA-256 of every file in `modelFolder`, by its path there. */
export const sha256: Readonly<Record<string, string>> = {
  "decoder.onnx": "35dcbb5fc7add5b2b74427255cd3e875a02160bd0a6b349b9b10f5b4d06c9954",
  "encoder.onnx": "c4594b909b75c8e9cd15054aa2be68fe2c6d9cbd1a199d21e8ab224345925f38",
  "vocabulary.json": "7ae7c0e9ddb31a30ed73f7bc13d074debe7efad5655cc1da53ad2c13bfbd4d66",
};
