import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { GroundworkError } from "@groundwork/contracts";
import { modelFolder, sha256 } from "@groundwork/model-rampart-pii";

/** The file's bytes, when they are those that were published. */
export async function readModelFile(file: string, folder: string = modelFolder): Promise<Buffer> {
  const unusable = (problem: string, cause?: unknown): GroundworkError =>
    new GroundworkError(
      "MODEL_NOT_FOUND",
      `Expected the file ${file} of the PII model, ${problem}. Install @groundwork/model-rampart-pii again, or point the option "modelFolder" at a whole copy.`,
      { driver: "pii-local", cause },
    );
  let bytes: Buffer;
  try {
    bytes = await readFile(join(folder, file));
  } catch (cause) {
    throw unusable("but it cannot be read", cause);
  }
  if (createHash("sha256").update(bytes).digest("hex") !== sha256[file])
    throw unusable("but its SHA-256 is not that of the published file");
  return bytes;
}
