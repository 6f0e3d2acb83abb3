import { GroundworkError } from "@groundwork/contracts";
import { detectionModelPath, orientationModelPath, recognitionModelPath } from "@groundwork/model-ppocr-v6-small";
import * as onnx from "onnxruntime-node";
import { modelMetadata } from "./model-metadata.ts";

export interface OcrModels {
  readonly detection: onnx.InferenceSession;
  readonly recognition: onnx.InferenceSession;
  readonly orientation: onnx.InferenceSession;
  /** Character of class n + 1; class 0 is the blank. */
  readonly characters: readonly string[];
}

/** Loads the three networks (about 0.5 s and 150 MB). */
export async function loadOcrModels(threads: number): Promise<OcrModels> {
  const options: onnx.InferenceSession.SessionOptions = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
    enableCpuMemArena: false,
    logSeverityLevel: 3,
    // Spinning threads take the cores from the other extractors.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  };
  const load = async (path: string): Promise<onnx.InferenceSession> => {
    try {
      return await onnx.InferenceSession.create(path, options);
    } catch (cause) {
      throw new GroundworkError(
        "MODEL_NOT_FOUND",
        "The OCR model could not be loaded. Check that @groundwork/model-ppocr-v6-small is installed whole.",
        { cause, stage: "extract" },
      );
    }
  };
  const [detection, recognition, orientation, list] = await Promise.all([
    load(detectionModelPath),
    load(recognitionModelPath),
    load(orientationModelPath),
    modelMetadata(recognitionModelPath, "character"),
  ]);
  if (list === undefined) {
    throw new GroundworkError(
      "MODEL_NOT_FOUND",
      "The OCR model names no characters. Check that @groundwork/model-ppocr-v6-small is installed whole.",
      { stage: "extract" },
    );
  }
  // The blank between words is the last class and not in the list.
  return { detection, recognition, orientation, characters: [...list.split("\n"), " "] };
}
