import { fileURLToPath } from "node:url";

// One level above `src/` and above `dist/` alike, so the paths hold in both.
const folder = new URL("../model/", import.meta.url);

function inModel(file: string): string {
  return fileURLToPath(new URL(file, folder));
}

/** Names the model in fingerprints and reports. */
export const modelId: string = "rampart-pii-q4";

/** First 16 hex digits of the SHA-256 of the weights: other weights, other revision. */
export const modelRevision: string = "9f27d24949b05817";

/** SPDX identifier of the licence of the weights; `LICENSE` and `NOTICE` travel with them. */
export const modelLicence: string = "CC-BY-4.0";

/** Absolute path of the folder that holds every file of the model. */
export const modelFolder: string = fileURLToPath(folder);

/** ONNX graph: `input_ids`, `attention_mask`, `token_type_ids` (int64) in, `logits` over 35 BIO labels (float32) out. */
export const modelPath: string = inModel("onnx/model_q4.onnx");

/** WordPiece tokenizer, lower case; it neither truncates nor pads. */
export const tokenizerPath: string = inModel("tokenizer.json");

/** Model configuration; its `id2label` names the 35 labels. */
export const configPath: string = inModel("config.json");

/** SHA-256 of every file in `modelFolder`, by its path there. */
export const sha256: Readonly<Record<string, string>> = {
  "config.json": "4f580895a8d5b40c0c61fef61bbbfe129a6d755e5212991b429e5fd141284edd",
  "onnx/model_q4.onnx": "9f27d24949b0581701071ea5ef522d77ccd3f50c525cc91eac4d265b0fc2afe5",
  "special_tokens_map.json": "5d5b662e421ea9fac075174bb0688ee0d9431699900b90662acd44b2a350503a",
  "tokenizer.json": "ec87d41d85cbf02128ec0e5f577b805a326b06bb2947ef2752e67a98a42819f9",
  "tokenizer_config.json": "0088a6f8bcdd4014184fb068b83ebb12896a9db2bb269a71f73de83fef24bceb",
  "vocab.txt": "0fbe6b50061feabb9be68af471e9aa6df07a4bc428bdca4b0eff1fcd3612dee5",
};
