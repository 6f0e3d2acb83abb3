import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { GroundworkError } from "@groundwork/contracts";
import { modelFolder, sha256 } from "@groundwork/model-minilm-l6-v2";

const MODEL = "model.onnx";
const TOKENIZER = "tokenizer.json";

/** Checks of the weights by path: they are read for it once per process. A failed check is not remembered. */
const checks = new Map<string, Promise<void>>();

function unusable(file: string, problem: string, cause?: unknown): GroundworkError {
  return new GroundworkError(
    "MODEL_NOT_FOUND",
    `Expected the file ${file} of the embedding model, ${problem}. Install @groundwork/model-minilm-l6-v2 again, or point the option "modelFolder" at a whole copy.`,
    { driver: "embed-local", cause },
  );
}

function compare(file: string, found: string): void {
  if (found !== sha256[file]) throw unusable(file, "but its SHA-256 is not that of the published file");
}

/** Path of the weights, once they were found whole. */
export async function verifiedModelPath(folder: string = modelFolder): Promise<string> {
  const path = join(folder, MODEL);
  let check = checks.get(path);
  if (check === undefined) {
    check = verifyModel(path);
    checks.set(path, check);
    check.catch(() => checks.delete(path));
  }
  await check;
  return path;
}

/** Streams the file, so that the thread is never held for more than one piece of it. */
async function verifyModel(path: string): Promise<void> {
  const hash = createHash("sha256");
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Uint8Array);
  } catch (cause) {
    throw unusable(MODEL, "but it cannot be read", cause);
  }
  compare(MODEL, hash.digest("hex"));
}

/** The tokenizer's description as JSON text. */
export function readTokenizer(folder: string = modelFolder): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(join(folder, TOKENIZER));
  } catch (cause) {
    throw unusable(TOKENIZER, "but it cannot be read", cause);
  }
  compare(TOKENIZER, createHash("sha256").update(bytes).digest("hex"));
  return bytes.toString("utf8");
}
