import { GroundworkError } from "@groundwork/contracts";
import { InferenceSession } from "onnxruntime-node";

/** Opens a small network on one thread. Throws `MODEL_NOT_FOUND`. */
export async function openSession(path: string, packageName: string): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(path, {
      intraOpNumThreads: 1,
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
