import { GroundworkError } from "@groundwork/contracts";
import { InferenceSession } from "onnxruntime-node";

/** Opens a network. Throws `MODEL_NOT_FOUND`. */
export async function openSession(path: string, packageName: string, threads = 1): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(path, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
    });
  } catch (cause) {
    throw new GroundworkError(
      "MODEL_NOT_FOUND",
      `A model could not be loaded. Check that ${packageName} is installed whole.`,
      { cause, stage: "extract" },
    );
  }
}
