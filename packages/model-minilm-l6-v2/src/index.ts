import { fileURLToPath } from "node:url";

// One level above `src/` and above `dist/` alike, so the paths hold in both.
const folder = new URL("../model/", import.meta.url);

function inModel(file: string): string {
  return fileURLToPath(new URL(file, folder));
}

/** Names the model in fingerprints and reports. */
export const modelId: string = "all-minilm-l6-v2-int8";

/** First 16 hex digits of the SHA-256 of the weights: other weights, other revision. */
export const modelRevision: string = "8199be6f699a395f";

/** SPDX identifier of the licence of the weights; `LICENSE` and `NOTICE` travel with them. */
export const modelLicence: string = "Apache-2.0";

/** Absolute path of the folder that holds every file of the model. */
export const modelFolder: string = fileURLToPath(folder);

/** ONNX graph: `input_ids`, `attention_mask`, `token_type_ids` (int64) in, `last_hidden_state` (float32) out. */
export const modelPath: string = inModel("model.onnx");

/**
 * WordPiece tokenizer. The file asks for truncation and padding to 128 tokens; the model was published for
 * `maxInputTokens`, so switch both off and cut at that limit.
 */
export const tokenizerPath: string = inModel("tokenizer.json");

/** Length of a sentence vector: the mean of `last_hidden_state` over the attention mask, then L2 normalised. */
export const dimensions: number = 384;

/** Longest input the model was published for, special tokens included. */
export const maxInputTokens: number = 256;

/** SHA-256 of every file in `modelFolder`, by its path there. */
export const sha256: Readonly<Record<string, string>> = {
  "model.onnx": "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
  "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
};
