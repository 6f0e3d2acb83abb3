import { fileURLToPath } from "node:url";

// One level above `src/` and above `dist/` alike, so the paths hold in both.
const folder = new URL("../model/", import.meta.url);

function inModel(file: string): string {
  return fileURLToPath(new URL(file, folder));
}

/** Names the model in fingerprints and reports. */
export const modelId: string = "pp-ocrv6-small";

/**
 * First 16 hex digits of the SHA-256 of the weights, concatenated in the order detection, recognition, orientation:
 * other weights, other revision.
 */
export const modelRevision: string = "5ff02e508fe41a6f";

/** SPDX identifier of the licence of the weights; `LICENSE` and `NOTICE` travel with them. */
export const modelLicence: string = "Apache-2.0";

/** Absolute path of the folder that holds every file of the model. */
export const modelFolder: string = fileURLToPath(folder);

/** Where text is: an image in, a map of text probability out. */
export const detectionModelPath: string = inModel("PP-OCRv6_det_small.onnx");

/** What a line says: a line image 48 pixels high in, class scores out. The characters are the `character` metadata. */
export const recognitionModelPath: string = inModel("PP-OCRv6_rec_small.onnx");

/** Whether a line image stands upright or upside down. */
export const orientationModelPath: string = inModel("ch_ppocr_mobile_v2.0_cls_mobile.onnx");

/** SHA-256 of every file in `modelFolder`, by its path there. */
export const sha256: Readonly<Record<string, string>> = {
  "PP-OCRv6_det_small.onnx": "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
  "PP-OCRv6_rec_small.onnx": "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
  "ch_ppocr_mobile_v2.0_cls_mobile.onnx": "e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c",
};
