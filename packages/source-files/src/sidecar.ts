import { open } from "node:fs/promises";
import { MAX_SIDECAR_BYTES, parseSidecar, type Sidecar } from "@groundwork/source-objects";
import type { FilePath } from "./file-name.ts";

/** Reads a file's sidecar. `undefined` when it is none, or too large: then nobody knows who may read the file. */
export async function readSidecar(path: FilePath): Promise<Sidecar | undefined> {
  const file = await open(path, "r");
  try {
    if ((await file.stat()).size > MAX_SIDECAR_BYTES) return undefined;
    return parseSidecar(await file.readFile("utf8"));
  } finally {
    await file.close();
  }
}
