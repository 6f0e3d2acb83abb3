import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder that is removed at the end of its scope. */
export interface ScratchFolder {
  readonly root: string;
  put(key: string, content?: string | Uint8Array): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function scratchFolder(name = "corpus"): Promise<ScratchFolder> {
  const outer = await mkdtemp(join(tmpdir(), "groundwork-files-"));
  const root = join(outer, name);
  await mkdir(root);
  return {
    root,
    async put(key, content = key) {
      await mkdir(dirname(join(root, key)), { recursive: true });
      await writeFile(join(root, key), content);
    },
    [Symbol.asyncDispose]: () => rm(outer, { recursive: true, force: true }),
  };
}
