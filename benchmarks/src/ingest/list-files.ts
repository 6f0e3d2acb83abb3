import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export interface ListedFile {
  readonly key: string;
  readonly path: string;
  /** Size and modification time: a file with the same is not read again. */
  readonly hint: string;
}

/** Files below a folder by key. The same plain listing for all that have none of their own. */
export function listFiles(folder: string, prefix = ""): ListedFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const key = prefix + entry.name;
    if (entry.isDirectory()) return listFiles(path, `${key}/`);
    const { size, mtimeMs } = statSync(path);
    return [{ key, path, hint: `${size}-${mtimeMs}` }];
  });
}
