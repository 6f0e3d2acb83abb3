import { readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ResolvedLancedbOptions } from "./lancedb-options.ts";
import { FORMAT } from "./lancedb-schema.ts";

/**
 * What a handle knows of the table it has read: as long as the newest manifest is this very file, opening the table with
 * LanceDB would find the same, so that its module (190 ms of CPU, 70 MB) need not be loaded before it is used.
 */
interface Verified {
  readonly format: number;
  readonly dimensions: number;
  readonly manifest: string;
}

function pathOf({ path, table }: ResolvedLancedbOptions): string {
  return join(path, `${table}.verified.json`);
}

/** Name, size and time of the newest manifest: names count down from the largest number of 64 bits. */
async function newestManifest({ path, table }: ResolvedLancedbOptions): Promise<string | undefined> {
  const folder = join(path, `${table}.lance`, "_versions");
  const names = (await readdir(folder)).filter((name) => /^\d{20}\.manifest$/.test(name)).sort();
  if (names[0] === undefined) return undefined;
  const { size, mtimeNs } = await stat(join(folder, names[0]), { bigint: true });
  return `${names[0]} ${size} ${mtimeNs}`;
}

/** Whether the table is as the last handle left it, with vectors of so many dimensions. */
export async function isVerified(options: ResolvedLancedbOptions, dimensions: number): Promise<boolean> {
  try {
    const found = JSON.parse(await readFile(pathOf(options), "utf8")) as Verified;
    if (found.format !== FORMAT || found.dimensions !== dimensions) return false;
    return found.manifest === (await newestManifest(options));
  } catch {
    return false;
  }
}

/**
 * Notes that the table was read as it is in `version`, unless another process has written since. A failure is none of the
 * caller's: the next handle opens the table with LanceDB.
 */
export async function noteVerified(
  options: ResolvedLancedbOptions,
  dimensions: number,
  version: number,
): Promise<void> {
  try {
    const manifest = await newestManifest(options);
    const name = String(2n ** 64n - 1n - BigInt(version)).padStart(20, "0");
    if (manifest?.startsWith(`${name}.manifest `) !== true) return;
    const note: Verified = { format: FORMAT, dimensions, manifest };
    const draft = `${pathOf(options)}.${process.pid}`;
    await writeFile(draft, JSON.stringify(note));
    await rename(draft, pathOf(options));
  } catch {
    // A folder that is read-only, or gone.
  }
}
